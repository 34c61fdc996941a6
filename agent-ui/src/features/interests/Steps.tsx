import type { InteractionView } from "@kommutator/contract/api/interaction";
import type { InterestHub, InterestView } from "@kommutator/contract/api/interest";
import { ActionIcon, Button, Modal, Skeleton, Stack, Textarea, Tooltip } from "@mantine/core";
import { IconCheck, IconPlus, IconX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues, useNamed } from "../../app/catalogues.ts";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import { showFailure } from "../../app/failure.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { ErrorState } from "../../app/states.tsx";
import classes from "../customer/customer.module.css";
import { type NextStep, usualNextStep } from "../reception/form.ts";
import { NextStepFields } from "../reception/NextStepFields.tsx";
import { ReasonBox } from "./ReasonBox.tsx";

const bodyOf = (next: NextStep, interest: InterestView) => ({
  typeId: next.typeId,
  direction: "out",
  subject: next.subject.trim() === "" ? interest.title : next.subject.trim(),
  plannedFrom: new Date(next.at).toISOString(),
  interestId: interest.id,
  customerId: interest.customer?.id ?? null,
  contactId: interest.contactId,
  leadId: interest.leadId,
});

/** What is planned on an Interest: done with a result and the next step in one save, or cancelled, what its stage asks for with a reason; plan another. */
export function Steps({ interest, editable }: { interest: InterestView; editable: boolean }) {
  const { t } = useTranslation("interests");
  const can = useCan();
  const format = useFormat();
  const now = useNow(60_000);
  const name = useNamed();
  const client = useQueryClient();
  const [planning, setPlanning] = useState(false);
  const [completing, setCompleting] = useState<InteractionView | null>(null);
  const [declining, setDeclining] = useState<InteractionView | null>(null);
  const steps = useQuery({
    queryKey: ["interactions", interest.id, "planned"],
    queryFn: ({ signal }) =>
      api.get<{ items: InteractionView[] }>("/interactions", { signal, query: { interestId: interest.id, state: "planned", limit: 50 } }),
    enabled: can("interaction", "read") !== null,
  });
  // Which of them a stage asks for, the linked things know.
  const hub = useQuery({
    queryKey: keys.interest(interest.id, "hub"),
    queryFn: ({ signal }) => api.get<InterestHub>(`/interests/${interest.id}/hub`, { signal }),
  });
  const asked = new Set(hub.data?.interactions.filter((each) => each.actionId !== null).map((each) => each.id));
  const reread = () =>
    client.invalidateQueries({
      predicate: ({ queryKey: [word] }) => word === "interactions" || word === "interest" || word === "interests" || word === "customer" || word === "lead",
    });
  const cancel = useMutation({
    mutationFn: (each: InteractionView) => api.post(`/interactions/${each.id}/cancel`, { version: each.version }),
    onSuccess: reread,
    onError: showFailure,
  });
  if (can("interaction", "read") === null) return null;
  const items = [...(steps.data?.items ?? [])].sort((a, b) => Date.parse(a.plannedFrom ?? "") - Date.parse(b.plannedFrom ?? ""));
  return (
    <section className={classes["block"]} aria-labelledby="steps">
      <div className={classes["blockHead"]}>
        <h2 id="steps">{t("steps.title")}</h2>
        {editable && can("interaction", "create") !== null ? (
          <Button size="compact-xs" variant="light" leftSection={<IconPlus size={13} />} onClick={() => setPlanning(true)}>
            {t("steps.plan")}
          </Button>
        ) : null}
      </div>
      {steps.isPending ? (
        <Skeleton height={36} />
      ) : steps.isError ? (
        <ErrorState error={steps.error} onRetry={() => void steps.refetch()} />
      ) : items.length === 0 ? (
        <p className={classes["dim"]}>{t("steps.none")}</p>
      ) : null}
      <ul className={classes["points"]}>
        {items.map((each) => (
          <li key={each.id} className={classes["point"]}>
            <span
              className={each.plannedFrom !== null && Date.parse(each.plannedFrom) < now ? classes["red"] : classes["dim"]}
              title={each.plannedFrom === null ? undefined : format.full(each.plannedFrom)}
            >
              {each.plannedFrom === null
                ? ""
                : `${format.stamp(each.plannedFrom, now)}${format.stamp(each.plannedFrom, now) === format.time(each.plannedFrom) ? "" : `, ${format.time(each.plannedFrom)}`}`}
            </span>
            <span className={classes["pointValue"]}>
              {name(each.type)}: {each.subject}
            </span>
            <span className={classes["dim"]}>{each.executor?.name ?? ""}</span>
            <span style={{ flex: 1 }} />
            {editable ? (
              <>
                <Tooltip label={t("steps.done")}>
                  <ActionIcon
                    size="sm"
                    variant="light"
                    color="green"
                    aria-label={t("steps.doneOf", { subject: each.subject })}
                    onClick={() => setCompleting(each)}
                  >
                    <IconCheck size={14} />
                  </ActionIcon>
                </Tooltip>
                <Tooltip label={t(asked.has(each.id) ? "steps.decline" : "steps.cancel")}>
                  <ActionIcon
                    size="sm"
                    aria-label={t(asked.has(each.id) ? "steps.declineOf" : "steps.cancelOf", { subject: each.subject })}
                    disabled={hub.isPending}
                    onClick={() => (asked.has(each.id) ? setDeclining(each) : cancel.mutate(each))}
                  >
                    <IconX size={14} />
                  </ActionIcon>
                </Tooltip>
              </>
            ) : null}
          </li>
        ))}
      </ul>
      {planning ? <PlanBox interest={interest} onClose={() => setPlanning(false)} onSaved={reread} /> : null}
      {declining === null ? null : (
        <ReasonBox
          title={t("steps.declineOf", { subject: declining.subject })}
          text={t("steps.declineText")}
          action={t("steps.decline")}
          run={async (reason) => {
            await api.post(`/interests/${interest.id}/actions/${declining.id}/decline`, { reason });
            await reread();
          }}
          onClose={() => setDeclining(null)}
        />
      )}
      {completing === null ? null : <CompleteBox interest={interest} step={completing} onClose={() => setCompleting(null)} onSaved={reread} />}
    </section>
  );
}

function PlanBox({ interest, onClose, onSaved }: { interest: InterestView; onClose: () => void; onSaved: () => Promise<void> }) {
  const { t } = useTranslation("interests");
  const catalogues = useCatalogues();
  const [next, setNext] = useState<NextStep | null>(() => (catalogues.data === undefined ? null : usualNextStep(catalogues.data, "", Date.now())));
  const save = useMutation({
    mutationFn: (step: NextStep) => api.post("/interactions", bodyOf(step, interest)),
    onSuccess: async () => {
      await onSaved();
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (next !== null) save.mutate(next);
  };
  if (catalogues.data === undefined) return null;
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t("steps.plan")}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <NextStepFields catalogues={catalogues.data} next={next} required subject={interest.title} onChange={setNext} fault={null} />
          <Failure error={save.error} />
          <FormFoot busy={save.isPending} disabled={next === null} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

function CompleteBox({
  interest,
  step,
  onClose,
  onSaved,
}: {
  interest: InterestView;
  step: InteractionView;
  onClose: () => void;
  onSaved: () => Promise<void>;
}) {
  const { t } = useTranslation("interests");
  const catalogues = useCatalogues();
  const [result, setResult] = useState("");
  const [next, setNext] = useState<NextStep | null>(null);
  const save = useMutation({
    mutationFn: () =>
      api.post(`/interactions/${step.id}/complete`, {
        version: step.version,
        result: result.trim() === "" ? null : result.trim(),
        next: next === null ? null : bodyOf(next, interest),
      }),
    onSuccess: async () => {
      await onSaved();
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t("steps.doneOf", { subject: step.subject })}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Textarea data-autofocus label={t("steps.result")} autosize minRows={2} value={result} onChange={(event) => setResult(event.currentTarget.value)} />
          {catalogues.data === undefined ? null : (
            <NextStepFields catalogues={catalogues.data} next={next} required={false} subject={interest.title} onChange={setNext} fault={null} />
          )}
          <Failure error={save.error} />
          <FormFoot label={t("steps.done")} busy={save.isPending} color="#13713a" onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
