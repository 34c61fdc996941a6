import { ActionIcon, Combobox, Loader, ScrollArea, Tooltip, useCombobox } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPhoneOutgoing, IconTransfer, IconUser, IconUsersGroup } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { usePhone } from "../../app/format.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { useTransferTargets } from "../../app/transfer.ts";
import classes from "./CallBar.module.css";
import { choices, type TransferChoice } from "./transfer.ts";

const ICONS = { person: IconUser, queue: IconUsersGroup, number: IconPhoneOutgoing };

/** Hands the talk on: to a colleague who can be rung, to a queue, or to a number. The caller hears music meanwhile. */
export function Transfer({ dialogId }: { dialogId: string }) {
  const { t } = useTranslation("call");
  const phone = usePhone();
  const [typed, setTyped] = useState("");
  const list = useCombobox({
    onDropdownOpen: () => list.focusSearchInput(),
    onDropdownClose: () => {
      list.resetSelectedOption();
      list.focusTarget();
      setTyped("");
    },
  });
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
  const shown = targets.data === undefined ? [] : choices(targets.data, typed);
  const choose = (key: string) => {
    const choice = shown.find((each) => each.key === key);
    if (choice !== undefined && !send.isPending) send.mutate(choice);
  };
  return (
    <Combobox store={list} width={320} position="bottom-end" shadow="md" withArrow onOptionSubmit={choose}>
      <Combobox.Target targetType="button" withAriaAttributes={false}>
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
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            list.updateSelectedOptionIndex();
          }}
          aria-label={t("transfer.search")}
          placeholder={t("transfer.search")}
          rightSection={targets.isFetching && targets.data === undefined ? <Loader size={14} /> : null}
        />
        <Combobox.Options aria-label={t("transfer.title")}>
          <ScrollArea.Autosize mah={280} type="scroll">
            {shown.map((choice) => (
              <Choice key={choice.key} choice={choice} busy={send.isPending} />
            ))}
            {targets.isError ? <Combobox.Empty>{t("transfer.unread")}</Combobox.Empty> : null}
            {targets.data !== undefined && shown.length === 0 ? <Combobox.Empty>{t("transfer.none")}</Combobox.Empty> : null}
          </ScrollArea.Autosize>
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function Choice({ choice, busy }: { choice: TransferChoice; busy: boolean }) {
  const { t } = useTranslation("call");
  const phone = usePhone();
  const Icon = ICONS[choice.kind];
  const state =
    choice.kind === "number"
      ? t("transfer.outside")
      : choice.kind === "queue"
        ? t("transfer.ready", { count: choice.count ?? 0 })
        : choice.ready
          ? t("presence.state.idle")
          : choice.state === undefined || choice.state === "idle"
            ? t("transfer.noPhone")
            : t(`presence.state.${choice.state}`);
  return (
    <Combobox.Option value={choice.key} disabled={busy || (choice.kind === "person" && !choice.ready)} className={classes["target"] ?? ""}>
      <Icon size={16} aria-hidden />
      <span className={classes["targetName"]}>{choice.kind === "number" ? phone(choice.name) : choice.name}</span>
      <span className={classes["targetState"]} data-ready={choice.ready}>
        {state}
      </span>
    </Combobox.Option>
  );
}
