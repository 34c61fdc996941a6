import { useTranslation } from "react-i18next";
import { ApiError } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";

/** What of a refused message is known: the error's code and the server's details. */
type Refused = Pick<ApiError, "code" | "details">;

/** Which text of `composer:` says why a message was refused, with what it needs; null = the general text of its code. */
export function refusedKey({ code, details }: Refused): { key: string; params: Record<string, unknown> } | null {
  const { what, reason, fields, max, variables } = details;
  if (code === "unsupported" && typeof what === "string") return { key: `cannotReply.${what}`, params: {} };
  if (code === "too_large" && typeof details["maxBytes"] === "number") return { key: "notTaken.too_large", params: {} };
  if (code !== "validation") return null;
  const said = typeof reason === "string" ? reason : typeof fields === "object" && fields !== null ? Object.values(fields)[0] : null;
  return typeof said === "string"
    ? { key: `notTaken.${said}`, params: { max: typeof max === "number" ? max : "", variables: Array.isArray(variables) ? variables.join(", ") : "" } }
    : null;
}

/** Why a message was not taken, in words: what the channel cannot carry, or how much would do. */
export function useWritingFailure(): (refused: Refused) => string {
  const { t, i18n } = useTranslation("composer");
  const format = useFormat();
  return (refused) => {
    const found = refusedKey(refused);
    const { maxBytes } = refused.details;
    if (found === null || !i18n.exists(found.key, { ns: "composer" })) return failureText(new ApiError(refused.code, 0, refused.details));
    return t(found.key, { ...found.params, limit: typeof maxBytes === "number" ? format.bytes(maxBytes) : "" });
  };
}
