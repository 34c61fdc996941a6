import type { InteractionDetail } from "@kommutator/contract/api/interaction";
import { Button, Group, Modal, Select, Stack, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import dayjs from "dayjs";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { TimeField } from "../../app/DateField.tsx";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import type { NextStep } from "../reception/form.ts";
import { NextStepFields } from "../reception/NextStepFields.tsx";
import { useReread } from "./queries.ts";

/** One save in a small box: what failed stands in it; after a conflict the card is read again and a second save is made knowingly. */
function Box({
  title,
  label,
  send,
  onClose,
  children,
}: {
  title: string;
  label: string;
  send: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation("events");
  const reread = useReread();
  const save = useMutation({
    mutationFn: send,
    onSuccess: async () => {
      await reread();
      onClose();
    },
    onError: (error) => (error instanceof ApiError && error.code === "version_conflict" ? reread() : undefined),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("common:close") }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {children}
          <Failure error={save.error} />
          <FormFoot label={label} busy={save.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

/** Done, or failed with a status of its own, with the result and the next step in one save (IA-01). */
export function CompleteForm({ event, onClose }: { event: InteractionDetail; onClose: () => void }) {
  const { t } = useTranslation("events");
  const catalogues = useCatalogues();
  const [result, setResult] = useState("");
  const [statusId, setStatus] = useState<string | null>(null);
  const [took, setTook] = useState<string | null>(null);
  const [next, setNext] = useState<NextStep | null>(null);
  const ends = event.statuses.filter((each) => each.state === "done" || each.state === "failed");
  const send = () =>
    api.post(`/interactions/${event.id}/complete`, {
      version: event.version,
      statusId,
      result: result.trim() === "" ? null : result.trim(),
      occurredFrom: took === null ? null : dayjs(took).toISOString(),
      next:
        next === null
          ? null
          : { typeId: next.typeId, subject: next.subject.trim() === "" ? event.subject : next.subject.trim(), plannedFrom: new Date(next.at).toISOString() },
    });
  return (
    <Box title={t("complete.title", { subject: event.subject })} label={t("complete.save")} send={send} onClose={onClose}>
      {ends.length < 2 ? null : (
        <Select
          clearable
          allowDeselect
          label={t("field.status")}
          placeholder={ends.find((each) => each.state === "done")?.name ?? ""}
          data={ends.map((each) => ({ value: each.id, label: each.name }))}
          value={statusId}
          onChange={setStatus}
        />
      )}
      <Textarea
        data-autofocus
        label={t("field.result")}
        autosize
        minRows={2}
        maxLength={10_000}
        value={result}
        onChange={(change) => setResult(change.currentTarget.value)}
      />
      <TimeField clearable label={t("field.took")} placeholder={t("form.justNow")} maxDate={new Date()} value={took} onChange={setTook} />
      {catalogues.data === undefined ? null : (
        <NextStepFields catalogues={catalogues.data} next={next} required={false} subject={event.subject} onChange={setNext} fault={null} />
      )}
    </Box>
  );
}

/** Another time; its reminder goes with it. */
export function MoveForm({ event, onClose }: { event: InteractionDetail; onClose: () => void }) {
  const { t } = useTranslation("events");
  const [at, setAt] = useState(dayjs(event.plannedFrom).format("YYYY-MM-DD HH:mm:ss"));
  const move = (days: number) => setAt(dayjs(at).add(days, "day").format("YYYY-MM-DD HH:mm:ss"));
  const send = () => api.patch(`/interactions/${event.id}`, { plannedFrom: dayjs(at).toISOString(), version: event.version });
  return (
    <Box title={t("move.title", { subject: event.subject })} label={t("common:save")} send={send} onClose={onClose}>
      <TimeField data-autofocus label={t("field.when")} value={at} onChange={(value) => value !== null && setAt(value)} />
      <Group gap={6}>
        {([1, 3, 7] as const).map((days) => (
          <Button key={days} size="compact-xs" variant="default" onClick={() => move(days)}>
            {t(`move.in${days}`)}
          </Button>
        ))}
      </Group>
    </Box>
  );
}

/** The words of a done one, within a day. */
export function WordsForm({ event, onClose }: { event: InteractionDetail; onClose: () => void }) {
  const { t } = useTranslation("events");
  const [result, setResult] = useState(event.result ?? "");
  const [description, setDescription] = useState(event.description ?? "");
  const word = (text: string) => (text.trim() === "" ? null : text.trim());
  const send = () => api.patch(`/interactions/${event.id}`, { result: word(result), description: word(description), version: event.version });
  return (
    <Box title={t("words.title")} label={t("common:save")} send={send} onClose={onClose}>
      <Textarea
        label={t("field.description")}
        autosize
        minRows={2}
        maxLength={10_000}
        value={description}
        onChange={(change) => setDescription(change.currentTarget.value)}
      />
      <Textarea
        data-autofocus
        label={t("field.result")}
        autosize
        minRows={2}
        maxLength={10_000}
        value={result}
        onChange={(change) => setResult(change.currentTarget.value)}
      />
    </Box>
  );
}
