import { type InterestKindView, KindBody } from "@kommutator/contract/api/interest-kind";
import { Button, Group, NumberInput, Select, SimpleGrid, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { api } from "../../../app/api.ts";
import { showFailure } from "../../../app/failure.ts";
import { FormBody } from "../../settings/FormBody.tsx";
import { SideDrawer } from "../../settings/FormDrawer.tsx";
import { useForm } from "../../settings/form.ts";
import { ItemList } from "./ItemList.tsx";
import { inUse, useKindSaved } from "./queries.ts";
import { StageList } from "./StageList.tsx";

type Values = Pick<InterestKindView, "name" | "processMode" | "skipReason" | "wonFromStageId" | "touchNormDays" | "leadTouchNormDays" | "headAfterDays"> & {
  conditions: { id?: string; name: string }[];
};
const FRESH: Values = {
  name: "",
  processMode: "typical",
  skipReason: "optional",
  wonFromStageId: null,
  touchNormDays: 14,
  leadTouchNormDays: 7,
  headAfterDays: 3,
  conditions: [],
};
const NUMBERS = ["touchNormDays", "leadTouchNormDays", "headAfterDays"] as const;

/** One kind: its rules, what must hold before it is won, and its stages in their order. */
export function KindDrawer({ kind, onMade, onClose }: { kind: InterestKindView | null; onMade: (id: string) => void; onClose: () => void }) {
  const { t } = useTranslation("interests");
  const saved = useKindSaved();
  const form = useForm<Values>({
    id: `interest-kind.${kind?.id ?? "new"}`,
    initial: kind ?? FRESH,
    schema: KindBody,
    body: (values) => ({ ...values, conditions: values.conditions.filter((c) => c.name.trim() !== "") }),
    version: kind?.version,
    save: async (values, version) => {
      const { name, processMode, skipReason, wonFromStageId, touchNormDays, leadTouchNormDays, headAfterDays } = values;
      const conditions = values.conditions.filter((c) => c.name.trim() !== "");
      const body = { name, processMode, skipReason, wonFromStageId, touchNormDays, leadTouchNormDays, headAfterDays, conditions };
      const after =
        kind === null
          ? await api.post<InterestKindView>("/interest-kinds", body)
          : await api.patch<InterestKindView>(`/interest-kinds/${kind.id}`, { ...body, version });
      saved(after);
      if (kind === null) onMade(after.id);
    },
    onSaved: () => {
      notifications.show({ color: "green", message: t("kinds.saved") });
    },
  });
  const { values, set, fault } = form;
  const archive = (path: "archive" | "restore") => {
    if (kind === null) return;
    api.post<InterestKindView>(`/interest-kinds/${kind.id}/${path}`, {}).then((after) => {
      saved(after);
      onClose();
    }, showFailure);
  };
  return (
    <SideDrawer
      wide
      title={kind?.name ?? t("kinds.add")}
      onClose={() => {
        form.discard();
        onClose();
      }}
    >
      <FormBody
        form={form}
        onCancel={onClose}
        aside={
          kind === null ? null : (
            <Button variant="subtle" color="gray" onClick={() => archive(kind.archived ? "restore" : "archive")}>
              {t(kind.archived ? "kinds.restore" : "kinds.archive")}
            </Button>
          )
        }
      >
        <TextInput
          data-autofocus
          label={t("kinds.name")}
          value={values.name}
          error={fault("name")}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Select
          label={t("field.mode")}
          description={t(`kinds.about.${values.processMode}`)}
          inputWrapperOrder={["label", "input", "description", "error"]}
          data={(["typical", "manual", "none"] as const).map((value) => ({ value, label: t(`mode.${value}`) }))}
          value={values.processMode}
          onChange={(processMode) => processMode !== null && set({ processMode: processMode as Values["processMode"] })}
        />
        {values.processMode === "manual" ? (
          <Group grow align="flex-start">
            <Select
              label={t("kinds.skipReason")}
              data={(["optional", "required"] as const).map((value) => ({ value, label: t(`kinds.skip.${value}`) }))}
              value={values.skipReason}
              onChange={(skipReason) => skipReason !== null && set({ skipReason: skipReason as Values["skipReason"] })}
            />
            <Select
              label={t("kinds.wonFrom")}
              placeholder={t("kinds.wonFromAny")}
              clearable
              allowDeselect
              data={kind === null ? [] : inUse(kind).map((stage) => ({ value: stage.id, label: stage.name }))}
              value={values.wonFromStageId}
              onChange={(wonFromStageId) => set({ wonFromStageId })}
            />
          </Group>
        ) : null}
        <SimpleGrid cols={3} spacing="md">
          {NUMBERS.map((name) => (
            <NumberInput
              key={name}
              label={t(`kinds.${name}`)}
              suffix={t("kinds.daysSuffix")}
              min={name === "headAfterDays" ? 0 : 1}
              max={365}
              value={values[name]}
              error={fault(name)}
              onChange={(value) => set({ [name]: Number(value) } as Partial<Values>)}
            />
          ))}
        </SimpleGrid>
        <ItemList label={t("card.conditions")} hint={t("kinds.conditionsHint")} items={values.conditions} onChange={(conditions) => set({ conditions })} />
      </FormBody>
      {kind === null ? null : <StageList kind={kind} />}
    </SideDrawer>
  );
}
