import { ReceptionSettings, type RenormaliseResult } from "@kommutator/contract/api/dispatch-rule";
import { Alert, Button, Group, NumberInput, Paper, Select, Stack, TagsInput, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { useCan } from "../../app/me.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { FormBody } from "../settings/FormBody.tsx";
import { useForm } from "../settings/form.ts";
import { useChanged, useReceptionSettings } from "./queries.ts";

/** Thresholds of reception, and the anew reading of every number and address. */
export function DeadlinesTab() {
  const settings = useReceptionSettings();
  const can = useCan();
  if (settings.isError) return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />;
  if (settings.data === undefined) return <RowsSkeleton rows={4} height={42} />;
  return (
    <Stack gap="lg" maw={560}>
      <Thresholds key={settings.data.version} settings={settings.data} />
      {can("customer", "edit") === "all" && can("catalogue", "edit") !== null ? <Renormalise /> : null}
    </Stack>
  );
}

function Thresholds({ settings }: { settings: ReceptionSettings }) {
  const { t } = useTranslation("dispatch");
  const changed = useChanged();
  const form = useForm<ReceptionSettings & Record<string, unknown>>({
    id: "reception-settings",
    initial: settings,
    schema: ReceptionSettings,
    save: async (body) => {
      await api.put("/reception-settings", body);
    },
    onSaved: () => {
      changed();
      notifications.show({ color: "green", message: t("common:saved") });
    },
  });
  const { values, set, fault } = form;
  const minutes = (name: "firstContactS" | "processingS" | "supervisorAfterS") => (
    <NumberInput
      label={t(`deadlines.${name}`)}
      min={name === "supervisorAfterS" ? 0 : 1}
      value={values[name] / 60}
      error={fault(name)}
      onChange={(value) => typeof value === "number" && set({ [name]: Math.round(value * 60) })}
    />
  );
  const whole = (name: "undoS" | "offlineGraceS" | "lastTalkedDays" | "reopenDays", min: number, max: number) => (
    <NumberInput
      label={t(`deadlines.${name}`)}
      min={min}
      max={max}
      value={values[name]}
      error={fault(name)}
      onChange={(value) => typeof value === "number" && set({ [name]: value })}
    />
  );
  return (
    <Paper withBorder p="md" radius="md">
      <FormBody form={form}>
        <Text size="sm" c="dimmed">
          {t("deadlines.hint")}
        </Text>
        {minutes("firstContactS")}
        {minutes("processingS")}
        {minutes("supervisorAfterS")}
        <TagsInput
          label={t("deadlines.escalate")}
          description={t("deadlines.escalateHint")}
          value={values.escalatePercents.map(String)}
          error={fault("escalatePercents")}
          onChange={(list) => set({ escalatePercents: list.map(Number).filter((each) => Number.isInteger(each) && each > 0) })}
        />
        {whole("undoS", 0, 600)}
        {whole("offlineGraceS", 10, 3600)}
        {whole("lastTalkedDays", 0, 3650)}
        {whole("reopenDays", 0, 3650)}
        <Select
          label={t("deadlines.lettersBy")}
          description={t("deadlines.lettersHint")}
          data={ReceptionSettings.shape.lettersBy.options.map((value) => ({ value, label: t(`deadlines.letters.${value}`) }))}
          value={values.lettersBy}
          error={fault("lettersBy")}
          onChange={(value) => value !== null && set({ lettersBy: value as ReceptionSettings["lettersBy"] })}
        />
      </FormBody>
    </Paper>
  );
}

function Renormalise() {
  const { t } = useTranslation("dispatch");
  const run = useMutation({ mutationFn: (dryRun: boolean) => api.post<z.infer<typeof RenormaliseResult>>("/contact-points/renormalise", { dryRun }) });
  const found = run.data;
  return (
    <Paper withBorder p="md" radius="md">
      <Title order={3} size="h5">
        {t("renormalise.title")}
      </Title>
      <Text size="sm" c="dimmed" my="xs">
        {t("renormalise.hint")}
      </Text>
      <Group gap="sm">
        <Button variant="default" loading={run.isPending} onClick={() => run.mutate(true)}>
          {t("renormalise.check")}
        </Button>
        {found !== undefined && found.changed > 0 && run.variables === true ? (
          <Button loading={run.isPending} onClick={() => run.mutate(false)}>
            {t("renormalise.run", { count: found.changed })}
          </Button>
        ) : null}
      </Group>
      {run.error === null ? null : (
        <Alert mt="sm" color="red" role="alert">
          {failureText(run.error)}
        </Alert>
      )}
      {found === undefined ? null : (
        <Alert mt="sm" color={found.clashes.length > 0 ? "yellow" : "green"} role="status">
          {t(run.variables === true ? "renormalise.would" : "renormalise.done", {
            checked: found.checked,
            changed: found.changed,
            unreadable: found.unreadable,
          })}
          {found.clashes.slice(0, 20).map((each) => (
            <Text key={each.pointId} size="sm">
              {t("renormalise.clash", { raw: each.raw, value: each.value, name: each.owner.name })}
            </Text>
          ))}
        </Alert>
      )}
    </Paper>
  );
}
