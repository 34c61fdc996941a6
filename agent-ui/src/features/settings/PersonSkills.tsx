import { EmployeeSkillsBody } from "@kommutator/contract/api/skills";
import { ActionIcon, Group, Select, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { FormBody } from "./FormBody.tsx";
import { useForm } from "./form.ts";
import { useEmployeeSkills, useSkills } from "./queries.ts";
import { LevelInput } from "./SkillForm.tsx";

type Known = { skillId: string; level: number }[];

/** What one person knows, and how well. */
export function PersonSkills({ employeeId, onClose }: { employeeId: string; onClose: () => void }) {
  const matrix = useEmployeeSkills();
  if (matrix.isPending) return <RowsSkeleton rows={3} height={36} />;
  if (matrix.data === undefined) return <ErrorState error={matrix.error} onRetry={() => void matrix.refetch()} />;
  const known = matrix.data.find((each) => each.employee.id === employeeId)?.skills ?? [];
  return <Fields employeeId={employeeId} known={known} onClose={onClose} />;
}

function Fields({ employeeId, known, onClose }: { employeeId: string; known: Known; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const skills = useSkills();
  const form = useForm<{ skills: Known }>({
    id: `skills.${employeeId}`,
    initial: { skills: known },
    schema: EmployeeSkillsBody,
    save: (values) => api.put(`/employees/${employeeId}/skills`, values),
    onSaved: () => {
      void client.invalidateQueries({ queryKey: keys.skills });
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set } = form;
  const all = skills.data ?? [];
  const nameOf = (id: string) => all.find((each) => each.id === id)?.name ?? "…";
  const free = all.filter((each) => !values.skills.some((one) => one.skillId === each.id));
  return (
    <FormBody form={form} onCancel={onClose}>
      <Text size="sm" c="dimmed">
        {all.length === 0 && !skills.isPending ? t("queues.noSkills") : t("skills.levelText")}
      </Text>
      <div>
        {values.skills.map(({ skillId, level }) => (
          <Group key={skillId} gap="sm" wrap="nowrap" mb={4}>
            <Text size="sm" fw={550} style={{ flex: 1, minWidth: 0 }} truncate>
              {nameOf(skillId)}
            </Text>
            <LevelInput
              label={`${t("skills.level")}: ${nameOf(skillId)}`}
              value={level}
              disabled={false}
              onChange={(next) => set({ skills: values.skills.map((each) => (each.skillId === skillId ? { skillId, level: next } : each)) })}
            />
            <ActionIcon
              aria-label={t("skills.remove", { name: nameOf(skillId) })}
              onClick={() => set({ skills: values.skills.filter((each) => each.skillId !== skillId) })}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        {free.length === 0 ? null : (
          <Select
            searchable
            aria-label={t("skills.addSkill")}
            placeholder={t("skills.addSkill")}
            value={null}
            data={free.map((each) => ({ value: each.id, label: each.name }))}
            onChange={(skillId) => skillId !== null && set({ skills: [...values.skills, { skillId, level: 3 }] })}
          />
        )}
      </div>
    </FormBody>
  );
}
