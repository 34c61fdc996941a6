import { ExclusionBody, type ExclusionView } from "@kommutator/contract/api/dispatch-rule";
import { Button, Group, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBan } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat, usePhone } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { ExportButton } from "../import/ExportButton.tsx";
import { FormDrawer } from "../settings/FormDrawer.tsx";
import { useForm } from "../settings/form.ts";
import { AddButton } from "../settings/TablePage.tsx";
import { useChanged, useExclusions } from "./queries.ts";
import { Rows } from "./Rows.tsx";

const KINDS = ["phone", "email", "telegram", "viber", "vk"] as const;

/** Identities that make no card and no inquiry: blocked ones and test lines. What they sent stays. */
export function BlockedTab() {
  const { t } = useTranslation("dispatch");
  const can = useCan();
  const format = useFormat();
  const phone = usePhone();
  const blocked = useExclusions();
  const changed = useChanged();
  const [adding, setAdding] = useState(false);
  const may = can("channel", "edit") !== null;
  const remove = useMutation({
    mutationFn: (row: ExclusionView) => api.delete(`/exclusions?kind=${row.kind}&value=${encodeURIComponent(row.value)}`),
    onSettled: changed,
    onError: showFailure,
  });
  return (
    <>
      <Rows
        hint={t("blocked.hint")}
        action={
          <Group gap="sm" wrap="nowrap">
            <ExportButton list="blocked-numbers" query={{}} />
            <AddButton label={t("blocked.add")} allowed={may} onAdd={() => setAdding(true)} />
          </Group>
        }
        query={blocked}
        columns={[
          { name: "value", head: t("test.value"), cell: (row) => phone(row.value) },
          { name: "kind", head: t("test.kind"), cell: (row) => t(`kind.${row.kind}`) },
          { name: "reason", head: t("rule.reason"), cell: (row) => row.reason },
          { name: "by", head: t("blocked.by"), cell: (row) => [row.by?.name, format.full(row.createdAt)].filter(Boolean).join(" · ") },
          {
            name: "remove",
            head: "",
            right: true,
            cell: (row) =>
              may ? (
                <Button size="compact-xs" variant="subtle" color="red" loading={remove.isPending} onClick={() => remove.mutate(row)}>
                  {t("blocked.remove")}
                </Button>
              ) : null,
          },
        ]}
        idOf={(row) => `${row.kind} ${row.value}`}
        icon={<IconBan />}
        empty={t("blocked.empty")}
      />
      {adding ? <BlockForm onClose={() => setAdding(false)} /> : null}
    </>
  );
}

function BlockForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("dispatch");
  const changed = useChanged();
  const form = useForm({
    id: "exclusion.new",
    initial: { kind: "phone" as (typeof KINDS)[number], value: "", reason: "" },
    schema: ExclusionBody,
    save: async (body) => {
      await api.post("/exclusions", body);
    },
    onSaved: () => {
      changed();
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  return (
    <FormDrawer title={t("blocked.add")} form={form} onClose={onClose}>
      <Select
        label={t("test.kind")}
        data={KINDS.map((each) => ({ value: each, label: t(`kind.${each}`) }))}
        value={values.kind}
        onChange={(kind) => set({ kind: (kind ?? "phone") as typeof values.kind })}
      />
      <TextInput
        label={t("test.value")}
        data-autofocus
        value={values.value}
        error={fault("value")}
        onChange={(event) => set({ value: event.currentTarget.value })}
      />
      <TextInput label={t("rule.reason")} value={values.reason} error={fault("reason")} onChange={(event) => set({ reason: event.currentTarget.value })} />
    </FormDrawer>
  );
}
