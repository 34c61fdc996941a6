import { QueueBody, type QueueView } from "@kommutator/contract/api/routing";
import { Checkbox, Group, NumberInput, Select, SimpleGrid, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import { FormDrawer } from "./FormDrawer.tsx";
import { useForm } from "./form.ts";
import { type Member, QueueMembers } from "./QueueMembers.tsx";
import { type NeededSkill, QueueSkills } from "./QueueSkills.tsx";
import { useCalendars, useDepartments } from "./queries.ts";
import { DEFAULTS, GROUPS, type NumberName, valuesOf } from "./queue-fields.ts";

type Values = {
  name: string;
  departmentId: string | null;
  calendarId: string;
  overflowQueueId: string | null;
  onMaxWait: QueueView["onMaxWait"];
  callbackOffered: boolean;
  recordCalls: boolean;
  slTarget: number;
  members: Member[];
  skills: NeededSkill[];
} & Record<NumberName, number>;

/** Everything about one queue: who serves it, in which steps it looks for somebody, how long, and what a waiting person hears. */
export function QueueForm({ queue, all, onClose }: { queue: QueueView | null; all: QueueView[]; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const calendars = useCalendars();
  const departments = useDepartments();
  const form = useForm<Values>({
    id: `queue.${queue?.id ?? "new"}`,
    initial: {
      ...valuesOf(queue ?? DEFAULTS),
      name: queue?.name ?? "",
      departmentId: queue?.department?.id ?? null,
      calendarId: queue?.calendar.id ?? calendars.data?.[0]?.id ?? "",
      overflowQueueId: queue?.overflowQueueId ?? null,
      onMaxWait: queue?.onMaxWait ?? "fallback",
      callbackOffered: queue?.callbackOffered ?? true,
      recordCalls: queue?.recordCalls ?? true,
      slTarget: queue?.slTarget ?? 0.8,
      members: queue?.members.map((member) => ({ employeeId: member.employee.id, media: member.media, weight: member.weight })) ?? [],
      skills: queue?.skills ?? [],
    },
    schema: QueueBody,
    version: queue?.version,
    save: async ({ members, skills, ...body }, version) => {
      const saved = queue === null ? await api.post<QueueView>("/queues", body) : await api.patch<QueueView>(`/queues/${queue.id}`, { ...body, version });
      const id = queue?.id ?? saved.id;
      await api.put(`/queues/${id}/members`, { members });
      await api.put(`/queues/${id}/skills`, { skills });
    },
    onSaved: () => {
      void client.invalidateQueries({ queryKey: keys.queues });
      void client.invalidateQueries({ queryKey: keys.catalogues });
      notifications.show({ color: "green", message: t("queues.saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  const number = (name: NumberName) => (
    <NumberInput
      key={name}
      label={t(`queues.fields.${name}`)}
      description={t(`queues.about.${name}`, { defaultValue: "" }) || undefined}
      inputWrapperOrder={["label", "input", "description", "error"]}
      suffix={name.endsWith("S") ? t("queues.secondsSuffix") : ""}
      min={0}
      value={values[name]}
      error={fault(name)}
      onChange={(value) => set({ [name]: Number(value) } as Partial<Values>)}
    />
  );
  const others = all.filter((each) => each.id !== queue?.id).map((each) => ({ value: each.id, label: each.name }));
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
      <QueueMembers values={values.members} onChange={(members) => set({ members })} fault={fault("members")} />
      <QueueSkills values={values.skills} onChange={(skills) => set({ skills })} />
      <Part title={t("queues.group.ladder")}>
        <SimpleGrid cols={2} spacing="md">
          {GROUPS.ladder.map(number)}
        </SimpleGrid>
      </Part>
      <Part title={t("queues.group.waiting")}>
        <SimpleGrid cols={2} spacing="md">
          {GROUPS.waiting.map(number)}
          <Select
            label={t("queues.overflow")}
            clearable
            allowDeselect
            data={others}
            value={values.overflowQueueId}
            error={fault("overflowQueueId")}
            onChange={(overflowQueueId) => set({ overflowQueueId })}
          />
          <Select
            label={t("queues.onMaxWait")}
            description={t("queues.onMaxWaitText")}
            inputWrapperOrder={["label", "input", "description", "error"]}
            data={(["fallback", "callback"] as const).map((value) => ({ value, label: t(`queues.then.${value}`) }))}
            value={values.onMaxWait}
            error={fault("onMaxWait")}
            onChange={(onMaxWait) => onMaxWait !== null && set({ onMaxWait: onMaxWait as Values["onMaxWait"] })}
          />
        </SimpleGrid>
        <Checkbox
          mt="sm"
          label={t("queues.callbackOffered")}
          description={t("queues.callbackOfferedText")}
          checked={values.callbackOffered}
          onChange={(event) => set({ callbackOffered: event.currentTarget.checked })}
        />
      </Part>
      <Part title={t("queues.group.level")}>
        <SimpleGrid cols={2} spacing="md">
          {GROUPS.level.map(number)}
          <NumberInput
            label={t("queues.fields.slTarget")}
            suffix=" %"
            min={0}
            max={100}
            value={Math.round(values.slTarget * 100)}
            error={fault("slTarget")}
            onChange={(value) => set({ slTarget: Number(value) / 100 })}
          />
          {GROUPS.after.map(number)}
        </SimpleGrid>
      </Part>
      <Checkbox label={t("queues.recordCalls")} checked={values.recordCalls} onChange={(event) => set({ recordCalls: event.currentTarget.checked })} />
      <Text size="xs" c="dimmed">
        {t("queues.effect")}
      </Text>
    </FormDrawer>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
      <Text component="legend" fw={650} size="sm" mb={6} p={0}>
        {title}
      </Text>
      {children}
    </fieldset>
  );
}
