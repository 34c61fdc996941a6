import type { DispatchRuleView } from "@kommutator/contract/api/dispatch-rule";
import { ActionIcon, Badge, Group } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconRoute2 } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { showFailure } from "../../app/failure.ts";
import { useCan } from "../../app/me.ts";
import { type Column, OpenRow } from "../settings/DataTable.tsx";
import { useChannels } from "../settings/queries.ts";
import { AddButton } from "../settings/TablePage.tsx";
import { useChanged, useRules } from "./queries.ts";
import { Rows } from "./Rows.tsx";
import { RuleForm } from "./RuleForm.tsx";

/** Rules in the order in which they are tried; the first that applies acts. */
export function RulesTab() {
  const { t } = useTranslation("dispatch");
  const can = useCan();
  const rules = useRules();
  const channels = useChannels();
  const catalogues = useCatalogues();
  const changed = useChanged();
  const [open, setOpen] = useState<DispatchRuleView | "new" | null>(null);
  const may = can("channel", "edit") !== null;
  const order = useMutation({
    mutationFn: (ids: string[]) => api.put("/dispatch-rules/order", { ids }),
    onSettled: changed,
    onError: showFailure,
  });
  const move = (rule: DispatchRuleView, by: -1 | 1) => {
    const ids = (rules.data ?? []).map((each) => each.id);
    const at = ids.indexOf(rule.id);
    const other = ids[at + by];
    if (other === undefined) return;
    ids[at] = other;
    ids[at + by] = rule.id;
    order.mutate(ids);
  };
  const named = (list: { id: string; name: string }[] | undefined, id: string | null) => list?.find((each) => each.id === id)?.name ?? "";
  const conditions = (rule: DispatchRuleView) =>
    [
      rule.channelId === null ? null : named(channels.data, rule.channelId),
      rule.senders.length === 0 ? null : t("rule.from", { list: rule.senders.join(", ") }),
      rule.words.length === 0 ? null : t("rule.with", { list: rule.words.join(", ") }),
      rule.identities.length === 0 ? null : rule.identities.map((each) => t(`identity.${each}`)).join(", "),
    ]
      .filter(Boolean)
      .join(" · ") || t("rule.always");
  const target = (rule: DispatchRuleView) =>
    [
      named(catalogues.data?.purposes, rule.purposeId),
      named(catalogues.data?.employees, rule.employeeId),
      named(catalogues.data?.queues, rule.queueId),
      rule.action === "reject" ? rule.reason : "",
    ]
      .filter(Boolean)
      .join(" · ");
  const columns: Column<DispatchRuleView>[] = [
    {
      name: "pos",
      head: "№",
      width: 96,
      cell: (rule) => (
        <Group gap={2} wrap="nowrap">
          {(rules.data ?? []).indexOf(rule) + 1}
          <ActionIcon size="sm" aria-label={t("rule.up", { name: rule.name })} disabled={!may || order.isPending} onClick={() => move(rule, -1)}>
            <IconArrowUp size={14} />
          </ActionIcon>
          <ActionIcon size="sm" aria-label={t("rule.down", { name: rule.name })} disabled={!may || order.isPending} onClick={() => move(rule, 1)}>
            <IconArrowDown size={14} />
          </ActionIcon>
        </Group>
      ),
    },
    { name: "name", head: t("rule.name"), cell: (rule) => <OpenRow onOpen={() => setOpen(rule)}>{rule.name}</OpenRow> },
    { name: "when", head: t("rule.when"), title: conditions, cell: conditions },
    {
      name: "action",
      head: t("rule.action"),
      cell: (rule) => (
        <Group gap={6}>
          <Badge size="sm" variant="light" tt="none" color={rule.action === "reject" ? "red" : "blue"}>
            {t(`action.${rule.action}`)}
          </Badge>
          {target(rule)}
        </Group>
      ),
    },
  ];
  return (
    <>
      <Rows
        hint={t("rule.hint")}
        action={<AddButton label={t("rule.add")} allowed={may} onAdd={() => setOpen("new")} />}
        query={rules}
        columns={columns}
        idOf={(rule) => rule.id}
        faded={(rule) => !rule.enabled}
        icon={<IconRoute2 />}
        empty={t("rule.empty")}
      />
      {open === null || catalogues.data === undefined ? null : (
        <RuleForm rule={open === "new" ? null : open} catalogues={catalogues.data} channels={channels.data ?? []} onClose={() => setOpen(null)} />
      )}
    </>
  );
}
