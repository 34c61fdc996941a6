import { ApiError } from "../../app/api.ts";

/** The names of the fields that a refusal is about, for one line of text; [] when it is about something else. */
export function fieldFaults(error: unknown, t: (key: string) => string): string[] {
  const fields = error instanceof ApiError ? (error.details["fields"] as Record<string, string> | undefined) : undefined;
  return Object.entries(fields ?? {}).flatMap(([field, code]) => (code === "required" ? [t(`field.${field}`)] : []));
}
