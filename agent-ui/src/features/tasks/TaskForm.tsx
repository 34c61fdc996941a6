import type { TaskView } from "@kommutator/contract/api/task";
import { Checkbox, Group, Modal, MultiSelect, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import dayjs from "dayjs";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { TimeField } from "../../app/DateField.tsx";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import { useMe } from "../../app/me.ts";
import { useRereadTasks } from "./queries.ts";

/** A new task, or another wording, time or person of one (`task`). `subject`: the card it is about. */
export function TaskForm({ task, subject, onClose }: { task?: TaskView; subject?: { kind: string; id: string }; onClose: () => void }) {
  const { t } = useTranslation("tasks");
  const me = useMe();
  const catalogues = useCatalogues();
  const reread = useRereadTasks();
  const [title, setTitle] = useState(task?.title ?? "");
  const [description, setDescription] = useState(task?.description ?? "");
  const [executorId, setExecutor] = useState(task?.executor?.id ?? me.id);
  const [helpers, setHelpers] = useState(task?.coExecutors.map((each) => each.id) ?? []);
  const [due, setDue] = useState<string | null>(task?.dueAt == null ? null : dayjs(task.dueAt).format("YYYY-MM-DD HH:mm:ss"));
  const [controlled, setControlled] = useState(task?.controlled ?? false);
  const people = (catalogues.data?.employees ?? [])
    .filter((each) => each.state === "active")
    .map((each) => ({ value: each.id, label: each.id === me.id ? t("me", { name: each.name }) : each.name }));
  const save = useMutation({
    mutationFn: () => {
      const body = {
        title: title.trim(),
        description: description.trim() === "" ? null : description.trim(),
        executorId,
        coExecutorIds: helpers,
        dueAt: due === null ? null : dayjs(due).toISOString(),
        controlled,
      };
      return task === undefined
        ? api.post("/tasks", { ...body, subject: subject ?? null })
        : api.patch(`/tasks/${task.id}`, { ...body, version: task.version });
    },
    onSuccess: async () => {
      await reread();
      onClose();
    },
    onError: (error) => (error instanceof ApiError && error.code === "version_conflict" ? reread() : undefined),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() !== "" && !save.isPending) save.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={task === undefined ? t("form.title") : t("form.edit")} closeButtonProps={{ "aria-label": t("common:close") }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput data-autofocus required label={t("field.title")} maxLength={300} value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
          <Textarea
            label={t("field.description")}
            autosize
            minRows={2}
            maxLength={10_000}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Group grow align="flex-start">
            <Select searchable label={t("field.executor")} data={people} value={executorId} onChange={(value) => value !== null && setExecutor(value)} />
            <TimeField clearable label={t("field.due")} value={due} onChange={setDue} />
          </Group>
          <MultiSelect
            searchable
            clearable
            label={t("field.helpers")}
            data={people.filter((each) => each.value !== executorId)}
            value={helpers}
            onChange={setHelpers}
          />
          {executorId === me.id ? null : (
            <Checkbox
              label={t("form.controlled")}
              description={t("form.controlledText")}
              checked={controlled}
              onChange={(event) => setControlled(event.currentTarget.checked)}
            />
          )}
          <Failure error={save.error} />
          <FormFoot busy={save.isPending} disabled={title.trim() === ""} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
