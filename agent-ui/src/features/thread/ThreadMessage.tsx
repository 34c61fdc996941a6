import type { Message } from "@kommutator/contract/api/dialogs";
import { Button } from "@mantine/core";
import { IconAlertTriangle, IconArrowBackUp, IconDeviceMobileShare, IconNote, IconRobot, IconTrash } from "@tabler/icons-react";
import { memo, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import { onDemand } from "../../app/on-demand.tsx";
import { Attachments } from "./Attachments.tsx";
import { useThread } from "./context.ts";
import { Foot } from "./Foot.tsx";
import { LinkedText } from "./LinkedText.tsx";
import { SystemNote } from "./SystemNote.tsx";
import classes from "./thread.module.css";

const HtmlBody = onDemand(async () => (await import("./HtmlBody.tsx")).HtmlBody);

const ICONS: Partial<Record<Message["authorKind"], typeof IconNote>> = {
  bot: IconRobot,
  auto_ack: IconRobot,
  auto_reply: IconRobot,
  external_staff: IconDeviceMobileShare,
  bounce: IconAlertTriangle,
};

/** One message: author, what it answers, text or letter, files, quoted rest folded, delivery. */
export const ThreadMessage = memo(function ThreadMessage({ message, compact }: { message: Message; compact: boolean }) {
  const { t } = useTranslation("thread");
  const { customer, meId } = useThread();
  if (message.note !== null || message.authorKind === "system") return <SystemNote message={message} />;
  const special = message.authorKind === "customer" || message.authorKind === "employee" ? null : t(`author.${message.authorKind}`);
  const author =
    message.direction === "in" ? customer : message.author?.id === meId ? t("author.me") : (message.author?.name ?? special ?? t("author.employee"));
  const Icon = message.direction === "internal" ? IconNote : ICONS[message.authorKind];
  return (
    <article
      className={classes["message"]}
      data-direction={message.direction}
      data-author={message.authorKind}
      data-compact={compact || undefined}
      data-wide={message.html !== null || undefined}
      data-failed={message.delivery === "failed" || undefined}
      data-deleted={message.deletedAt !== null || undefined}
      data-message={message.id}
    >
      {compact ? (
        <span className="sr-only">{author}</span>
      ) : (
        <div className={classes["author"]}>
          {Icon === undefined ? null : (
            <Icon
              size={14}
              aria-label={message.direction === "internal" ? t("author.note") : undefined}
              aria-hidden={message.direction !== "internal" || undefined}
            />
          )}
          <span>{author}</span>
          {special === null || special === author ? null : <span>· {special}</span>}
        </div>
      )}
      {message.deletedAt === null ? <Bubble message={message} /> : <TakenBack at={message.deletedAt} />}
      {message.quickAnswers.length === 0 ? null : (
        <ul className={classes["quick"]} aria-label={t("quickAnswers")}>
          {message.quickAnswers.map((answer) => (
            <li key={answer}>{answer}</li>
          ))}
        </ul>
      )}
      <Foot message={message} />
    </article>
  );
});

function Bubble({ message }: { message: Message }) {
  const { t } = useTranslation("thread");
  const { mail } = useThread();
  return (
    <div className={classes["bubble"]}>
      {message.replyTo === null ? null : <Answered replyTo={message.replyTo} />}
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
      {message.truncated ? <div className={classes["quoted"]}>{t(mail ? "truncated" : "truncatedFile")}</div> : null}
      <Attachments message={message} />
    </div>
  );
}

/** The message that this one answers; a press goes there. */
function Answered({ replyTo }: { replyTo: NonNullable<Message["replyTo"]> }) {
  const { t } = useTranslation("thread");
  const { customer, jumpTo } = useThread();
  return (
    <button type="button" className={classes["answered"]} title={t("replyTo.jump")} onClick={() => jumpTo(replyTo.messageId)}>
      <span className={classes["answeredWho"]}>
        <IconArrowBackUp size={13} aria-hidden /> {replyTo.direction === "in" ? customer : t("replyTo.us")}
      </span>
      <span className={classes["answeredText"]}>{replyTo.text.trim() === "" ? t("replyTo.file") : replyTo.text}</span>
    </button>
  );
}

function TakenBack({ at }: { at: string }) {
  const { t } = useTranslation("thread");
  const format = useFormat();
  return (
    <div className={classes["bubble"]} title={format.full(at)}>
      <span className={classes["takenBack"]}>
        <IconTrash size={15} aria-hidden /> {t("deleted")}
      </span>
    </div>
  );
}

function Quoted({ text }: { text: string }) {
  const { t } = useTranslation("thread");
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
