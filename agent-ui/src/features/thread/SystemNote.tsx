import type { Message } from "@kommutator/contract/api/dialogs";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import classes from "./thread.module.css";

/** What happened to the dialog, in small type: a code and its parameters, said in the language of the page. */
export function SystemNote({ message }: { message: Message }) {
  const { t, i18n } = useTranslation("thread");
  const format = useFormat();
  const code = message.note?.code ?? "";
  const key = `note.${code}`;
  const text = message.note === null ? message.text : i18n.exists(key, { ns: "thread" }) ? t(key, withReason(t, message.note.params)) : message.text || code;
  return (
    <div className={classes["system"]} title={format.full(message.at)} data-message={message.id}>
      {text} · {format.time(message.at)}
    </div>
  );
}

/** A reason in a note is a code too. */
function withReason(t: (key: string, options: { defaultValue: string }) => string, params: Record<string, unknown>): Record<string, unknown> {
  const { reason } = params;
  return typeof reason === "string" ? { ...params, reason: t(`noteReason.${reason}`, { defaultValue: reason }) } : params;
}
