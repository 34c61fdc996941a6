import { ActionIcon, Anchor, Button, Tooltip } from "@mantine/core";
import { IconMicrophone, IconMicrophoneOff, IconPhoneOff, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { flashTitle } from "../../app/alerts.ts";
import { clock, useNow, usePhone } from "../../app/format.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import classes from "./CallBar.module.css";
import { Keypad } from "./Keypad.tsx";
import { QualityBars } from "./QualityBars.tsx";
import { useCard } from "./queries.ts";
import { Transfer } from "./Transfer.tsx";

/** In a call, on every page: who, how long, mute, hold, keypad, hang up. */
export function InCall() {
  const { t } = useTranslation("call");
  const { view, leads, order } = useSoftphone();
  const navigate = useNavigate();
  const phone = usePhone();
  const now = useNow(1000);
  const { call } = view;
  const card = useCard(call.dialogId);
  const name = card.data?.party.name ?? view.who?.name ?? t("unknownCaller");
  const number = card.data?.number ?? view.who?.number ?? null;
  const talking = call.phase === "talking";
  const here = call.leg === "up";

  useShortcut({ keys: "F4", label: "call:shortcuts.hangUp", typing: true, run: () => order({ kind: "hang-up" }) });
  useShortcut(talking && here ? { keys: "F6", label: "call:shortcuts.mute", typing: true, run: () => order({ kind: "mute", on: !call.muted }) } : null);
  useEffect(() => (call.phase === "lost" ? flashTitle("call", `⚠ ${t("call.lost")}`) : undefined), [call.phase, t]);

  const status =
    call.phase === "connecting"
      ? t("call.connecting")
      : call.phase === "lost"
        ? t("call.lost")
        : call.held
          ? t("call.held")
          : !here
            ? t("call.elsewhere")
            : leads
              ? t("call.talking")
              : t("call.otherTab");
  return (
    <section className={classes["incall"]} data-held={call.held} data-phase={call.phase} aria-label={t("call.with", { name })}>
      <span className={classes["two"]}>
        <span className={classes["strong"]} title={name}>
          {call.dialogId === null ? (
            name
          ) : (
            <Anchor component="button" type="button" inherit fw={600} c="inherit" onClick={() => void navigate(`/dialogs/${call.dialogId}`)}>
              {name}
            </Anchor>
          )}
          {number === null || number === name ? null : <span className={classes["number"]}> {phone(number)}</span>}
        </span>
        <span className={classes["dim"]} role="status">
          {status}
        </span>
      </span>
      <span className={classes["timer"]} role="timer" aria-label={t("call.duration")}>
        {call.talkingSince === null ? "–" : clock(now - call.talkingSince)}
      </span>
      <QualityBars quality={talking && here && !call.held ? view.quality : null} />
      <span className={classes["push"]} />
      {talking && here ? (
        <Tooltip label={`${call.muted ? t("call.unmute") : t("call.mute")} (F6)`}>
          <ActionIcon
            size={36}
            variant={call.muted ? "filled" : "subtle"}
            color={call.muted ? "red" : "gray"}
            aria-pressed={call.muted}
            aria-label={call.muted ? t("call.unmute") : t("call.mute")}
            onClick={() => order({ kind: "mute", on: !call.muted })}
            data-testid="mute"
          >
            {call.muted ? <IconMicrophoneOff size={20} /> : <IconMicrophone size={20} />}
          </ActionIcon>
        </Tooltip>
      ) : null}
      {talking ? (
        <>
          <Tooltip label={call.held ? t("call.resume") : t("call.hold")}>
            <ActionIcon
              size={36}
              variant={call.held ? "filled" : "subtle"}
              color={call.held ? "blue" : "gray"}
              aria-pressed={call.held}
              aria-label={call.held ? t("call.resume") : t("call.hold")}
              onClick={() => order({ kind: "hold", on: !call.held })}
              data-testid="hold"
            >
              {call.held ? <IconPlayerPlay size={20} /> : <IconPlayerPause size={20} />}
            </ActionIcon>
          </Tooltip>
          <Keypad />
          {call.dialogId === null || !here ? null : <Transfer dialogId={call.dialogId} />}
        </>
      ) : null}
      <Button
        color="red"
        leftSection={<IconPhoneOff size={18} />}
        rightSection={<kbd>F4</kbd>}
        onClick={() => order({ kind: "hang-up" })}
        data-testid="hang-up"
      >
        {t("hangUp")}
      </Button>
    </section>
  );
}
