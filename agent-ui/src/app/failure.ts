import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { ApiError } from "./api.ts";

/** What happened and what to do, in the language of the page. */
export function failureText(error: unknown): string {
  const code = error instanceof ApiError ? error.code : "unknown";
  const details = error instanceof ApiError ? error.details : {};
  const key = i18next.exists(code, { ns: "errors" }) ? code : "unknown";
  return i18next.t(key, { ns: "errors", ...details });
}

/** A failure nobody shows in place (a button far from any form). */
export function showFailure(error: unknown): void {
  const code = error instanceof ApiError ? error.code : "unknown";
  notifications.show({ id: `failure-${code}`, color: "red", message: failureText(error), autoClose: 8000 });
}
