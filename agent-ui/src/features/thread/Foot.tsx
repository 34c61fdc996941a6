import type { Message } from "@kommutator/contract/api/dialogs";
import { ActionIcon, Button } from "@mantine/core";
import { IconAlertTriangle, IconArrowBackUp, IconCheck, IconChecks, IconClock, IconHelpCircle } from "@tabler/icons-react";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import { onDemand } from "../../app/on-demand.tsx";
import { useSaid } from "../composer/useSaid.ts";
import { useThread } from "./context.ts";
import classes from "./thread.module.css";
import { useMessageCall } from "./useMessageCall.ts";

const Edits = onDemand(async () => (await import("./Edits.tsx")).Edits);

/** A message that came so long after it was written (an outage, a letter from an old mailbox) says when that was. */
const LATE_MS = 10 * 60_000;

const MARKS = { queued: IconClock, sent: IconCheck, delivered: IconChecks, read: IconChecks, failed: IconAlertTriangle, uncertain: IconHelpCircle };

/** Time, "edited" and delivery; a failed one can be tried again, an uncertain one waits for the agent's word. */
export function Foot({ message }: { message: Message }) {
  const { t } = useTranslation("thread");
  const format = useFormat();
  const { reply } = useThread();
  const said = useSaid();
  const retry = useMessageCall(message, () => api.post<Message>(`/messages/${message.id}/retry`, {}));
  const settle = useMessageCall(message, (outcome: "sent" | "resend") => api.post<Message>(`/messages/${message.id}/settle`, { outcome }));
  const { delivery } = message;
  const late = message.direction === "in" && message.providerAt !== null && Date.parse(message.at) - Date.parse(message.providerAt) > LATE_MS;
  const Mark = delivery === null ? null : MARKS[delivery];
  const label = delivery === null ? "" : t(`delivery.${delivery}`);
  return (
    <div className={classes["foot"]} data-delivery={delivery ?? undefined}>
      <time dateTime={message.at} title={format.full(message.at)}>
        {format.time(message.at)}
      </time>
      {late ? <span>{t("written", { at: format.full(message.providerAt ?? message.at) })}</span> : null}
      {message.editedAt === null ? null : message.deletedAt === null ? (
        <Suspense fallback={<span>{t("edited.mark")}</span>}>
          <Edits messageId={message.id} editedAt={message.editedAt} />
        </Suspense>
      ) : (
        <span>{t("edited.mark")}</span>
      )}
      {Mark === null ? null : (
        <span className={classes["mark"]} title={label}>
          <Mark size={15} aria-hidden />
          <span className="sr-only">{label}</span>
        </span>
      )}
      {delivery === "failed" ? (
        <>
          <span title={message.failure ?? undefined}>
            {message.failure === null ? t("delivery.failed") : t("delivery.failedBecause", { reason: said(message.failure) })}
          </span>
          <Button size="compact-xs" variant="light" color="red" loading={retry.isPending} onClick={() => retry.mutate()}>
            {t("delivery.retry")}
          </Button>
        </>
      ) : null}
      {delivery === "queued" && message.failure !== null ? <span title={message.failure}>{t("delivery.waits", { reason: said(message.failure) })}</span> : null}
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
      {reply === null || message.direction === "internal" || delivery === "failed" || delivery === "uncertain" || message.deletedAt !== null ? null : (
        <ActionIcon className={classes["replyTo"] ?? ""} size="xs" aria-label={t("replyTo.action")} title={t("replyTo.action")} onClick={() => reply(message)}>
          <IconArrowBackUp size={15} />
        </ActionIcon>
      )}
    </div>
  );
}
