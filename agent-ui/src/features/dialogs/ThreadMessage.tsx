import type { Message } from "@kommutator/contract/api/dialogs";
import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconChecks, IconClock, IconHelpCircle, IconNote, IconRobot } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, memo, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { type LiveDialog, placeMessage } from "../../app/live-cache.ts";
import { Attachments } from "./Attachments.tsx";
import { LinkedText } from "./LinkedText.tsx";
import classes from "./thread.module.css";

const HtmlBody = lazy(async () => ({ default: (await import("./HtmlBody.tsx")).HtmlBody }));

/** One message: author, text or letter, files, quoted rest folded, delivery. */
export const ThreadMessage = memo(function ThreadMessage({
  message,
  compact,
  customer,
  meId,
}: {
  message: Message;
  compact: boolean;
  customer: string;
  meId: string;
}) {
  const { t } = useTranslation("dialogs");
  if (message.note !== null || message.authorKind === "system") return <SystemNote message={message} />;
  const author =
    message.direction === "in" ? customer : message.author?.id === meId ? t("author.me") : (message.author?.name ?? t(`author.${message.authorKind}`));
  const wide = message.html !== null;
  return (
    <article
      className={classes["message"]}
      data-direction={message.direction}
      data-compact={compact || undefined}
      data-wide={wide || undefined}
      data-failed={message.delivery === "failed" || undefined}
      data-message={message.id}
    >
      {compact ? (
        <span className="sr-only">{author}</span>
      ) : (
        <div className={classes["author"]}>
          {message.direction === "internal" ? <IconNote size={14} aria-label={t("author.note")} /> : null}
          {message.authorKind === "bot" || message.authorKind === "auto_ack" || message.authorKind === "auto_reply" ? (
            <IconRobot size={14} aria-hidden />
          ) : null}
          <span>{author}</span>
          {message.authorKind === "customer" || message.authorKind === "employee" ? null : <span>· {t(`author.${message.authorKind}`)}</span>}
        </div>
      )}
      <div className={classes["bubble"]}>
        {message.subject === null ? null : <div className={classes["subject"]}>{message.subject}</div>}
        {message.html === null ? (
          message.text === "" ? null : (
            <div className={classes["text"]}>
              <LinkedText text={message.text} />
            </div>
          )
        ) : (
          <Suspense fallback={<div className={classes["text"]}>{message.text}</div>}>
            <HtmlBody html={message.html} title={message.subject ?? t("letter")} />
          </Suspense>
        )}
        {message.quoted === null || message.quoted === "" ? null : <Quoted text={message.quoted} />}
        {message.truncated ? <div className={classes["quoted"]}>{t("truncated")}</div> : null}
        <Attachments files={message.attachments} />
      </div>
      <Foot message={message} />
    </article>
  );
});

function Quoted({ text }: { text: string }) {
  const { t } = useTranslation("dialogs");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="subtle" size="compact-xs" mt={4} aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? t("quoted.hide") : t("quoted.show")}
      </Button>
      {open ? <div className={classes["quoted"]}>{text}</div> : null}
    </>
  );
}

function SystemNote({ message }: { message: Message }) {
  const { t, i18n } = useTranslation("dialogs");
  const format = useFormat();
  const code = message.note?.code ?? "";
  const text =
    message.note === null ? message.text : i18n.exists(`note.${code}`, { ns: "dialogs" }) ? t(`note.${code}`, message.note.params) : message.text || code;
  return (
    <div className={classes["system"]} title={format.full(message.at)}>
      {text} · {format.time(message.at)}
    </div>
  );
}

const MARKS = { queued: IconClock, sent: IconCheck, delivered: IconChecks, read: IconChecks, failed: IconAlertTriangle, uncertain: IconHelpCircle };

/** Time and delivery; a failed one can be tried again, an uncertain one waits for the agent's word. */
function Foot({ message }: { message: Message }) {
  const { t } = useTranslation("dialogs");
  const format = useFormat();
  const client = useQueryClient();
  const seen = () => client.getQueryData<LiveDialog>(keys.dialog(message.dialogId))?.seenAt[message.id] ?? 0;
  const placed = {
    onMutate: seen,
    // Newer than what stood here when the button was pressed, older than anything the socket said since.
    onSuccess: (changed: Message, _sent: unknown, before: number) =>
      client.setQueryData<LiveDialog>(keys.dialog(message.dialogId), (detail) => (detail === undefined ? detail : placeMessage(detail, changed, before + 0.5))),
    onError: showFailure,
  };
  const retry = useMutation({ mutationFn: () => api.post<Message>(`/messages/${message.id}/retry`, {}), ...placed });
  const settle = useMutation({ mutationFn: (outcome: "sent" | "resend") => api.post<Message>(`/messages/${message.id}/settle`, { outcome }), ...placed });
  const { delivery } = message;
  const Mark = delivery === null ? null : MARKS[delivery];
  const label = delivery === null ? "" : t(`delivery.${delivery}`);
  return (
    <div className={classes["foot"]} data-delivery={delivery ?? undefined}>
      <time dateTime={message.at} title={format.full(message.at)}>
        {format.time(message.at)}
      </time>
      {Mark === null ? null : (
        <span className={classes["mark"]} title={label}>
          <Mark size={15} aria-hidden />
          <span className="sr-only">{label}</span>
        </span>
      )}
      {delivery === "failed" ? (
        <>
          <span>{message.failure === null ? t("delivery.failed") : t("delivery.failedBecause", { reason: message.failure })}</span>
          <Button size="compact-xs" variant="light" color="red" loading={retry.isPending} onClick={() => retry.mutate()}>
            {t("delivery.retry")}
          </Button>
        </>
      ) : null}
      {delivery === "uncertain" ? (
        <>
          <span>{t("delivery.uncertainText")}</span>
          <Button size="compact-xs" variant="light" disabled={settle.isPending} onClick={() => settle.mutate("sent")}>
            {t("delivery.arrived")}
          </Button>
          <Button size="compact-xs" variant="light" disabled={settle.isPending} onClick={() => settle.mutate("resend")}>
            {t("delivery.resend")}
          </Button>
        </>
      ) : null}
    </div>
  );
}
