import { STAGE_FIELDS, type StageField } from "@kommutator/contract/api/interest";
import { type InterestKindView, type KindStage, StageDraft } from "@kommutator/contract/api/interest-kind";
import { Checkbox, MultiSelect, NumberInput, SimpleGrid, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api } from "../../../app/api.ts";
import { FormDrawer } from "../../settings/FormDrawer.tsx";
import { useForm } from "../../settings/form.ts";
import { FIELD_TEXT } from "../MissingFields.tsx";
import { ActionList, type Line } from "./ActionList.tsx";
import { ItemList } from "./ItemList.tsx";
import { inUse, useKindSaved } from "./queries.ts";

interface Values extends Record<string, unknown> {
  name: string;
  plannedHours: number | null;
  instruction: string;
  requiredFields: StageField[];
  requiresNextStep: boolean;
  allowBack: boolean;
  isOptional: boolean;
  branches: string[];
  actions: Line[];
  checks: { id?: string; name: string }[];
}
const FLAGS = ["requiresNextStep", "allowBack", "isOptional"] as const;

const bodyOf = ({ plannedHours, instruction, ...values }: Values) => ({
  ...values,
  plannedSeconds: plannedHours === null ? null : Math.round(plannedHours * 3600),
  instruction: instruction.trim() === "" ? null : instruction,
  checks: values.checks.filter((c) => c.name.trim() !== ""),
});

/** A stage: how long it may take in working time, what is to be done in it, and what must be there before it is left. */
export function StageDrawer({ kind, stage, onClose }: { kind: InterestKindView; stage: KindStage | null; onClose: () => void }) {
  const { t } = useTranslation("interests");
  const saved = useKindSaved();
  const form = useForm<Values>({
    id: `stage.${stage?.id ?? `new.${kind.id}`}`,
    initial: {
      name: stage?.name ?? "",
      translations: stage?.translations ?? {},
      plannedHours: stage?.plannedSeconds == null ? null : stage.plannedSeconds / 3600,
      instruction: stage?.instruction ?? "",
      requiredFields: stage?.requiredFields ?? [],
      requiresNextStep: stage?.requiresNextStep ?? false,
      allowBack: stage?.allowBack ?? false,
      isOptional: stage?.isOptional ?? false,
      branches: stage?.branches ?? [],
      actions: (stage?.actions ?? []).map(({ type: _, ...line }) => line),
      checks: stage?.checks ?? [],
    },
    schema: StageDraft,
    body: bodyOf,
    version: stage?.version,
    save: async (values, version) =>
      saved(
        stage === null
          ? await api.post<InterestKindView>(`/interest-kinds/${kind.id}/stages`, bodyOf(values))
          : await api.patch<InterestKindView>(`/stages/${stage.id}`, { ...bodyOf(values), version }),
      ),
    onSaved: onClose,
  });
  const { values, set, fault } = form;
  return (
    <FormDrawer title={stage?.name ?? t("kinds.addStage")} form={form} onClose={onClose} wide>
      <SimpleGrid cols={2} spacing="md">
        <TextInput
          data-autofocus
          label={t("kinds.stageName")}
          value={values.name}
          error={fault("name")}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <NumberInput
          label={t("kinds.plannedHours")}
          description={t("kinds.plannedHint")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          min={0}
          decimalScale={2}
          value={values.plannedHours ?? ""}
          error={fault("plannedSeconds")}
          onChange={(value) => set({ plannedHours: typeof value === "number" && value > 0 ? value : null })}
        />
      </SimpleGrid>
      <Textarea
        label={t("kinds.instruction")}
        autosize
        minRows={2}
        maxLength={5000}
        value={values.instruction}
        error={fault("instruction")}
        onChange={(event) => set({ instruction: event.currentTarget.value })}
      />
      <ItemList label={t("card.checks")} hint={t("kinds.checksHint")} items={values.checks} onChange={(checks) => set({ checks })} />
      <MultiSelect
        label={t("kinds.requiredFields")}
        description={t("kinds.requiredHint")}
        data={STAGE_FIELDS.map((value) => ({ value, label: t(`field.${FIELD_TEXT[value]}`) }))}
        value={values.requiredFields}
        onChange={(requiredFields) => set({ requiredFields: requiredFields as StageField[] })}
      />
      {kind.processMode === "typical" ? (
        <MultiSelect
          label={t("kinds.branches")}
          description={t("kinds.branchesHint")}
          data={inUse(kind)
            .filter((each) => each.id !== stage?.id)
            .map((each) => ({ value: each.id, label: each.name }))}
          value={values.branches}
          onChange={(branches) => set({ branches })}
        />
      ) : null}
      {FLAGS.filter((flag) => kind.processMode === "typical" || flag === "requiresNextStep").map((flag) => (
        <Checkbox
          key={flag}
          label={t(`kinds.${flag}`)}
          checked={values[flag]}
          onChange={(event) => set({ [flag]: event.currentTarget.checked } as Partial<Values>)}
        />
      ))}
      <ActionList lines={values.actions} typical={kind.processMode === "typical"} onChange={(actions) => set({ actions })} />
    </FormDrawer>
  );
}
