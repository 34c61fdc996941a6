import { Button, Menu, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconChevronDown, IconClockPlus, IconCoffee, IconLogout, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { clock, useFormat, useNow } from "../../app/format.ts";
import { PAUSE_REASONS, pauseWords } from "../../app/pause.ts";
import { phoneOf } from "../../app/presence.ts";
import classes from "./CallBar.module.css";
import { PresenceWaits } from "./PresenceWaits.tsx";
import { usePresence, useSetPresence, useWrapup } from "./queries.ts";

/** Am I offered dialogs? My intention, what routing makes of it, and the minutes after a call that are mine. */
export function PresenceMenu() {
  const { t } = useTranslation("call");
  const presence = usePresence();
  const set = useSetPresence();
  const wrapup = useWrapup();
  const now = useNow(1000);
  const format = useFormat();
  const me = presence.data;
  if (me === undefined) return <PresenceWaits />;
  const reason = pauseWords(me.reason, t);
  // The machine's own break: whoever comes back to the desk is told why nothing comes.
  const unasked = me.intent === "paused" && me.reason === "auto";
  const phone = phoneOf(me);
  const label = me.state === "paused" && reason !== null ? reason : t(`presence.state.${me.state}`);
  const left = me.wrapupUntil === null ? null : Date.parse(me.wrapupUntil) - now;
  const intend = (intent: typeof me.intent, why: string | null) => set.mutate({ intent, reason: why });
  return (
    <div className={classes["group"]}>
      <Menu position="bottom-start" width={250}>
        <Menu.Target>
          <UnstyledButton className={classes["presence"] ?? ""} data-state={me.state} data-phone={phone}>
            <VisuallyHidden>{t("presence.menu")}</VisuallyHidden>
            <span className={classes["dot"]} aria-hidden />
            <span className={classes["two"]}>
              <span className={classes["strong"]}>
                {label}
                {phone === "missing" && (me.state === "idle" || me.state === "unreachable") ? (
                  <span className={classes["lacks"]}> · {t("common:phone.missing")}</span>
                ) : null}
              </span>
              <span className={classes["dim"]} title={format.full(me.stateSince)}>
                {clock(now - Date.parse(me.stateSince))} · {t("presence.dialogs", { open: me.openDialogs, max: me.maxDialogs })}
              </span>
            </span>
            <IconChevronDown size={15} aria-hidden />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {phone === "missing" ? <Menu.Label>{t("common:phone.missingHint")}</Menu.Label> : null}
          <Menu.Item
            leftSection={<IconPlayerPlay size={16} color="var(--k-green)" />}
            rightSection={me.intent === "available" ? <IconCheck size={16} /> : null}
            onClick={() => intend("available", null)}
          >
            {t("presence.available")}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>{t("presence.pause")}</Menu.Label>
          {PAUSE_REASONS.map((code) => (
            <Menu.Item
              key={code}
              leftSection={code === "break" || code === "lunch" ? <IconCoffee size={16} /> : <IconPlayerPause size={16} />}
              rightSection={me.intent === "paused" && me.reason === code ? <IconCheck size={16} /> : null}
              onClick={() => intend("paused", code)}
            >
              {t(`presence.reason.${code}`)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconLogout size={16} />}
            rightSection={me.intent === "logged_out" ? <IconCheck size={16} /> : null}
            onClick={() => intend("logged_out", null)}
          >
            {t("presence.loggedOut")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {me.state === "wrapup" && left !== null ? (
        <div className={classes["wrapup"]} role="timer" aria-label={t("wrapup.title")}>
          <Text size="sm" fw={600}>
            {t("wrapup.left", { time: clock(left) })}
          </Text>
          <Button size="compact-sm" variant="light" color="green" onClick={() => wrapup.mutate("finish")} loading={wrapup.isPending}>
            {t("wrapup.finish")}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconClockPlus size={14} />}
            onClick={() => wrapup.mutate("extend")}
            disabled={wrapup.isPending}
          >
            {t("wrapup.extend")}
          </Button>
        </div>
      ) : null}
      {unasked ? (
        <Text size="sm" role="status" maw={330} lh={1.25} title={t("presence.autoHint")}>
          {t("presence.autoNote")}
        </Text>
      ) : null}
      {me.intent === "logged_out" || (me.intent === "paused" && me.state === "paused") ? (
        <Button size="compact-sm" variant="light" color="green" onClick={() => intend("available", null)} loading={set.isPending}>
          {t("presence.start")}
        </Button>
      ) : null}
    </div>
  );
}
