import { ActionIcon, Group, NumberInput, Select, Text } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSkills } from "./queries.ts";

export interface NeededSkill {
  skillId: string;
  level: number;
  /** After this wait the skill is no longer asked for; null = always. */
  relaxS: number | null;
}

/** What whoever takes from this queue must know, how well, and for how long that is insisted upon. */
export function QueueSkills({ values, onChange }: { values: NeededSkill[]; onChange: (skills: NeededSkill[]) => void }) {
  const { t } = useTranslation("settings");
  const skills = useSkills();
  const all = skills.data ?? [];
  const free = all.filter((each) => !values.some((value) => value.skillId === each.id));
  const nameOf = (id: string) => all.find((each) => each.id === id)?.name ?? "…";
  const change = (id: string, next: Partial<NeededSkill>) => onChange(values.map((each) => (each.skillId === id ? { ...each, ...next } : each)));
  return (
    <div>
      <Text fw={600} size="sm">
        {t("queues.skills")}
      </Text>
      <Text size="xs" c="dimmed" mb={6}>
        {t("queues.skillsText")}
      </Text>
      {values.map((each) => (
        <Group key={each.skillId} gap="sm" wrap="nowrap" align="flex-end" mb={6}>
          <Text size="sm" fw={550} style={{ flex: 1, minWidth: 0 }} truncate title={nameOf(each.skillId)}>
            {nameOf(each.skillId)}
          </Text>
          <NumberInput
            size="xs"
            w={110}
            label={t("skills.level")}
            min={1}
            max={5}
            value={each.level}
            onChange={(level) => change(each.skillId, { level: Number(level) })}
          />
          <NumberInput
            size="xs"
            w={190}
            label={t("queues.relax")}
            placeholder={t("queues.relaxNever")}
            suffix={t("queues.secondsSuffix")}
            min={0}
            value={each.relaxS ?? ""}
            onChange={(value) => change(each.skillId, { relaxS: value === "" ? null : Number(value) })}
          />
          <ActionIcon
            aria-label={t("skills.remove", { name: nameOf(each.skillId) })}
            onClick={() => onChange(values.filter((other) => other.skillId !== each.skillId))}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      {free.length === 0 ? (
        all.length === 0 ? (
          <Text size="xs" c="dimmed">
            {t("queues.noSkills")}
          </Text>
        ) : null
      ) : (
        <Select
          size="sm"
          searchable
          leftSection={<IconPlus size={15} aria-hidden />}
          aria-label={t("queues.addSkill")}
          placeholder={t("queues.addSkill")}
          value={null}
          data={free.map((each) => ({ value: each.id, label: each.name }))}
          onChange={(skillId) => skillId !== null && onChange([...values, { skillId, level: 3, relaxS: 60 }])}
        />
      )}
    </div>
  );
}
