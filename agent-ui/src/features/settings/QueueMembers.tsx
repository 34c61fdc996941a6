import type { Medium } from "@kommutator/contract/ids";
import { ActionIcon, MultiSelect, NumberInput, Select, Table, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useEmployees } from "./queries.ts";

export interface Member {
  employeeId: string;
  media: string[];
  weight: number;
}
const MEDIA = ["voice", "chat", "message", "mail"] as const satisfies Medium[];

/** Who takes what from this queue, and how large a share of it. */
export function QueueMembers({ values, fault, onChange }: { values: Member[]; fault: string | null; onChange: (members: Member[]) => void }) {
  const { t } = useTranslation("settings");
  const people = useEmployees();
  const nameOf = (id: string) => people.data?.find((each) => each.id === id)?.name ?? "…";
  const free = (people.data ?? []).filter((each) => each.state === "active" && !values.some((member) => member.employeeId === each.id));
  const media = MEDIA.map((value) => ({ value, label: t(`common:medium.${value}`) }));
  const change = (id: string, next: Partial<Member>) => onChange(values.map((member) => (member.employeeId === id ? { ...member, ...next } : member)));
  return (
    <div>
      <Text fw={600} size="sm" mb={4}>
        {t("queues.members")}
      </Text>
      {values.length === 0 ? null : (
        <Table verticalSpacing={4} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("people.name")}</Table.Th>
              <Table.Th>{t("queues.takes")}</Table.Th>
              <Table.Th w={84} title={t("queues.weightText")}>
                {t("queues.weight")}
              </Table.Th>
              <Table.Th w={40} aria-label={t("common:delete")} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {values.map((member) => (
              <Table.Tr key={member.employeeId}>
                <Table.Td>{nameOf(member.employeeId)}</Table.Td>
                <Table.Td>
                  <MultiSelect
                    size="xs"
                    aria-label={t("queues.mediaOf", { name: nameOf(member.employeeId) })}
                    data={media}
                    value={member.media}
                    error={member.media.length === 0 ? t("fault.required") : null}
                    onChange={(chosen) => change(member.employeeId, { media: chosen })}
                  />
                </Table.Td>
                <Table.Td>
                  <NumberInput
                    size="xs"
                    aria-label={t("queues.weightOf", { name: nameOf(member.employeeId) })}
                    min={0.1}
                    max={10}
                    step={0.5}
                    decimalScale={2}
                    value={member.weight}
                    onChange={(weight) => change(member.employeeId, { weight: Number(weight) })}
                  />
                </Table.Td>
                <Table.Td>
                  <ActionIcon
                    aria-label={t("queues.removeMember", { name: nameOf(member.employeeId) })}
                    onClick={() => onChange(values.filter((each) => each.employeeId !== member.employeeId))}
                  >
                    <IconX size={16} />
                  </ActionIcon>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Select
        mt={6}
        size="sm"
        searchable
        aria-label={t("queues.addMember")}
        placeholder={t("queues.addMember")}
        error={fault}
        value={null}
        data={free.map((each) => ({ value: each.id, label: each.name }))}
        onChange={(employeeId) => employeeId !== null && onChange([...values, { employeeId, media: [...MEDIA], weight: 1 }])}
      />
    </div>
  );
}
