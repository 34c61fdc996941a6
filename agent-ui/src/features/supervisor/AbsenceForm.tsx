import { AbsenceBody, AbsencePatch, type AbsenceView } from "@kommutator/contract/api/absence";
import { Checkbox, Group, Select, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { localMoment, TimeField } from "../../app/DateField.tsx";
import { keys } from "../../app/keys.ts";
import { FormDrawer } from "../settings/FormDrawer.tsx";
import { useForm } from "../settings/form.ts";
import { type AbsenceFields, absenceBody, absencePatch, localOf } from "./absences.ts";

/** An absence: who, from when to when, who stands in. `unplanned` begins now. */
export function AbsenceForm(props: { employee?: { id: string; name: string }; absence?: AbsenceView; unplanned?: boolean; onClose: () => void }) {
  const { absence, onClose } = props;
  const employee = props.employee ?? absence?.employee;
  const { t } = useTranslation("supervisor");
  const client = useQueryClient();
  const people = useCatalogues();
  const begun = absence !== undefined && absence.state !== "scheduled";
  const form = useForm<AbsenceFields & Record<string, unknown>>({
    id: `absence.${absence?.id ?? employee?.id ?? "new"}`,
    initial: {
      employeeId: employee?.id ?? "",
      kind: absence?.kind ?? (props.unplanned === true ? "unplanned" : "planned"),
      reason: absence?.reason ?? "",
      from: localOf(absence?.from ?? null),
      to: localOf(absence?.to ?? null),
      substituteId: absence?.substitute?.id ?? null,
      autoReturn: absence?.autoReturn ?? false,
    },
    schema: absence === undefined ? AbsenceBody : AbsencePatch,
    body: (values) => (absence === undefined ? absenceBody(values) : absencePatch(values, begun)),
    save: (values) => (absence === undefined ? api.post("/absences", absenceBody(values)) : api.patch(`/absences/${absence.id}`, absencePatch(values, begun))),
    onSaved: () => {
      void client.invalidateQueries({ queryKey: keys.absences() });
      void client.invalidateQueries({ queryKey: keys.board });
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  const colleagues = (people.data?.employees ?? []).filter((each) => each.state === "active");
  const options = (without: string | null) => colleagues.filter((each) => each.id !== without).map((each) => ({ value: each.id, label: each.name }));
  const now = values.kind === "unplanned";
  return (
    <FormDrawer title={employee === undefined ? t("absence.add") : t("absence.of", { name: employee.name })} form={form} onClose={onClose}>
      {employee === undefined ? (
        <Select
          label={t("absence.who")}
          data-autofocus
          searchable
          data={options(null)}
          value={values.employeeId === "" ? null : values.employeeId}
          error={fault("employeeId")}
          onChange={(employeeId) => employeeId !== null && set({ employeeId })}
        />
      ) : null}
      {now && !begun ? (
        <Text size="sm">{t("absence.fromNow")}</Text>
      ) : (
        <TimeField
          label={t("absence.from")}
          clearable
          disabled={begun}
          value={values.from || null}
          error={fault("from")}
          onChange={(at) => set({ from: localMoment(at) })}
        />
      )}
      <TimeField
        label={t("absence.to")}
        clearable
        description={t("absence.toText")}
        value={values.to || null}
        error={fault("to")}
        onChange={(at) => set({ to: localMoment(at) })}
      />
      <TextInput
        label={t("absence.reason")}
        maxLength={500}
        value={values.reason}
        error={fault("reason")}
        onChange={(event) => set({ reason: event.currentTarget.value })}
      />
      <Select
        label={t("absence.substitute")}
        description={t("absence.substituteText")}
        searchable
        clearable
        allowDeselect
        data={options(values.employeeId)}
        value={values.substituteId}
        error={fault("substituteId")}
        onChange={(substituteId) => set({ substituteId })}
      />
      <Checkbox
        label={t("absence.autoReturn")}
        description={t("absence.autoReturnText")}
        checked={values.autoReturn}
        onChange={(event) => set({ autoReturn: event.currentTarget.checked })}
      />
      <Group>
        <Text size="xs" c="dimmed">
          {t("absence.effect")}
        </Text>
      </Group>
    </FormDrawer>
  );
}
