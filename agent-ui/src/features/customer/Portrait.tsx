import { ActionIcon, Button, Group, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

export type Trait = { key: string; value: string };
export const traitsOf = (portrait: Record<string, string>): Trait[] => Object.entries(portrait).map(([key, value]) => ({ key, value }));
/** Without nameless and empty ones; of two with one name the later stands. */
export const portraitOf = (traits: readonly Trait[]): Record<string, string> =>
  Object.fromEntries(traits.map((t) => [t.key.trim(), t.value.trim()] as const).filter(([key, value]) => key !== "" && value !== ""));

/** The client's portrait: characteristics in the house's own words (CB-01). */
export function Portrait({ traits, onChange }: { traits: Trait[]; onChange: (traits: Trait[]) => void }) {
  const { t } = useTranslation("customer");
  const set = (at: number, change: Partial<Trait>) => onChange(traits.map((each, index) => (index === at ? { ...each, ...change } : each)));
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <legend style={{ fontSize: "0.8125rem", fontWeight: 550, padding: 0 }}>{t("portrait.title")}</legend>
      {traits.map((trait, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line has no name of its own while it is typed
        <Group key={index} gap={6} mt={4} wrap="nowrap">
          <TextInput
            size="xs"
            w="38%"
            maxLength={80}
            aria-label={t("portrait.key")}
            placeholder={t("portrait.key")}
            value={trait.key}
            onChange={(event) => set(index, { key: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            flex={1}
            maxLength={1000}
            aria-label={t("portrait.value")}
            placeholder={t("portrait.value")}
            value={trait.value}
            onChange={(event) => set(index, { value: event.currentTarget.value })}
          />
          <ActionIcon size="sm" aria-label={t("portrait.remove", { name: trait.key })} onClick={() => onChange(traits.filter((_, at) => at !== index))}>
            <IconX size={14} />
          </ActionIcon>
        </Group>
      ))}
      <Button mt={4} size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />} onClick={() => onChange([...traits, { key: "", value: "" }])}>
        {t("portrait.add")}
      </Button>
    </fieldset>
  );
}
