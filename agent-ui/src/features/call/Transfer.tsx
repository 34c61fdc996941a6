import { ActionIcon, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPhoneOutgoing, IconTransfer, IconUser, IconUsersGroup } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { usePhone } from "../../app/format.ts";
import { type Pick, PickList, usePickList } from "../../app/PickList.tsx";
import { useShortcut } from "../../app/shortcuts.ts";
import { useTransferTargets } from "../../app/transfer.ts";
import { choices, type TransferChoice } from "./transfer.ts";

const ICONS = { person: IconUser, queue: IconUsersGroup, number: IconPhoneOutgoing };

/** Hands the talk on: to a colleague who can be rung, to a queue, or to a number. The caller hears music meanwhile. */
export function Transfer({ dialogId }: { dialogId: string }) {
  const { t } = useTranslation("call");
  const phone = usePhone();
  const [typed, setTyped] = useState("");
  const list = usePickList(setTyped);
  const targets = useTransferTargets("voice", list.dropdownOpened);
  const send = useMutation({
    mutationFn: (choice: TransferChoice) => api.post<null>(`/dialogs/${dialogId}/transfer`, choice.to),
    onSuccess: (_, choice) => {
      list.closeDropdown();
      notifications.show({ color: "green", message: t("transfer.done", { name: choice.kind === "number" ? phone(choice.name) : choice.name }) });
    },
    onError: (error) => {
      showFailure(error);
      void targets.refetch();
    },
  });
  useShortcut({ keys: "F8", label: "call:shortcuts.transfer", typing: true, run: () => list.toggleDropdown() });
  const stateOf = (choice: TransferChoice): string => {
    if (choice.kind === "number") return t("transfer.outside");
    if (choice.kind === "queue") return t("transfer.ready", { count: choice.count ?? 0 });
    if (choice.ready || choice.state === undefined) return t("presence.state.idle");
    return choice.state === "idle" ? t("transfer.noPhone") : t(`presence.state.${choice.state}`);
  };
  const shown = targets.data === undefined ? [] : choices(targets.data, typed);
  const pickOf = (choice: TransferChoice): Pick => ({
    key: choice.key,
    name: choice.kind === "number" ? phone(choice.name) : choice.name,
    icon: ICONS[choice.kind],
    hint: stateOf(choice),
    good: choice.ready,
    disabled: send.isPending || (choice.kind === "person" && !choice.ready),
  });
  return (
    <PickList
      list={list}
      title={t("transfer.title")}
      search={t("transfer.search")}
      typed={typed}
      onTyped={setTyped}
      groups={[{ picks: shown.map(pickOf) }]}
      loading={targets.isPending && list.dropdownOpened}
      empty={targets.isError ? t("transfer.unread") : targets.data === undefined ? null : t("transfer.none")}
      onPick={(key) => {
        const choice = shown.find((each) => each.key === key);
        if (choice !== undefined && !send.isPending) send.mutate(choice);
      }}
      target={
        <Tooltip label={`${t("transfer.title")} (F8)`}>
          <ActionIcon
            size={36}
            aria-label={t("transfer.title")}
            aria-haspopup="listbox"
            aria-expanded={list.dropdownOpened}
            onClick={() => list.toggleDropdown()}
            data-testid="transfer"
          >
            <IconTransfer size={20} />
          </ActionIcon>
        </Tooltip>
      }
    />
  );
}
