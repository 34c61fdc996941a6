import { ActionIcon, Checkbox, Popover, Stack } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Which columns of a table are shown; one always is. */
export function ColumnsMenu({
  columns,
  hidden,
  onChange,
}: {
  columns: readonly { name: string; label: string }[];
  hidden: readonly string[];
  onChange: (hidden: string[]) => void;
}) {
  const { t } = useTranslation("customer");
  const named = columns.filter((each) => each.label !== "");
  const shown = named.filter((each) => !hidden.includes(each.name));
  return (
    <Popover position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <ActionIcon size="input-sm" variant="default" aria-label={t("register.columns")} title={t("register.columns")}>
          <IconColumns3 size={17} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("register.columns")}>
        <Stack gap={9}>
          {named.map((each) => {
            const on = !hidden.includes(each.name);
            return (
              <Checkbox
                key={each.name}
                size="xs"
                label={each.label}
                checked={on}
                disabled={on && shown.length === 1}
                onChange={() => onChange(on ? [...hidden, each.name] : hidden.filter((name) => name !== each.name))}
              />
            );
          })}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
