import type { Board } from "@kommutator/contract/api/routing";
import { Table, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { clock, useNow } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { EmergencyBox, type EmergencyTarget } from "../routing/EmergencyBox.tsx";
import { readinessOf } from "./readiness.ts";
import { SwitchButton } from "./SwitchButton.tsx";

type Media = Board["queues"][number]["media"];

/** Each queue: who waits, how long, who is ready, and its emergency switch. */
export function Queues({ queues }: { queues: Board["queues"] }) {
  const { t } = useTranslation("supervisor");
  const { t: routing } = useTranslation("routing");
  const can = useCan();
  const now = useNow();
  const [target, setTarget] = useState<EmergencyTarget | null>(null);
  const may = can("queue", "edit") !== null;
  if (queues.length === 0) return <Text c="dimmed">{t("noQueues")}</Text>;
  return (
    <>
      <Table verticalSpacing={5} horizontalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("queue")}</Table.Th>
            <Table.Th ta="right">{t("waiting")}</Table.Th>
            <Table.Th ta="right">{t("longest")}</Table.Th>
            <Table.Th ta="right">{t("ready")}</Table.Th>
            {may ? <Table.Th w={40} aria-label={routing("emergency.name")} /> : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {queues.map((queue) => (
            <Table.Tr key={queue.id}>
              <Table.Td miw={155}>
                {queue.name}
                <Lacking media={readinessOf(queue).lacking} late={readinessOf(queue).late} />
              </Table.Td>
              <Table.Td ta="right" fw={queue.waiting > 0 ? 650 : 400}>
                {queue.waiting}
              </Table.Td>
              <Table.Td ta="right">{queue.longestSince === null ? "—" : clock(now - Date.parse(queue.longestSince))}</Table.Td>
              <Table.Td ta="right">
                <Text
                  span
                  inherit
                  fw={readinessOf(queue).late ? 650 : 400}
                  c={readinessOf(queue).late ? "var(--k-red)" : "inherit"}
                  title={queue.media.map((each) => `${t(`common:medium.${each.medium}`)} ${each.ready}`).join(" · ")}
                >
                  {queue.readyAgents}
                </Text>
              </Table.Td>
              {may ? (
                <Table.Td>
                  <SwitchButton target={{ kind: "queue", id: queue.id, name: queue.name }} onOpen={setTarget} />
                </Table.Td>
              ) : null}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {target === null ? null : <EmergencyBox target={target} onClose={() => setTarget(null)} />}
    </>
  );
}

/** For which media nobody is ready, when others are. */
function Lacking({ media, late }: { media: Media; late: boolean }) {
  const { t, i18n } = useTranslation("supervisor");
  if (media.length === 0) return null;
  const names = media.map((each) => t(`common:medium.${each.medium}`).toLocaleLowerCase(i18n.language)).join(", ");
  return (
    <Text size="xs" c={late ? "var(--k-red)" : "dimmed"}>
      {t("nobodyReady", { media: names })}
    </Text>
  );
}
