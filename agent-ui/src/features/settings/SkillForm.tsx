import { type EmployeeSkills, SkillBody, type SkillView } from "@kommutator/contract/api/skills";
import { ActionIcon, Button, Checkbox, Group, Rating, Select, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Confirm } from "./Confirm.tsx";
import { FormDrawer } from "./FormDrawer.tsx";
import { useForm } from "./form.ts";
import { changedLists, type Level } from "./skill-levels.ts";

type Values = { name: string; language: boolean; levels: Level[] };

/** One skill: its name, whether it is a language, and who knows it how well. */
export function SkillForm({ skill, matrix, onClose }: { skill: SkillView | null; matrix: EmployeeSkills[]; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const can = useCan();
  const [asking, setAsking] = useState(false);
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.skills });
    void client.invalidateQueries({ queryKey: keys.queues });
  };
  const form = useForm<Values>({
    id: `skill.${skill?.id ?? "new"}`,
    initial: {
      name: skill?.name ?? "",
      language: skill?.language ?? false,
      levels: matrix.flatMap(({ employee, skills }) =>
        skills.filter((each) => each.skillId === skill?.id).map(({ level }) => ({ employeeId: employee.id, level })),
      ),
    },
    schema: SkillBody,
    save: async ({ levels, ...body }) => {
      const saved = skill === null ? await api.post<SkillView>("/skills", body) : await api.patch<SkillView>(`/skills/${skill.id}`, body);
      for (const { employeeId, skills } of changedLists(matrix, saved.id, levels)) await api.put(`/employees/${employeeId}/skills`, { skills });
    },
    onSaved: () => {
      refresh();
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  const nameOf = (id: string) => matrix.find((each) => each.employee.id === id)?.employee.name ?? "…";
  const free = matrix.filter(({ employee }) => !values.levels.some((each) => each.employeeId === employee.id));
  const mayAssign = can("employee", "assign") !== null;
  const aside =
    skill === null || can("catalogue", "delete") === null ? null : (
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t("common:delete")}
      </Button>
    );
  return (
    <FormDrawer title={skill?.name ?? t("skills.add")} form={form} onClose={onClose} aside={aside}>
      <TextInput
        label={t("skills.name")}
        data-autofocus
        value={values.name}
        error={fault("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Checkbox
        label={t("skills.language")}
        description={t("skills.languageText")}
        checked={values.language}
        onChange={(event) => set({ language: event.currentTarget.checked })}
      />
      <div>
        <Text fw={600} size="sm">
          {t("skills.people")}
        </Text>
        <Text size="xs" c="dimmed" mb={6}>
          {t("skills.levelText")}
        </Text>
        {values.levels.map(({ employeeId, level }) => (
          <Group key={employeeId} gap="sm" wrap="nowrap" mb={4}>
            <Text size="sm" style={{ flex: 1, minWidth: 0 }} truncate>
              {nameOf(employeeId)}
            </Text>
            <LevelInput
              label={`${t("skills.level")}: ${nameOf(employeeId)}`}
              value={level}
              disabled={!mayAssign}
              onChange={(next) => set({ levels: values.levels.map((each) => (each.employeeId === employeeId ? { employeeId, level: next } : each)) })}
            />
            <ActionIcon
              disabled={!mayAssign}
              aria-label={t("skills.removePerson", { name: nameOf(employeeId) })}
              onClick={() => set({ levels: values.levels.filter((each) => each.employeeId !== employeeId) })}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        {mayAssign ? (
          <Select
            mt={4}
            searchable
            aria-label={t("skills.addPerson")}
            placeholder={t("skills.addPerson")}
            value={null}
            data={free.map(({ employee }) => ({ value: employee.id, label: employee.name }))}
            onChange={(employeeId) => employeeId !== null && set({ levels: [...values.levels, { employeeId, level: 3 }] })}
          />
        ) : null}
      </div>
      {asking && skill !== null ? (
        <Confirm
          title={t("skills.archive")}
          text={t("skills.archiveText")}
          action={t("common:delete")}
          onClose={() => setAsking(false)}
          run={() => api.delete(`/skills/${skill.id}`)}
          done={() => {
            refresh();
            onClose();
          }}
        />
      ) : null}
    </FormDrawer>
  );
}

/** 1 to 5, by mouse or by arrow keys. */
export function LevelInput({ label, value, disabled, onChange }: { label: string; value: number; disabled: boolean; onChange: (level: number) => void }) {
  return (
    <Group gap={6} wrap="nowrap" role="group" aria-label={label}>
      <Rating value={value} readOnly={disabled} onChange={onChange} getSymbolLabel={(level) => `${label} · ${level}`} />
      <Text size="xs" c="dimmed" w={10}>
        {value}
      </Text>
    </Group>
  );
}
