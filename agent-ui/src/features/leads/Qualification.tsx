import type { LeadAnswers, LeadView } from "@kommutator/contract/api/lead";
import { Button, Group, Modal, Select, Stack, Text, Textarea } from "@mantine/core";
import { IconCheck, IconRotate, IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import { keys } from "../../app/keys.ts";
import { ErrorState } from "../../app/states.tsx";
import classes from "../customer/customer.module.css";
import { isOpen } from "./LeadList.tsx";

/** The checklist of a lead, and the decision it leads to (RG-15). */
export function Qualification({ lead, editable }: { lead: LeadView; editable: boolean }) {
  const { t } = useTranslation("leads");
  const client = useQueryClient();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [asking, setAsking] = useState(false);
  const answers = useQuery({ queryKey: keys.lead(lead.id, "answers"), queryFn: ({ signal }) => api.get<LeadAnswers>(`/leads/${lead.id}/answers`, { signal }) });
  const reread = () => Promise.all([client.invalidateQueries({ queryKey: keys.lead(lead.id) }), client.invalidateQueries({ queryKey: ["leads"] })]);
  const keep = () =>
    api.put<LeadAnswers>(`/leads/${lead.id}/answers`, { answers: Object.entries(typed).map(([questionId, answer]) => ({ questionId, answer })) });
  const save = useMutation({
    mutationFn: async (status: LeadView["status"] | "reopen" | null) => {
      if (Object.keys(typed).length > 0) await keep();
      if (status === "reopen") await api.post(`/leads/${lead.id}/reopen`, { version: lead.version });
      else if (status !== null) await api.patch(`/leads/${lead.id}`, { status, version: lead.version });
    },
    onSuccess: () => setTyped({}),
    onSettled: reread,
  });
  if (lead.status === "converted" && (answers.data ?? []).length === 0) return null;
  const open = isOpen(lead) && editable;
  return (
    <section className={classes["block"]} aria-labelledby="lead-qualification">
      <div className={classes["blockHead"]}>
        <h2 id="lead-qualification">{t("qualification.title")}</h2>
      </div>
      <Stack gap="xs">
        {answers.isError ? <ErrorState error={answers.error} onRetry={() => void answers.refetch()} /> : null}
        {answers.data?.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t("qualification.none")}
          </Text>
        ) : null}
        {answers.data?.map((each) => (
          <Textarea
            key={each.id}
            size="xs"
            autosize
            minRows={1}
            maxRows={5}
            maxLength={2000}
            readOnly={!open}
            withAsterisk={each.required}
            label={each.name}
            value={typed[each.id] ?? each.answer ?? ""}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setTyped((before) => ({ ...before, [each.id]: value }));
            }}
          />
        ))}
        <Failure error={save.error} />
        {editable ? (
          <Group gap={6}>
            {open && Object.keys(typed).length > 0 ? (
              <Button size="xs" variant="default" loading={save.isPending} onClick={() => save.mutate(null)}>
                {t("common:save")}
              </Button>
            ) : null}
            {open && lead.status === "new" ? (
              <Button size="xs" variant="default" loading={save.isPending} onClick={() => save.mutate("in_work")}>
                {t("qualification.take")}
              </Button>
            ) : null}
            {open && lead.status !== "qualified" ? (
              <Button size="xs" leftSection={<IconCheck size={15} />} loading={save.isPending} onClick={() => save.mutate("qualified")}>
                {t("qualification.qualify")}
              </Button>
            ) : null}
            {open ? (
              <Button size="xs" variant="subtle" color="red" leftSection={<IconX size={15} />} onClick={() => setAsking(true)}>
                {t("qualification.disqualify")}
              </Button>
            ) : null}
            {lead.status === "disqualified" ? (
              <Button size="xs" variant="default" leftSection={<IconRotate size={15} />} loading={save.isPending} onClick={() => save.mutate("reopen")}>
                {t("qualification.reopen")}
              </Button>
            ) : null}
          </Group>
        ) : null}
      </Stack>
      {asking ? <DisqualifyBox lead={lead} onClose={() => setAsking(false)} onDone={reread} /> : null}
    </section>
  );
}

function DisqualifyBox({ lead, onClose, onDone }: { lead: LeadView; onClose: () => void; onDone: () => Promise<unknown> }) {
  const { t } = useTranslation("leads");
  const catalogues = useCatalogues();
  const reasons = (catalogues.data?.lossReasons ?? []).filter((each) => each.kind === "lead_disqualified" && !each.archived);
  const [reasonId, setReason] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const run = useMutation({
    mutationFn: () => api.post<LeadView>(`/leads/${lead.id}/disqualify`, { reasonId, note: note.trim() || null, version: lead.version }),
    onSuccess: onClose,
    onSettled: onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reasonId !== null && !run.isPending) run.mutate();
  };
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t("qualification.disqualify")}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Select
            data-autofocus
            required
            label={t("field.disqualifyReason")}
            data={reasons.map((each) => ({ value: each.id, label: each.name }))}
            value={reasonId}
            onChange={setReason}
          />
          <Textarea label={t("field.note")} autosize minRows={2} maxLength={2000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
          <Failure error={run.error} />
          <FormFoot label={t("qualification.disqualify")} busy={run.isPending} disabled={reasonId === null} color="red" onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
