import type { Catalogues } from "@kommutator/contract/api/catalogue";
import { DispatchRuleBody, type DispatchRuleView } from "@kommutator/contract/api/dispatch-rule";
import { Button, MultiSelect, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { Confirm } from "../settings/Confirm.tsx";
import { FormDrawer } from "../settings/FormDrawer.tsx";
import { useForm } from "../settings/form.ts";
import { useChanged } from "./queries.ts";

const ACTIONS = ["suggest", "assign", "create_interest", "reject"] as const;
const IDENTITIES = ["known", "lead", "ambiguous", "new", "hidden"] as const;

/** One rule: of which messages it speaks, and what becomes of them. */
export function RuleForm(props: { rule: DispatchRuleView | null; catalogues: Catalogues; channels: { id: string; name: string }[]; onClose: () => void }) {
  const { rule, catalogues, channels, onClose } = props;
  const { t } = useTranslation("dispatch");
  const changed = useChanged();
  const [asking, setAsking] = useState(false);
  const form = useForm({
    id: `dispatch-rule.${rule?.id ?? "new"}`,
    initial: {
      name: rule?.name ?? "",
      enabled: rule?.enabled ?? true,
      channelId: rule?.channelId ?? null,
      senders: rule?.senders ?? [],
      words: rule?.words ?? [],
      identities: rule?.identities ?? [],
      action: rule?.action ?? "assign",
      purposeId: rule?.purposeId ?? null,
      employeeId: rule?.employeeId ?? null,
      queueId: rule?.queueId ?? null,
      reason: rule?.reason ?? null,
    } as Omit<DispatchRuleView, "id" | "pos" | "version">,
    schema: DispatchRuleBody,
    save: async (body) => {
      if (rule === null) await api.post("/dispatch-rules", body);
      else await api.patch(`/dispatch-rules/${rule.id}`, { ...body, version: rule.version });
    },
    onSaved: () => {
      changed();
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  const purposes = catalogues.purposes.filter((each) => !each.archived && (values.action !== "create_interest" || each.outcome === "interest"));
  const options = (list: { id: string; name: string }[]) => list.map((each) => ({ value: each.id, label: each.name }));
  const aside =
    rule === null ? null : (
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t("common:delete")}
      </Button>
    );
  return (
    <FormDrawer title={rule?.name ?? t("rule.add")} form={form} onClose={onClose} aside={aside}>
      <TextInput
        label={t("rule.name")}
        data-autofocus
        value={values.name}
        error={fault("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Switch label={t("rule.enabled")} checked={values.enabled} onChange={(event) => set({ enabled: event.currentTarget.checked })} />
      <Select
        label={t("rule.channel")}
        placeholder={t("rule.anyChannel")}
        clearable
        allowDeselect
        data={options(channels)}
        value={values.channelId}
        error={fault("channelId")}
        onChange={(channelId) => set({ channelId })}
      />
      <TagsInput
        label={t("rule.senders")}
        description={t("rule.sendersHint")}
        value={values.senders}
        error={fault("senders")}
        onChange={(senders) => set({ senders })}
      />
      <TagsInput label={t("rule.words")} description={t("rule.wordsHint")} value={values.words} error={fault("words")} onChange={(words) => set({ words })} />
      <MultiSelect
        label={t("rule.identities")}
        placeholder={values.identities.length === 0 ? t("rule.anybody") : ""}
        data={IDENTITIES.map((each) => ({ value: each, label: t(`identity.${each}`) }))}
        value={values.identities}
        onChange={(identities) => set({ identities: identities as typeof values.identities })}
      />
      <Select
        label={t("rule.action")}
        description={t(`actionHint.${values.action}`)}
        data={ACTIONS.map((each) => ({ value: each, label: t(`action.${each}`) }))}
        value={values.action}
        onChange={(action) => set({ action: (action ?? "assign") as typeof values.action })}
      />
      {values.action === "reject" ? (
        <TextInput
          label={t("rule.reason")}
          value={values.reason ?? ""}
          error={fault("reason")}
          onChange={(event) => set({ reason: event.currentTarget.value || null })}
        />
      ) : (
        <Select
          label={t("rule.purpose")}
          clearable={values.action === "assign"}
          allowDeselect={values.action === "assign"}
          data={options(purposes)}
          value={values.purposeId}
          error={fault("purposeId")}
          onChange={(purposeId) => set({ purposeId })}
        />
      )}
      {values.action === "assign" ? (
        <>
          <Select
            label={t("rule.employee")}
            placeholder={t("rule.byPurpose")}
            searchable
            clearable
            allowDeselect
            data={options(catalogues.employees)}
            value={values.employeeId}
            error={fault("employeeId")}
            onChange={(employeeId) => set({ employeeId, ...(employeeId === null ? {} : { queueId: null }) })}
          />
          <Select
            label={t("rule.queue")}
            clearable
            allowDeselect
            data={options(catalogues.queues)}
            value={values.queueId}
            error={fault("queueId")}
            onChange={(queueId) => set({ queueId, ...(queueId === null ? {} : { employeeId: null }) })}
          />
        </>
      ) : null}
      {asking && rule !== null ? (
        <Confirm
          title={t("rule.remove")}
          text={t("rule.removeText")}
          action={t("common:delete")}
          onClose={() => setAsking(false)}
          run={() => api.delete(`/dispatch-rules/${rule.id}`)}
          done={() => {
            changed();
            onClose();
          }}
        />
      ) : null}
    </FormDrawer>
  );
}
