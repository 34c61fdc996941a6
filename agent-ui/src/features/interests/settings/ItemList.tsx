import { ActionIcon, Button, Group, Input, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

type Item = { id?: string | undefined; name: string };

/** Lines of text that can be ticked later: conditions, checks. What is taken out keeps the ticks it has. */
export function ItemList({
  label,
  hint,
  items,
  onChange,
}: {
  label: string;
  hint: string;
  items: Item[];
  onChange: (items: { id?: string; name: string }[]) => void;
}) {
  const { t } = useTranslation("interests");
  const plain = (list: Item[]) => list.map((item) => (item.id === undefined ? { name: item.name } : { id: item.id, name: item.name }));
  return (
    <Input.Wrapper label={label} description={hint}>
      <Stack gap={6} mt={6}>
        {items.map((item, index) => (
          <Group key={item.id ?? `new-${index}`} gap={6} wrap="nowrap">
            <TextInput
              flex={1}
              aria-label={`${label} ${index + 1}`}
              maxLength={300}
              value={item.name}
              onChange={(event) => onChange(plain(items.map((each, n) => (n === index ? { ...each, name: event.currentTarget.value } : each))))}
            />
            <ActionIcon aria-label={t("kinds.removeItem", { name: item.name })} onClick={() => onChange(plain(items.filter((_, n) => n !== index)))}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button size="compact-sm" variant="light" leftSection={<IconPlus size={14} />} onClick={() => onChange([...plain(items), { name: "" }])}>
            {t("kinds.addItem")}
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
