import {
  REQUIRED_OBJECTS,
  type RequiredObject,
  RequiredRuleBody,
  type RequiredRuleView,
  SEVERITIES,
  VALIDATORS,
} from "@kommutator/contract/api/required-field";
import { Button, MultiSelect, NumberInput, SegmentedControl, Select, Switch, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { showFailure } from "../../app/failure.ts";
import { useCan } from "../../app/me.ts";
import { FormDrawer } from "../settings/FormDrawer.tsx";
import { useForm } from "../settings/form.ts";
import { useRoles } from "../settings/queries.ts";
import classes from "./administration.module.css";
import { REQUIRED_KEY } from "./queries.ts";
import { conditionsOf, fieldName, fieldsOf, momentsOf, valuesOf } from "./required.ts";

type Values = Omit<RequiredRuleView, "id" | "version">;
const NEW: Values = {
  object: "customer",
  field: "taxId",
  moment: "save",
  condition: {},
  stageId: null,
  severity: "block",
  deferHours: null,
  roleIds: null,
  validator: "meaningful",
  allowUnknown: false,
  message: null,
  enabled: true,
};

/** One rule: whose field, when, under which conditions, for whom, and what happens when it is missing. */
export function RequiredForm({ rule, onClose }: { rule: RequiredRuleView | null; onClose: () => void }) {
  const { t, i18n } = useTranslation("administration");
  const client = useQueryClient();
  const can = useCan();
  const catalogues = useCatalogues();
  const roles = useRoles();
  const refresh = () => {
    void client.invalidateQueries({ queryKey: REQUIRED_KEY });
    notifications.show({ color: "green", message: t("common:saved") });
    onClose();
  };
  const form = useForm<Values>({
    id: `required.${rule?.id ?? "new"}`,
    initial: rule ?? NEW,
    schema: RequiredRuleBody,
    version: rule?.version,
    save: ({ object, ...values }, version) =>
      rule === null ? api.post("/required-fields", { object, ...values }) : api.patch(`/required-fields/${rule.id}`, { ...values, version }),
    onSaved: refresh,
  });
  const { values, set, fault } = form;
  const object = values.object;
  const staged = values.moment === "stage_enter" || values.moment === "stage_leave";
  const choose = (next: RequiredObject) =>
    set({ object: next, field: fieldsOf(next)[0] ?? "", moment: momentsOf(next)[0] as Values["moment"], condition: {}, stageId: null });
  const narrow = (key: string, chosen: string[]) => {
    const { [key]: _, ...rest } = values.condition;
    set({ condition: chosen.length === 0 ? rest : { ...rest, [key]: chosen } });
  };
  const stages = (catalogues.data?.interestKinds ?? [])
    .filter((kind) => !kind.archived)
    .map((kind) => ({ group: kind.name, items: kind.stages.map((s) => ({ value: s.id, label: s.name })) }));
  const remove =
    rule === null || can("catalogue", "delete") === null ? null : (
      <Button variant="subtle" color="red" onClick={() => void api.delete(`/required-fields/${rule.id}`).then(refresh, showFailure)}>
        {t("required.remove")}
      </Button>
    );
  return (
    <FormDrawer
      title={rule === null ? t("required.add") : `${t(`objects.${rule.object}`)} · ${fieldName(rule, i18n.language)}`}
      form={form}
      onClose={onClose}
      aside={remove}
      wide
    >
      <div className={classes["pair"]}>
        <Select
          label={t("required.object")}
          data-autofocus
          disabled={rule !== null}
          data={REQUIRED_OBJECTS.map((each) => ({ value: each, label: t(`objects.${each}`) }))}
          value={object}
          onChange={(next) => next !== null && choose(next as RequiredObject)}
        />
        <Select
          label={t("required.field")}
          searchable
          data={fieldsOf(object).map((field) => ({ value: field, label: fieldName({ object, field }, i18n.language) }))}
          value={values.field}
          error={fault("field")}
          onChange={(field) => field !== null && set({ field })}
        />
        <Select
          label={t("required.moment")}
          data={momentsOf(object).map((moment) => ({ value: moment, label: t(`required.moments.${object}.${moment}`) }))}
          value={values.moment}
          error={fault("moment")}
          onChange={(moment) => moment !== null && set({ moment: moment as Values["moment"], ...(moment.startsWith("stage_") ? {} : { stageId: null }) })}
        />
        {staged ? (
          <Select
            label={t("required.stage")}
            placeholder={t("required.anyStage")}
            searchable
            clearable
            data={stages}
            value={values.stageId}
            error={fault("stageId")}
            onChange={(stageId) => set({ stageId })}
          />
        ) : (
          <Select
            label={t("required.validator")}
            data={VALIDATORS.map((each) => ({ value: each, label: t(`required.validators.${each}`) }))}
            value={values.validator}
            onChange={(validator) => validator !== null && set({ validator: validator as Values["validator"] })}
          />
        )}
      </div>
      {staged ? (
        <Select
          label={t("required.validator")}
          data={VALIDATORS.map((each) => ({ value: each, label: t(`required.validators.${each}`) }))}
          value={values.validator}
          onChange={(validator) => validator !== null && set({ validator: validator as Values["validator"] })}
        />
      ) : null}
      <div>
        <Text size="sm" fw={500} mb={4}>
          {t("required.severity")}
        </Text>
        <SegmentedControl
          fullWidth
          aria-label={t("required.severity")}
          data={SEVERITIES.map((each) => ({ value: each, label: t(`required.severities.${each}`) }))}
          value={values.severity}
          onChange={(severity) => set({ severity: severity as Values["severity"], deferHours: severity === "defer" ? (values.deferHours ?? 72) : null })}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {t(`required.severityTexts.${values.severity}`)}
        </Text>
      </div>
      {values.severity === "defer" ? (
        <NumberInput
          label={t("required.hours")}
          min={1}
          max={8760}
          value={values.deferHours ?? ""}
          error={fault("deferHours")}
          onChange={(value) => set({ deferHours: value === "" ? null : Number(value) })}
        />
      ) : null}
      {catalogues.data === undefined
        ? null
        : conditionsOf(object).map((key) => {
            const choice = valuesOf(object, key, catalogues.data);
            return (
              <MultiSelect
                key={key}
                label={t(`required.conditions.${key}`)}
                placeholder={values.condition[key] === undefined ? t("required.any") : ""}
                searchable
                clearable
                data={
                  Array.isArray(choice)
                    ? choice.map((each) => ({ value: each.id, label: each.name }))
                    : choice.codes.map((code) => ({ value: code, label: t(`required.words.${choice.words}.${code}`) }))
                }
                value={values.condition[key] ?? []}
                error={fault("condition")}
                onChange={(chosen) => narrow(key, chosen)}
              />
            );
          })}
      <MultiSelect
        label={t("required.roles")}
        placeholder={values.roleIds === null ? t("required.everybody") : ""}
        clearable
        data={(roles.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
        value={values.roleIds ?? []}
        error={fault("roleIds")}
        onChange={(chosen) => set({ roleIds: chosen.length === 0 ? null : chosen })}
      />
      <TextInput
        label={t("required.message")}
        description={t("required.messageText")}
        value={values.message ?? ""}
        error={fault("message")}
        onChange={(event) => set({ message: event.currentTarget.value === "" ? null : event.currentTarget.value })}
      />
      <Switch label={t("required.allowUnknown")} checked={values.allowUnknown} onChange={(event) => set({ allowUnknown: event.currentTarget.checked })} />
      <Switch
        label={t("required.enabled")}
        description={t("required.enabledText")}
        checked={values.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
    </FormDrawer>
  );
}
