import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { ApiError } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";

type Values = Record<string, unknown>;

/** Names of faults that have a text: those of the server and those of our schemas. */
const KNOWN = new Set([
  "required",
  "format",
  "wrong",
  "unknown",
  "cycle",
  "interval",
  "overlap",
  "dismissed",
  "duplicate",
  "tooShort",
  "tooLong",
  "tooSmall",
  "tooBig",
]);

/** What is wrong with a field, as a key of `settings:fault`. */
export function faultOf(issue: z.core.$ZodIssue): { fault: string; params: Record<string, unknown> } {
  switch (issue.code) {
    case "too_small":
      if (issue.origin === "string")
        return Number(issue.minimum) <= 1 ? { fault: "required", params: {} } : { fault: "tooShort", params: { limit: issue.minimum } };
      if (issue.origin === "array") return { fault: "required", params: {} };
      return { fault: "tooSmall", params: { limit: issue.minimum } };
    case "too_big":
      return issue.origin === "string" ? { fault: "tooLong", params: { limit: issue.maximum } } : { fault: "tooBig", params: { limit: issue.maximum } };
    case "invalid_type":
      return { fault: "required", params: {} };
    default:
      return { fault: "format", params: {} };
  }
}

export interface FormOptions<V extends Values> {
  /** Name under which what was typed survives a reload. */
  id: string;
  initial: V;
  schema: z.ZodType;
  /** What the schema is held against, when it is not the values as they stand in the form. */
  body?: (values: V) => unknown;
  /** `version` is that of the row last seen: after a conflict it is the current one, so that a second save wins knowingly. */
  save: (body: V, version: number | undefined) => Promise<unknown>;
  version?: number | undefined;
  onSaved: () => void;
}

const stored = (id: string) => `kommutator.form.${id}`;
function readStored<V extends Values>(id: string): Partial<V> {
  try {
    return JSON.parse(sessionStorage.getItem(stored(id)) ?? "{}") as Partial<V>;
  } catch {
    return {};
  }
}

/** What was typed into a form is given up: it does not come back when the form opens again. */
export function forgetForm(id: string): void {
  sessionStorage.removeItem(stored(id));
}

/** One form: every fault at once beside its field, what was typed kept through a conflict and a reload. */
export function useForm<V extends Values>(options: FormOptions<V>) {
  const { t } = useTranslation("settings");
  const [values, setValues] = useState<V>(() => ({ ...options.initial, ...readStored<V>(options.id) }));
  const [restored] = useState(() => Object.keys(readStored(options.id)).length > 0);
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [version, setVersion] = useState(options.version);
  const [busy, setBusy] = useState(false);

  const set = (change: Partial<V>) => {
    setValues((before) => {
      const next = { ...before, ...change };
      // Passwords never rest in storage.
      const kept = Object.fromEntries(Object.entries(next).filter(([name]) => !/password|secret/i.test(name) && name !== "config"));
      sessionStorage.setItem(stored(options.id), JSON.stringify(kept));
      return next;
    });
    setFaults((before) =>
      Object.fromEntries(Object.entries(before).filter(([path]) => !Object.keys(change).some((name) => path === name || path.startsWith(`${name}.`)))),
    );
  };

  const submit = async (): Promise<void> => {
    const checked = options.schema.safeParse(options.body === undefined ? values : options.body(values));
    if (!checked.success) {
      const found: Record<string, string> = {};
      for (const issue of checked.error.issues) {
        const { fault, params } = faultOf(issue);
        // Nothing chosen yet is no wrong format.
        const empty = issue.path.length === 1 && values[String(issue.path[0])] === "";
        found[issue.path.join(".")] ??= empty ? t("fault.required") : t(`fault.${fault}`, params);
      }
      setFaults(found);
      setFailure(t("errors:validation"));
      return;
    }
    setBusy(true);
    setFaults({});
    setFailure(null);
    try {
      await options.save(values, version);
      forgetForm(options.id);
      options.onSaved();
    } catch (error) {
      setFailure(failureText(error));
      if (error instanceof ApiError) {
        setFaults(serverFaults(error, (fault) => (KNOWN.has(fault) ? t(`fault.${fault}`, { limit: "" }) : fault)));
        const current = error.details["current"];
        if (error.code === "version_conflict" && typeof current === "object" && current !== null && "version" in current) setVersion(Number(current.version));
      }
    } finally {
      setBusy(false);
    }
  };

  const discard = () => forgetForm(options.id);
  /** The fault of a field, for the component library's `error`. */
  const fault = (path: string): string | null => faults[path] ?? null;
  return { values, set, submit, discard, fault, failure, busy, restored };
}

/** Which fields the server marked. `duplicate` names one, `validation` all. */
export function serverFaults(error: ApiError, text: (fault: string) => string): Record<string, string> {
  const { field, fields } = error.details;
  if (error.code === "duplicate" && typeof field === "string") return { [field]: text("duplicate") };
  if (typeof fields !== "object" || fields === null) return {};
  return Object.fromEntries(Object.entries(fields).map(([path, fault]) => [path, text(String(fault))]));
}
