import type { LineBody } from "@kommutator/contract/api/line";
import { ActionIcon, Button, Group, Select, Text } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

const KEYS = [..."1234567890*#"];
type Keys = LineBody["keys"];

/** Which key of a waiting caller says what they call for; the recording that tells them is the exchange's. */
export function LineMenu({
  values,
  purposes,
  faultOf,
  onChange,
}: {
  values: Keys;
  purposes: { value: string; label: string }[];
  faultOf: (at: number) => string | null;
  onChange: (keys: Keys) => void;
}) {
  const { t } = useTranslation("channels");
  const free = KEYS.filter((key) => !values.some((each) => each.key === key));
  // The key 1 asks for a callback in most houses.
  const next = free.find((key) => key !== "1") ?? free[0];
  const change = (key: string, next: Partial<Keys[number]>) => onChange(values.map((each) => (each.key === key ? { ...each, ...next } : each)));
  return (
    <div>
      <Text fw={600} size="sm">
        {t("lines.menu")}
      </Text>
      <Text size="xs" c="dimmed" mb={6}>
        {t("lines.menuText")}
      </Text>
      {values.map(({ key, purposeId }, at) => (
        <Group key={key} gap="sm" wrap="nowrap" align="flex-start" mb={6}>
          <Select
            w={76}
            aria-label={t("lines.key")}
            value={key}
            allowDeselect={false}
            data={KEYS.filter((each) => each === key || free.includes(each))}
            onChange={(next) => next !== null && change(key, { key: next })}
          />
          <Select
            flex={1}
            searchable
            aria-label={t("lines.keyPurpose", { key })}
            placeholder={t("lines.purpose")}
            data={purposes}
            value={purposeId === "" ? null : purposeId}
            error={faultOf(at)}
            onChange={(next) => change(key, { purposeId: next ?? "" })}
          />
          <ActionIcon mt={6} aria-label={t("lines.removeKey", { key })} onClick={() => onChange(values.filter((each) => each.key !== key))}>
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      {next === undefined ? null : (
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={15} aria-hidden />}
          onClick={() => onChange([...values, { key: next, purposeId: "" }])}
        >
          {t("lines.addKey")}
        </Button>
      )}
    </div>
  );
}
