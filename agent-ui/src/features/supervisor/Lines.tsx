import { Group, Text, Title } from "@mantine/core";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePhone } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { iconOfChannel } from "../dialogs/ChannelIcon.tsx";
import { EmergencyBox, type EmergencyTarget } from "../routing/EmergencyBox.tsx";
import { useChannels, useLinesOf } from "../settings/queries.ts";
import { SwitchButton } from "./SwitchButton.tsx";
import classes from "./supervisor.module.css";

/** Channels with the numbers of their trunks, each with its emergency switch. Nothing without the rights to both. */
export function Lines() {
  const can = useCan();
  return can("channel", "read") === null || can("queue", "edit") === null ? null : <Channels />;
}

function Channels() {
  const { t } = useTranslation("supervisor");
  const phone = usePhone();
  const channels = useChannels();
  const [target, setTarget] = useState<EmergencyTarget | null>(null);
  const open = (channels.data ?? []).filter((each) => each.enabled);
  const numbers = useLinesOf(open.filter((each) => each.kind.startsWith("asterisk")).map((each) => each.id));
  if (open.length === 0) return null;
  return (
    <section aria-label={t("lines")} className={classes["queues"]}>
      <Title order={2} size="h3" mb="xs">
        {t("lines")}
      </Title>
      {open.map((each) => {
        const Icon = iconOfChannel(each.kind, each.kind.startsWith("asterisk") ? "voice" : "chat");
        return (
          <Fragment key={each.id}>
            <Group gap="sm" wrap="nowrap" mih={36}>
              <Icon size={18} stroke={1.6} color="var(--k-dim)" aria-hidden />
              <Text size="sm" style={{ flex: 1, minWidth: 0 }} truncate title={each.name}>
                {each.name}
              </Text>
              <SwitchButton target={{ kind: "channel", id: each.id, name: each.name }} onOpen={setTarget} />
            </Group>
            {numbers
              .filter((line) => line.channelId === each.id)
              .map((line) => (
                <Group key={line.id} gap="sm" wrap="nowrap" mih={32} pl={30}>
                  <Text size="sm" c="dimmed" style={{ flex: 1, minWidth: 0 }} truncate>
                    {phone(line.number.replace(/^short:/, ""))}
                  </Text>
                  <SwitchButton target={{ kind: "line", id: line.id, name: phone(line.number.replace(/^short:/, "")) }} onOpen={setTarget} />
                </Group>
              ))}
          </Fragment>
        );
      })}
      {target === null ? null : <EmergencyBox target={target} onClose={() => setTarget(null)} />}
    </section>
  );
}
