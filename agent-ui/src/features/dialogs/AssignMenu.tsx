import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import { Button } from "@mantine/core";
import { IconArrowBackUp, IconChevronDown, IconUser, IconUsersGroup } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { useMe } from "../../app/me.ts";
import { PickList, usePickList } from "../../app/PickList.tsx";
import { useShortcut } from "../../app/shortcuts.ts";
import { useTransferTargets } from "../../app/transfer.ts";
import { useDialogActions } from "./actions.ts";

const BACK = "back";

/** To a colleague, to another queue, or back to its own. */
export function AssignMenu({ dialog, keyed = false, compact = false }: { dialog: DialogSummary; keyed?: boolean; compact?: boolean }) {
  const { t } = useTranslation("dialogs");
  const { assign, transfer } = useDialogActions(dialog.id);
  const [typed, setTyped] = useState("");
  const list = usePickList(setTyped);
  const people = useCatalogues();
  const mine = dialog.assignee?.id === useMe().id;
  const queues = useTransferTargets(dialog.medium, list.dropdownOpened && mine && dialog.medium !== "voice", dialog.id).data?.queues ?? [];
  useShortcut(!keyed ? null : { keys: "a", label: "dialogs:keys.assign", run: () => list.openDropdown() });
  const fits = (name: string) => name.toLowerCase().includes(typed.trim().toLowerCase());
  const colleagues = (people.data?.employees ?? []).filter((each) => each.state === "active" && each.id !== dialog.assignee?.id && fits(each.name));
  const others = queues.filter((each) => fits(each.name));
  return (
    <PickList
      list={list}
      title={t("head.assign")}
      search={t("head.findColleague")}
      typed={typed}
      onTyped={setTyped}
      groups={[
        { picks: colleagues.map((each) => ({ key: `p-${each.id}`, name: each.name, icon: IconUser })) },
        { label: t("head.otherQueue"), picks: others.map((each) => ({ key: `q-${each.id}`, name: each.name, icon: IconUsersGroup })) },
        { picks: dialog.assignee === null || !fits(t("head.toQueue")) ? [] : [{ key: BACK, name: t("head.toQueue"), icon: IconArrowBackUp }] },
      ]}
      empty={t("common:nothingFound")}
      onPick={(key) => {
        list.closeDropdown();
        if (key === BACK) assign.mutate(null);
        else if (key.startsWith("q-")) transfer.mutate(key.slice(2));
        else assign.mutate(key.slice(2));
      }}
      target={
        <Button
          variant="default"
          size={compact ? "compact-sm" : "sm"}
          rightSection={<IconChevronDown size={15} aria-hidden />}
          loading={assign.isPending || transfer.isPending}
          aria-haspopup="listbox"
          aria-expanded={list.dropdownOpened}
          onClick={() => list.toggleDropdown()}
        >
          {t("head.assign")}
        </Button>
      }
    />
  );
}
