import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import { Button, Menu, ScrollArea, Text, TextInput } from "@mantine/core";
import { IconArrowBackUp, IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { useDialogActions } from "./actions.ts";

/** To a colleague, or back to the queue. */
export function AssignMenu({ dialog, keyed = false, compact = false }: { dialog: DialogSummary; keyed?: boolean; compact?: boolean }) {
  const { t } = useTranslation("dialogs");
  const { assign } = useDialogActions(dialog.id);
  const [opened, setOpened] = useState(false);
  const [q, setQ] = useState("");
  const people = useCatalogues();
  useShortcut(!keyed ? null : { keys: "a", label: "dialogs:keys.assign", run: () => setOpened(true) });
  const found = (people.data?.employees ?? []).filter(
    (each) => each.state === "active" && each.id !== dialog.assignee?.id && each.name.toLowerCase().includes(q.trim().toLowerCase()),
  );
  return (
    <Menu opened={opened} onChange={setOpened} width={280} position="bottom-end" trapFocus>
      <Menu.Target>
        <Button variant="default" size={compact ? "compact-sm" : "sm"} rightSection={<IconChevronDown size={15} aria-hidden />} loading={assign.isPending}>
          {t("head.assign")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <TextInput
          m={6}
          size="xs"
          data-autofocus
          aria-label={t("head.findColleague")}
          placeholder={t("head.findColleague")}
          value={q}
          onChange={(event) => setQ(event.currentTarget.value)}
        />
        <ScrollArea.Autosize mah={260}>
          {found.map((each) => (
            <Menu.Item key={each.id} onClick={() => assign.mutate(each.id)}>
              {each.name}
            </Menu.Item>
          ))}
          {found.length === 0 ? (
            <Text size="sm" c="dimmed" p="xs">
              {t("common:nothingFound")}
            </Text>
          ) : null}
        </ScrollArea.Autosize>
        {dialog.assignee === null ? null : (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconArrowBackUp size={16} />} onClick={() => assign.mutate(null)}>
              {t("head.toQueue")}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
