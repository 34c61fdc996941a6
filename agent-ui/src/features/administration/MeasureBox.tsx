import type { Measure } from "@kommutator/contract/api/admin";
import { Alert, Button, Group, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { localMoment, TimeField } from "../../app/DateField.tsx";
import { failureText, showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";

/** A moment in this machine's time, to the minute. */
const local = (ms: number) => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** Working time between two moments by the stored calendar: the function that timers and deadlines use (AD-08). */
export function MeasureBox({ id }: { id: string }) {
  const { t } = useTranslation("administration");
  const [from, setFrom] = useState(() => local(Date.now()));
  const [to, setTo] = useState(() => local(Date.now() + 7 * 86_400_000));
  const [answer, setAnswer] = useState<z.infer<typeof Measure> | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const run = () => {
    setFailure(null);
    setAnswer(null);
    api
      .post<z.infer<typeof Measure>>(`/calendars/${id}/measure`, { from: new Date(from).toISOString(), to: new Date(to).toISOString() })
      .then(setAnswer, setFailure);
  };
  const minutes = answer === null ? 0 : Math.round(answer.workingSeconds / 60);
  return (
    <div>
      <Text size="xs" c="dimmed" mb={6}>
        {t("calendar.measureText")}
      </Text>
      <Group align="flex-end" gap="sm">
        <TimeField size="xs" w={160} label={t("calendar.from")} value={from} onChange={(at) => setFrom(localMoment(at))} />
        <TimeField size="xs" w={160} label={t("calendar.to")} value={to} onChange={(at) => setTo(localMoment(at))} />
        <Button size="xs" variant="light" onClick={run}>
          {t("calendar.measure")}
        </Button>
        {answer === null ? null : (
          <Text size="sm" fw={600} role="status">
            {t("calendar.result", { hours: Math.floor(minutes / 60), minutes: minutes % 60 })}
          </Text>
        )}
      </Group>
      {failure === null ? null : (
        <Alert color="red" mt="xs" py="xs">
          {failureText(failure)}
        </Alert>
      )}
    </div>
  );
}

/** Puts a calendar away by which nobody works. */
export function ArchiveCalendar({ id, onDone }: { id: string; onDone: () => void }) {
  const { t } = useTranslation("administration");
  const client = useQueryClient();
  const archive = () =>
    api.delete(`/calendars/${id}`).then(() => {
      void client.invalidateQueries({ queryKey: keys.calendars });
      onDone();
    }, showFailure);
  return (
    <Button variant="subtle" color="red" onClick={() => void archive()}>
      {t("calendar.archive")}
    </Button>
  );
}
