import { QueueBody, type QueueView } from "@kommutator/contract/api/routing";
import { ActionIcon, Button, Checkbox, Group, MultiSelect, NumberInput, Select, SimpleGrid, Table, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconListCheck, IconPlus, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { FormDrawer } from "./FormDrawer.tsx";
import { useForm } from "./form.ts";
import { useCalendars, useDepartments, useEmployees, useQueues } from "./queries.ts";
import { Section } from "./Section.tsx";
import classes from "./settings.module.css";

/** Queues: where dialogs wait, how long, and who takes them. */
export function QueuesPage() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const format = useFormat();
  const queues = useQueues();
  const calendars = useCalendars();
  const [open, setOpen] = useState<QueueView | "new" | null>(null);
  const add =
    can("queue", "create") === null ? null : (
      <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen("new")}>
        {t("queues.add")}
      </Button>
    );
  return (
    <Section title={t("queues.title")} purpose={t("queues.purpose")} action={add}>
      {queues.isPending ? (
        <RowsSkeleton rows={4} height={40} />
      ) : queues.isError ? (
        <ErrorState error={queues.error} onRetry={() => void queues.refetch()} />
      ) : queues.data.length === 0 ? (
        <Empty icon={<IconListCheck />} title={t("queues.empty")} text={t("queues.emptyText")} action={add} />
      ) : (
        <div className={classes["card"]}>
          <Table verticalSpacing={9} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("queues.name")}</Table.Th>
                <Table.Th>{t("queues.members")}</Table.Th>
                <Table.Th>{t("queues.calendar")}</Table.Th>
                <Table.Th ta="right">{t("queues.serviceLevel")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {queues.data.map((each) => (
                <Table.Tr key={each.id}>
                  <Table.Td>
                    <button type="button" className={classes["rowButton"]} onClick={() => setOpen(each)}>
                      {each.name}
                    </button>
                    {each.department === null ? null : (
                      <Text size="xs" c="dimmed">
                        {each.department.name}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Text
                      size="sm"
                      c={each.members.length === 0 ? "var(--k-red)" : "inherit"}
                      title={each.members.map((member) => member.employee.name).join(", ")}
                    >
                      {each.members.length === 0 ? t("queues.noMembers") : t("queues.membersCount", { count: each.members.length })}
                    </Text>
                  </Table.Td>
                  <Table.Td>{each.calendar.name}</Table.Td>
                  <Table.Td ta="right">{t("queues.levelIn", { target: format.percent(each.slTarget), threshold: each.slThresholdS })}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {open === null || calendars.data === undefined ? null : (
        <QueueForm queue={open === "new" ? null : open} all={queues.data ?? []} onClose={() => setOpen(null)} />
      )}
    </Section>
  );
}

type Member = { employeeId: string; media: string[]; weight: number };
const NUMBERS = [
  "ownerTimeoutS",
  "ringTimeoutS",
  "chatOfferS",
  "messageOfferS",
  "maxWaitS",
  "slThresholdS",
  "messageSlaS",
  "wrapupVoiceS",
  "wrapupChatS",
  "maxLeastLoaded",
] as const;
type Values = {
  name: string;
  departmentId: string | null;
  calendarId: string;
  overflowQueueId: string | null;
  recordCalls: boolean;
  slTarget: number;
  members: Member[];
} & Record<(typeof NUMBERS)[number], number>;
const DEFAULTS: Record<(typeof NUMBERS)[number], number> = {
  ownerTimeoutS: 25,
  ringTimeoutS: 20,
  chatOfferS: 45,
  messageOfferS: 900,
  maxWaitS: 300,
  slThresholdS: 20,
  messageSlaS: 900,
  wrapupVoiceS: 30,
  wrapupChatS: 15,
  maxLeastLoaded: 3,
};

function QueueForm({ queue, all, onClose }: { queue: QueueView | null; all: QueueView[]; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const calendars = useCalendars();
  const departments = useDepartments();
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, queue?.[name] ?? DEFAULTS[name]])) as typeof DEFAULTS;
  const form = useForm<Values>({
    id: `queue.${queue?.id ?? "new"}`,
    initial: {
      ...numbers,
      name: queue?.name ?? "",
      departmentId: queue?.department?.id ?? null,
      calendarId: queue?.calendar.id ?? calendars.data?.[0]?.id ?? "",
      overflowQueueId: queue?.overflowQueueId ?? null,
      recordCalls: queue?.recordCalls ?? true,
      slTarget: queue?.slTarget ?? 0.8,
      members: queue?.members.map((member) => ({ employeeId: member.employee.id, media: member.media, weight: member.weight })) ?? [],
    },
    schema: QueueBody,
    version: queue?.version,
    save: async ({ members, ...body }, version) => {
      const saved = queue === null ? await api.post<QueueView>("/queues", body) : await api.patch<QueueView>(`/queues/${queue.id}`, { ...body, version });
      await api.put(`/queues/${queue?.id ?? saved.id}/members`, { members });
    },
    onSaved: () => {
      void client.invalidateQueries({ queryKey: keys.queues });
      void client.invalidateQueries({ queryKey: keys.catalogues });
      notifications.show({ color: "green", message: t("queues.saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  return (
    <FormDrawer title={queue?.name ?? t("queues.add")} form={form} onClose={onClose} wide>
      <TextInput
        label={t("queues.name")}
        data-autofocus
        value={values.name}
        error={fault("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Group grow align="flex-start">
        <Select
          label={t("queues.department")}
          clearable
          allowDeselect
          data={(departments.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={values.departmentId}
          error={fault("departmentId")}
          onChange={(departmentId) => set({ departmentId })}
        />
        <Select
          label={t("queues.calendar")}
          data={(calendars.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={values.calendarId === "" ? null : values.calendarId}
          error={fault("calendarId")}
          onChange={(calendarId) => calendarId !== null && set({ calendarId })}
        />
      </Group>
      <Members values={values.members} onChange={(members) => set({ members })} fault={fault("members")} />
      <SimpleGrid cols={2} spacing="md">
        {NUMBERS.map((name) => (
          <NumberInput
            key={name}
            label={t(`queues.fields.${name}`)}
            suffix={name.endsWith("S") ? t("queues.secondsSuffix") : ""}
            min={0}
            value={values[name]}
            error={fault(name)}
            onChange={(value) => set({ [name]: Number(value) } as Partial<Values>)}
          />
        ))}
        <NumberInput
          label={t("queues.fields.slTarget")}
          suffix=" %"
          min={0}
          max={100}
          value={Math.round(values.slTarget * 100)}
          error={fault("slTarget")}
          onChange={(value) => set({ slTarget: Number(value) / 100 })}
        />
        <Select
          label={t("queues.overflow")}
          clearable
          allowDeselect
          data={all.filter((each) => each.id !== queue?.id).map((each) => ({ value: each.id, label: each.name }))}
          value={values.overflowQueueId}
          error={fault("overflowQueueId")}
          onChange={(overflowQueueId) => set({ overflowQueueId })}
        />
      </SimpleGrid>
      <Checkbox label={t("queues.recordCalls")} checked={values.recordCalls} onChange={(event) => set({ recordCalls: event.currentTarget.checked })} />
      <Text size="xs" c="dimmed">
        {t("queues.effect")}
      </Text>
    </FormDrawer>
  );
}

/** Who takes what from this queue. */
function Members({ values, fault, onChange }: { values: Member[]; fault: string | null; onChange: (members: Member[]) => void }) {
  const { t } = useTranslation("settings");
  const people = useEmployees();
  const nameOf = (id: string) => people.data?.find((each) => each.id === id)?.name ?? "…";
  const free = (people.data ?? []).filter((each) => each.state === "active" && !values.some((member) => member.employeeId === each.id));
  const media = (["voice", "chat", "mail"] as const).map((value) => ({ value, label: t(`common:medium.${value}`) }));
  const change = (id: string, next: Partial<Member>) => onChange(values.map((member) => (member.employeeId === id ? { ...member, ...next } : member)));
  return (
    <div>
      <Text fw={600} size="sm" mb={4}>
        {t("queues.members")}
      </Text>
      {values.length === 0 ? null : (
        <Table verticalSpacing={4}>
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
                <Table.Td w={40}>
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
        onChange={(employeeId) => employeeId !== null && onChange([...values, { employeeId, media: ["voice", "chat", "mail"], weight: 1 }])}
      />
    </div>
  );
}
