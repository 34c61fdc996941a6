import { Button } from "@mantine/core";
import { IconAlertTriangle, IconClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useOutbox } from "../composer/OutboxProvider.tsx";
import type { Outgoing } from "../composer/outbox.ts";
import { useWritingFailure } from "../composer/writing-failure.ts";
import { LinkedText } from "./LinkedText.tsx";
import classes from "./thread.module.css";

/** A reply of mine that the server does not have yet. */
export function OutgoingMessage({ outgoing }: { outgoing: Outgoing }) {
  const { t } = useTranslation("thread");
  const outbox = useOutbox();
  const whyRefused = useWritingFailure();
  const { clientKey, text = "" } = outgoing.body;
  const failed = outgoing.state === "failed";
  const held = outgoing.state === "held";
  const taken = outgoing.code === "assigned_to_other";
  return (
    <article
      className={classes["message"]}
      data-direction={outgoing.body.internal ? "internal" : "out"}
      data-failed={failed || undefined}
      data-outgoing={clientKey}
    >
      <div className={classes["bubble"]}>
        {text === "" ? null : (
          <div className={classes["text"]}>
            <LinkedText text={text} />
          </div>
        )}
        {outgoing.files.length === 0 ? null : (
          <div className={classes["files"]}>
            {outgoing.files.map((file) => (
              <span key={file.blobId} className={classes["file"]}>
                {file.name}
              </span>
            ))}
          </div>
        )}
      </div>
      <div className={classes["foot"]} data-delivery={failed ? "failed" : "queued"}>
        {failed ? <IconAlertTriangle size={15} aria-hidden /> : <IconClock size={15} aria-hidden />}
        <span role={failed ? "alert" : undefined}>
          {failed
            ? whyRefused({ code: outgoing.code ?? "unknown", details: outgoing.details ?? {} })
            : held || outgoing.state === "sending" || outgoing.code === null
              ? t("delivery.sending")
              : t("delivery.waiting")}
        </span>
        {held ? (
          <Button size="compact-xs" variant="subtle" title={t("delivery.undoKeys")} onClick={() => outbox.undo(outgoing.dialogId, clientKey)}>
            {t("delivery.undo")}
          </Button>
        ) : null}
        {failed ? (
          <>
            <Button size="compact-xs" variant="light" onClick={() => outbox.retry(clientKey, taken)}>
              {taken ? t("takeOver.andSend") : t("delivery.retry")}
            </Button>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => outbox.discard(clientKey)}>
              {t("delivery.discard")}
            </Button>
          </>
        ) : null}
      </div>
    </article>
  );
}
