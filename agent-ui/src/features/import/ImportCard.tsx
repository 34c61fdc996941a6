import type { ImportView } from "@kommutator/contract/api/import";
import { Alert, Button, Group, Menu, Stack, Stepper, Text } from "@mantine/core";
import { IconAlertTriangle, IconArrowBackUp, IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { failureText } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { Section } from "../settings/Section.tsx";
import { MappingStep } from "./MappingStep.tsx";
import { Progress } from "./Progress.tsx";
import { isWorking, useImport, useImportActions } from "./queries.ts";
import { Rows } from "./Rows.tsx";

const STEP: Record<ImportView["state"], number> = { draft: 1, failed: 1, checking: 2, checked: 2, running: 3, done: 4, undoing: 4, undone: 4 };

/** One file on its way: mapping, dry run with its faults, progress, report with undo. */
export function ImportCard() {
  const { t } = useTranslation("import");
  const { id = "" } = useParams();
  const batch = useImport(id);
  if (batch.isPending) return <RowsSkeleton rows={8} />;
  if (batch.data === undefined) return <ErrorState error={batch.error} onRetry={() => void batch.refetch()} />;
  const { data } = batch;
  return (
    <Section title={data.fileName} purpose={t("card.purpose", { object: t(`object.${data.object}`), who: data.createdBy.name })}>
      <Stepper active={STEP[data.state]} size="sm" mb="lg" allowNextStepsSelect={false}>
        <Stepper.Step label={t("step.file")} />
        <Stepper.Step label={t("step.mapping")} />
        <Stepper.Step label={t("step.check")} />
        <Stepper.Step label={t("step.run")} />
        <Stepper.Completed>{null}</Stepper.Completed>
      </Stepper>
      {isWorking(data) ? <Progress batch={data} /> : data.state === "draft" ? <MappingStep batch={data} /> : <Outcome batch={data} />}
    </Section>
  );
}

function Outcome({ batch }: { batch: ImportView }) {
  const { t } = useTranslation("import");
  const can = useCan();
  const { change, step } = useImportActions(batch);
  const [sure, setSure] = useState(false);
  const begun = batch.counts.created + batch.counts.filled;
  const { number } = useFormat();
  if (batch.state === "failed")
    return (
      <Alert color="red" icon={<IconAlertTriangle />} title={t("card.failed")}>
        {t(`fileFault.${batch.fault ?? "broken"}`)}
      </Alert>
    );
  const left = batch.counts.ready + batch.counts.duplicate;
  return (
    <Stack gap="md">
      <Text fw={600}>{t(`state.${batch.state}`)}</Text>
      {step.isError || change.isError ? (
        <Alert color="red" icon={<IconAlertTriangle />}>
          {failureText(step.error ?? change.error)}
        </Alert>
      ) : null}
      <Group gap="sm">
        {batch.state === "checked" ? (
          <>
            <Button disabled={left === 0} loading={step.isPending} onClick={() => step.mutate({ name: "run" })}>
              {t("card.run", { rows: number(batch.counts.ready) })}
            </Button>
            {begun > 0 ? null : (
              <Button variant="default" loading={change.isPending} onClick={() => change.mutate({ mapping: batch.mapping })}>
                {t("card.back")}
              </Button>
            )}
          </>
        ) : null}
        <Menu>
          <Menu.Target>
            <Button variant="default" leftSection={<IconDownload size={16} />}>
              {t("card.report")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {(["xlsx", "csv"] as const).map((format) => (
              <Menu.Item key={format} component="a" href={`/api/v1/imports/${batch.id}/report?format=${format}`} download>
                {t(`export.${format}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        {begun > 0 && can("import", "delete") !== null ? (
          sure ? (
            <Button color="red" loading={step.isPending} leftSection={<IconArrowBackUp size={16} />} onClick={() => step.mutate({ name: "undo" })}>
              {t("card.undoSure", { rows: number(begun) })}
            </Button>
          ) : (
            <Button variant="default" leftSection={<IconArrowBackUp size={16} />} onClick={() => setSure(true)}>
              {t("card.undo")}
            </Button>
          )
        ) : null}
      </Group>
      {sure ? (
        <Text size="sm" c="dimmed">
          {t("card.undoHint")}
        </Text>
      ) : null}
      <Rows batch={batch} />
    </Stack>
  );
}
