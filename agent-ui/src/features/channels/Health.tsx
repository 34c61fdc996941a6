import type { ChannelView } from "@kommutator/contract/api/admin";
import { Badge, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat, useNow } from "../../app/format.ts";
import { useSaid } from "../composer/useSaid.ts";
import classes from "./channels.module.css";

const COLOUR: Record<string, string> = { up: "green", connecting: "yellow", degraded: "yellow", down: "red", "bad-credentials": "red" };

/** State in one word and colour, its reason below when it does not work. */
export function StateBadge({ channel, lines = 2 }: { channel: ChannelView; lines?: number }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const said = useSaid();
  const state = channel.enabled ? channel.status.state : "off";
  return (
    <>
      <Badge
        variant="light"
        tt="none"
        radius="sm"
        color={COLOUR[state] ?? "gray"}
        title={`${channel.status.detail ?? ""} ${t("since", { at: format.full(channel.status.since) })}`.trim()}
      >
        {t(`states.${state}`, { defaultValue: state })}
      </Badge>
      {channel.status.detail === null || state === "up" || state === "off" ? null : (
        <Text size="xs" c="dimmed" maw={lines > 2 ? undefined : 260} lineClamp={lines} title={channel.status.detail}>
          {said(channel.status.detail)}
        </Text>
      )}
    </>
  );
}

/** How the channel fares now: state and since when, last event, how far behind, what waits and what failed. */
export function Health({ channel }: { channel: ChannelView }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const now = useNow(5000);
  const facts: [string, string, boolean][] = [
    [t("lastEvent"), channel.lastEventAt === null ? t("never") : format.ago(channel.lastEventAt, now), false],
    [t("lag"), channel.lagMs === null ? t("noLag") : t("ms", { value: format.number(channel.lagMs) }), (channel.lagMs ?? 0) > 60_000],
    [t("pending"), format.number(channel.pending), false],
    [t("failed"), format.number(channel.failed), channel.failed > 0],
  ];
  return (
    <dl className={classes["health"]}>
      <div>
        <dt>{t("state")}</dt>
        <dd>
          <StateBadge channel={channel} lines={4} />
        </dd>
      </div>
      {facts.map(([name, value, bad]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-bad={bad || undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
