import { CatalogueBodies, type Catalogues, PURPOSE_FIELDS } from "@kommutator/contract/api/catalogue";
import { Button, MultiSelect, NumberInput, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { useCan } from "../../app/me.ts";
import { Confirm } from "../settings/Confirm.tsx";
import { FormDrawer } from "../settings/FormDrawer.tsx";
import { useForm } from "../settings/form.ts";
import { useChanged } from "./queries.ts";

const OUTCOMES = ["interest", "claim", "service_task", "information", "transfer", "reject"] as const;
const DISPATCHES = ["owner_then_least_loaded", "least_loaded", "fixed", "queue"] as const;
type Body = Omit<z.infer<(typeof CatalogueBodies)["purposes"]>, "translations" | "pos">;

/** One purpose: what it leads to, who pursues it and by when, what must be known before the wizard can be finished. */
export function PurposeForm({ purpose, catalogues, onClose }: { purpose: Catalogues["purposes"][number] | null; catalogues: Catalogues; onClose: () => void }) {
  const { t } = useTranslation("dispatch");
  const can = useCan();
  const changed = useChanged();
  const [asking, setAsking] = useState(false);
  const form = useForm<Body & Record<string, unknown>>({
    id: `purpose.${purpose?.id ?? "new"}`,
    initial: {
      code: purpose?.code ?? "",
      name: purpose?.name ?? "",
      outcome: purpose?.outcome ?? "interest",
      interestKindId: purpose?.interestKindId ?? null,
      queueId: purpose?.queueId ?? null,
      dispatch: purpose?.dispatch ?? "owner_then_least_loaded",
      fixedEmployeeId: purpose?.fixedEmployeeId ?? null,
      slaS: purpose?.slaS ?? 900,
      requiredFields: purpose?.requiredFields ?? [],
    },
    schema: CatalogueBodies.purposes,
    save: async (body) => {
      if (purpose === null) await api.post("/catalogues/purposes", body);
      else await api.patch(`/catalogues/purposes/${purpose.id}`, body);
    },
    onSaved: () => {
      changed();
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  const options = (list: { id: string; name: string }[]) => list.map((each) => ({ value: each.id, label: each.name }));
  const aside =
    purpose === null || can("catalogue", "delete") === null ? null : (
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t("common:delete")}
      </Button>
    );
  return (
    <FormDrawer title={purpose?.name ?? t("purposes.add")} form={form} onClose={onClose} aside={aside}>
      <TextInput
        label={t("purposes.name")}
        data-autofocus
        value={values.name}
        error={fault("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t("purposes.code")}
        description={t("purposes.codeHint")}
        value={values.code}
        error={fault("code")}
        onChange={(event) => set({ code: event.currentTarget.value })}
      />
      <Select
        label={t("purposes.outcome")}
        data={OUTCOMES.map((each) => ({ value: each, label: t(`outcome.${each}`) }))}
        value={values.outcome}
        onChange={(outcome) => set({ outcome: (outcome ?? "interest") as Body["outcome"] })}
      />
      {values.outcome === "interest" ? (
        <Select
          label={t("purposes.kind")}
          data={options(catalogues.interestKinds.filter((each) => !each.archived))}
          value={values.interestKindId}
          error={fault("interestKindId")}
          onChange={(interestKindId) => set({ interestKindId })}
        />
      ) : null}
      <Select
        label={t("purposes.dispatch")}
        data={DISPATCHES.map((each) => ({ value: each, label: t(`dispatch.${each}`) }))}
        value={values.dispatch}
        onChange={(dispatch) => set({ dispatch: (dispatch ?? "owner_then_least_loaded") as Body["dispatch"] })}
      />
      {values.dispatch === "fixed" ? (
        <Select
          label={t("rule.employee")}
          searchable
          data={options(catalogues.employees)}
          value={values.fixedEmployeeId}
          error={fault("fixedEmployeeId")}
          onChange={(fixedEmployeeId) => set({ fixedEmployeeId })}
        />
      ) : (
        <Select
          label={t("rule.queue")}
          clearable
          allowDeselect
          data={options(catalogues.queues)}
          value={values.queueId}
          error={fault("queueId")}
          onChange={(queueId) => set({ queueId })}
        />
      )}
      <NumberInput
        label={t("purposes.slaMinutes")}
        min={1}
        max={100_000}
        value={values.slaS === null ? "" : values.slaS / 60}
        error={fault("slaS")}
        onChange={(minutes) => set({ slaS: typeof minutes === "number" ? Math.round(minutes * 60) : null })}
      />
      <MultiSelect
        label={t("purposes.fields")}
        description={t("purposes.fieldsHint")}
        data={PURPOSE_FIELDS.map((each) => ({ value: each, label: t(`field.${each}`) }))}
        value={values.requiredFields}
        onChange={(requiredFields) => set({ requiredFields: requiredFields as Body["requiredFields"] })}
      />
      {asking && purpose !== null ? (
        <Confirm
          title={t("purposes.remove")}
          text={t("purposes.removeText")}
          action={t("common:delete")}
          onClose={() => setAsking(false)}
          run={() => api.delete(`/catalogues/purposes/${purpose.id}`)}
          done={() => {
            changed();
            onClose();
          }}
        />
      ) : null}
    </FormDrawer>
  );
}
