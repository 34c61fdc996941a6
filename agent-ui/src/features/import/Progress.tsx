import type { ImportView } from "@kommutator/contract/api/import";
import { Progress as Bar, Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import { doneRows, useImportActions } from "./queries.ts";

/** Work in progress: it goes on when the page is left. */
export function Progress({ batch }: { batch: ImportView }) {
  const { t } = useTranslation("import");
  const { step } = useImportActions(batch);
  const whole = batch.state === "undoing" ? batch.counts.undone + batch.counts.kept + batch.counts.created + batch.counts.filled : batch.total;
  const done = doneRows(batch);
  const { number } = useFormat();
  return (
    <Stack gap="sm" maw={720}>
      <Text fw={600}>{t(`state.${batch.state}`)}</Text>
      <Bar value={whole === 0 ? 100 : (100 * done) / whole} animated={whole === 0} size="lg" aria-label={t("progress.label")} />
      <Text size="sm" c="dimmed" role="status">
        {whole === 0 ? t("progress.reading") : t("progress.rows", { done: number(done), total: number(whole) })}
      </Text>
      <Text size="sm" c="dimmed">
        {t("progress.leave")}
      </Text>
      {batch.state === "undoing" ? null : (
        <Group>
          <Button variant="default" loading={step.isPending} onClick={() => step.mutate({ name: "stop" })}>
            {t("progress.stop")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
