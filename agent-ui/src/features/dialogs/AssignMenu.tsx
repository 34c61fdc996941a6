import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import { Button, Menu, ScrollArea, Text, TextInput } from "@mantine/core";
import { IconArrowBackUp, IconChevronDown, IconUsersGroup } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { useMe } from "../../app/me.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { useTransferTargets } from "../../app/transfer.ts";
import { useDialogActions } from "./actions.ts";

/** To a colleague, or back to the queue. */
export function AssignMenu({ dialog, keyed = false, compact = false }: { dialog: DialogSummary; keyed?: boolean; compact?: boolean }) {
  const { t } = useTranslation("dialogs");
  const { assign, transfer } = useDialogActions(dialog.id);
  const [opened, setOpened] = useState(false);
  const [q, setQ] = useState("");
  const people = useCatalogues();
  const mine = dialog.assignee?.id === useMe().id;
  const queues = useTransferTargets(dialog.medium, opened && mine && dialog.medium !== "voice").data?.queues ?? [];
  const others = queues.filter((each) => each.id !== dialog.queue?.id && each.name.toLowerCase().includes(q.trim().toLowerCase()));
  useShortcut(!keyed ? null : { keys: "a", label: "dialogs:keys.assign", run: () => setOpened(true) });
  const found = (people.data?.employees ?? []).filter(
    (each) => each.state === "active" && each.id !== dialog.assignee?.id && each.name.toLowerCase().includes(q.trim().toLowerCase()),
  );
  return (
    <Menu opened={opened} onChange={setOpened} width={280} position="bottom-end" trapFocus>
      <Menu.Target>
        <Button
          variant="default"
          size={compact ? "compact-sm" : "sm"}
          rightSection={<IconChevronDown size={15} aria-hidden />}
          loading={assign.isPending || transfer.isPending}
        >
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
          {others.length > 0 ? <Menu.Label>{t("head.otherQueue")}</Menu.Label> : null}
          {others.map((each) => (
            <Menu.Item key={each.id} leftSection={<IconUsersGroup size={16} aria-hidden />} onClick={() => transfer.mutate(each.id)}>
              {each.name}
            </Menu.Item>
          ))}
          {found.length + others.length === 0 ? (
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
