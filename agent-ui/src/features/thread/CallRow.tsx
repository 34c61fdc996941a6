import type { CallView } from "@kommutator/contract/api/dialogs";
import { Text, ThemeIcon } from "@mantine/core";
import { IconPhoneCall, IconPhoneIncoming, IconPhoneOff, IconPhoneOutgoing } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { blobUrl } from "../../app/api.ts";
import { clock, useFormat, useNow, usePhone } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { AudioPlayer } from "./AudioPlayer.tsx";
import classes from "./thread.module.css";

/** A call as one row: direction, outcome, how long, who, and the recording. */
export function CallRow({ call }: { call: CallView }) {
  const { t } = useTranslation("thread");
  const format = useFormat();
  const phone = usePhone();
  const can = useCan();
  const live = call.endedAt === null;
  const now = useNow(1000);
  const answered = call.answeredAt !== null;
  const outcome = live ? "live" : answered ? "answered" : "missed";
  const until = call.endedAt === null ? now : Date.parse(call.endedAt);
  const talked = call.answeredAt === null ? null : clock(until - Date.parse(call.answeredAt));
  const rang = clock((call.answeredAt === null ? until : Date.parse(call.answeredAt)) - Date.parse(call.startedAt));
  const Icon = live ? IconPhoneCall : !answered ? IconPhoneOff : call.direction === "in" ? IconPhoneIncoming : IconPhoneOutgoing;
  const number = call.direction === "in" ? call.from : call.to;
  const said = live
    ? t(`call.state.${call.state}`)
    : t(`call.disposition.${call.disposition ?? (answered ? "answered" : "no_answer")}`, { defaultValue: call.disposition ?? "" });
  return (
    <div className={classes["call"]} data-outcome={outcome} data-call={call.id}>
      <ThemeIcon variant="light" radius="xl" size="lg" color={live ? "blue" : answered ? "green" : "red"} aria-hidden>
        <Icon size={18} />
      </ThemeIcon>
      <div className={classes["callMain"]}>
        <Text fw={600} size="sm">
          {t(`call.${call.direction}`)} · {said}
          {talked === null ? null : ` · ${talked}`}
        </Text>
        <Text size="xs" c="dimmed" title={format.full(call.startedAt)}>
          {[
            format.time(call.startedAt),
            number === null ? t("call.hidden") : phone(number),
            answered ? t("call.answeredBy", { name: call.answeredBy?.name ?? "—", span: rang }) : t("call.rang", { span: rang }),
            call.source === "live" ? null : t(`call.source.${call.source}`),
          ]
            .filter(Boolean)
            .join(" · ")}
        </Text>
      </div>
      {call.recordingBlobId !== null && can("recording", "read") !== null ? (
        <AudioPlayer
          src={blobUrl(call.recordingBlobId, `${t("call.recordingName", { at: call.startedAt.slice(0, 16).replace(/[T:]/g, "-") })}.wav`)}
          label={t("call.recording")}
          lazy
        />
      ) : null}
    </div>
  );
}
