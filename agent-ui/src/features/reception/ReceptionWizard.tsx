import type { Catalogues } from "@kommutator/contract/api/catalogue";
import type { InquiryView, Reception } from "@kommutator/contract/api/inquiry";
import { Alert, Button, Checkbox, Chip, Group, Select, Skeleton, Stack, Text, Textarea } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { failureText } from "../../app/failure.ts";
import { usePartyName } from "../../app/party.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { ErrorState } from "../../app/states.tsx";
import { DispatchChoice } from "./DispatchChoice.tsx";
import { FaultText } from "./FaultText.tsx";
import {
  choosePurpose,
  type Fault,
  faultsOf,
  finishBody,
  needsInterest,
  nextRequired,
  parallelNeeded,
  personChanged,
  proposedFor,
  purposeOf,
  purposesInOrder,
  queueOf,
  type ReceptionForm,
  rank,
  receivers,
  startForm,
  usualNextStep,
} from "./form.ts";
import { InterestStep } from "./InterestStep.tsx";
import { NextStepFields } from "./NextStepFields.tsx";
import { OpenElsewhere } from "./OpenElsewhere.tsx";
import { Processed } from "./Processed.tsx";
import { type Found, useFinish, useReception, useReject, useSetParty } from "./queries.ts";
import classes from "./reception.module.css";
import { useDraft } from "./useDraft.ts";
import { useOnlyTab } from "./useOnlyTab.ts";
import { WhoStep } from "./WhoStep.tsx";

/** Purpose, who, Interest, next step; prefilled, finished by Ctrl+Enter (B1). */
export function ReceptionWizard({ dialogId }: { dialogId: string }) {
  const [purposeId, setPurposeId] = useState<string | null>(null);
  const reception = useReception(dialogId, purposeId, true);
  const party = useSetParty(dialogId);
  return (
    <ReceptionFrame
      dialogId={dialogId}
      reception={reception}
      onPurpose={setPurposeId}
      finding={party.isPending}
      onFound={({ name: _, ...person }) => party.mutate(person)}
    />
  );
}

/** The wizard with its waiting, failed and finished states, for a dialog or (`dialogId: null`) an inquiry without one. */
export function ReceptionFrame({
  reception,
  ...wizard
}: { reception: { data: Reception | undefined; error: unknown; isError: boolean; refetch: () => unknown } } & Handling) {
  const catalogues = useCatalogues();
  if (reception.isError || catalogues.isError)
    return (
      <ErrorState
        error={reception.error ?? catalogues.error}
        onRetry={() => {
          void reception.refetch();
          void catalogues.refetch();
        }}
      />
    );
  if (reception.data === undefined || catalogues.data === undefined)
    return (
      <Stack gap={8} aria-busy="true">
        <Skeleton height={28} />
        <Skeleton height={44} />
        <Skeleton height={44} />
      </Stack>
    );
  const { inquiry } = reception.data;
  if (inquiry.status === "processed" || inquiry.status === "rejected") return <Processed dialogId={wizard.dialogId} inquiry={inquiry} />;
  return <Wizard key={inquiry.id} {...wizard} reception={reception.data} catalogues={catalogues.data} />;
}

interface Handling {
  dialogId: string | null;
  onPurpose: (id: string) => void;
  finding: boolean;
  onFound: (person: Found) => void;
  /** A new lead instead of whom was found. */
  onForgotten?: () => void;
}

function Wizard({ dialogId, reception, catalogues, onPurpose, finding, onFound, onForgotten }: Handling & { reception: Reception; catalogues: Catalogues }) {
  const { t, i18n } = useTranslation("reception");
  const [form, setForm] = useState<ReceptionForm>(() => withUsualStep(startForm(reception, catalogues), reception, catalogues));
  const [shown, setShown] = useState(false);
  const box = useRef<HTMLFormElement>(null);
  const nameOf = usePartyName();
  const finish = useFinish(dialogId);
  const reject = useReject(dialogId);
  const draft = useDraft(reception.inquiry.id, form);
  const change = (next: Partial<ReceptionForm>) => setForm((before) => ({ ...before, ...next }));

  // The server's picture changed (another purpose ranked, the person became known): the form follows it, what was typed stays.
  const { party } = reception.inquiry;
  const person = `${party.customerId ?? ""}/${party.contactId ?? ""}/${party.leadId ?? ""}`;
  const seen = useRef({ person, interests: reception.interests });
  useEffect(() => {
    if (seen.current.person !== person) setForm((before) => withUsualStep(personChanged(before, reception, catalogues), reception, catalogues));
    else if (seen.current.interests !== reception.interests) setForm((before) => withUsualStep(rank(before, reception, catalogues), reception, catalogues));
    seen.current = { person, interests: reception.interests };
  }, [person, reception, catalogues]);

  // Candidates and receiver are those of the purpose that stands chosen, which the server may not know yet.
  useEffect(() => {
    if (form.purposeId !== null && reception.proposed?.purposeId !== form.purposeId) onPurpose(form.purposeId);
  }, [form.purposeId, reception.proposed, onPurpose]);

  const purpose = purposeOf(catalogues, form.purposeId);
  const queueId = queueOf(form, reception);
  const faults = useMemo(() => faultsOf(form, reception, catalogues), [form, reception, catalogues]);
  const faultOf = (field: Fault["field"]) => {
    const fault = shown ? faults.find((each) => each.field === field) : undefined;
    if (fault === undefined) return lackingAt(failure, field);
    return t(`fault.${field}.${fault.code}`, { defaultValue: t(`fault.${fault.code}`) });
  };
  const chosen =
    form.interest?.kind === "existing"
      ? reception.interests.find((each) => form.interest?.kind === "existing" && each.id === form.interest.interestId)
      : undefined;

  const tab = useOnlyTab(reception.inquiry.id);
  const readOnly = tab.held === "elsewhere";

  const submit = () => {
    if (finish.isPending || reject.isPending || readOnly) return;
    if (faults.length > 0) {
      setShown(true);
      requestAnimationFrame(() =>
        box.current?.querySelector<HTMLElement>("[data-fault='true'] input, [data-fault='true'] textarea, [data-fault='true'] button")?.focus(),
      );
      return;
    }
    draft.stop();
    if (purpose?.outcome === "reject") {
      reject.mutate({ inquiryId: reception.inquiry.id, version: reception.inquiry.version, reason: form.rejectReason.trim(), blockIdentity: form.block });
      return;
    }
    const { who } = form;
    const { kind: identityKind, value: identityValue } = reception.identity;
    const named =
      who === null ? "" : who.kind === "new-lead" ? who.contactName || who.phone : nameOf({ name: who.name, identityKind, identityValue, result: who.kind });
    const subject = chosen?.title ?? t("next.subject", { name: named });
    const handsOn = purpose?.outcome === "transfer" || queueId !== null;
    finish.mutate(
      {
        inquiryId: reception.inquiry.id,
        body: finishBody(form, reception, catalogues, subject.slice(0, 300)),
        first: handsOn ? () => draft.leave({ ...form, dispatchTo: null }) : null,
      },
      { onError: draft.goOn },
    );
  };
  useShortcut({ keys: "ctrl+Enter", label: "reception:shortcuts.finish", typing: true, run: submit });
  useShortcut({ keys: "p", label: "reception:shortcuts.start", run: () => box.current?.querySelector<HTMLElement>("input:checked, input")?.focus() });

  const failure = finish.error ?? reject.error;
  const first = firstResult(failure);
  if (first !== null) return <Processed dialogId={dialogId} inquiry={first} conflict />;
  if (finish.data?.inquiry.status === "dispatched") return <Processed dialogId={dialogId} inquiry={finish.data.inquiry} />;

  const summary =
    purpose === undefined
      ? t("finish")
      : purpose.outcome === "reject"
        ? t("finishReject")
        : queueId !== null
          ? t("finishQueue")
          : chosen !== undefined
            ? t("finishInto", { number: chosen.number })
            : form.interest?.kind === "new" && needsInterest(purpose)
              ? t("finishNew")
              : t("finish");
  return (
    <form
      ref={box}
      className={classes["wizard"]}
      aria-label={t("title")}
      data-reception={reception.inquiry.id}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <OpenElsewhere by={reception.openedBy?.name ?? null} tab={tab} />
      <div className={classes["steps"]} inert={readOnly}>
        <fieldset className={classes["step"]} data-fault={faultOf("purpose") !== null}>
          <legend>{t("purpose.title")}</legend>
          <Chip.Group
            value={form.purposeId ?? ""}
            onChange={(id) => {
              setForm((before) => withUsualStep(choosePurpose(before, id, reception, catalogues), reception, catalogues));
              onPurpose(id);
            }}
          >
            <Group gap={6}>
              {purposesInOrder(catalogues).map((each, at) => (
                <Chip
                  key={each.id}
                  value={each.id}
                  size="xs"
                  variant="light"
                  // Beside a dialog somebody may be writing; a reception by itself was opened to be answered.
                  {...(dialogId === null && at === 0 ? { autoFocus: true, "data-autofocus": true } : {})}
                  wrapperProps={{ "data-purpose": each.code }}
                >
                  {each.name}
                  {each.id === reception.inquiry.suggestedPurposeId && each.id !== form.purposeId ? ` · ${t("purpose.suggested")}` : ""}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          <FaultText text={faultOf("purpose")} />
        </fieldset>

        {purpose?.outcome === "reject" ? (
          <div className={classes["step"]} data-fault={faultOf("rejectReason") !== null}>
            <Textarea
              label={t("reject.reason")}
              autosize
              minRows={2}
              maxLength={500}
              value={form.rejectReason}
              error={faultOf("rejectReason")}
              onChange={(event) => change({ rejectReason: event.currentTarget.value })}
            />
            {reception.identity.value === null ? null : (
              <Checkbox
                mt={8}
                label={t("reject.block", { value: reception.identity.value })}
                checked={form.block}
                onChange={(event) => change({ block: event.currentTarget.checked })}
              />
            )}
          </div>
        ) : (
          <>
            <WhoStep
              reception={reception}
              who={form.who}
              onChange={(who) => {
                change({ who });
                if (who.kind === "new-lead") onForgotten?.();
              }}
              finding={finding}
              onFound={onFound}
              fault={faultOf("who")}
              contactFault={faultOf("contact")}
            />
            {purpose?.outcome === "transfer" ? (
              <div className={classes["step"]} data-fault={faultOf("dispatchTo") !== null}>
                <Select
                  label={t("dispatch.to")}
                  searchable
                  data={receivers(catalogues)}
                  value={form.dispatchTo}
                  error={faultOf("dispatchTo")}
                  onChange={(dispatchTo) => change({ dispatchTo })}
                />
              </div>
            ) : null}
            {needsInterest(purpose) ? (
              <InterestStep
                reception={reception}
                purpose={purpose}
                choice={form.interest}
                parallel={parallelNeeded(form, reception, catalogues)}
                onChange={(interest) => setForm((before) => withUsualStep({ ...before, interest, interestByHand: true }, reception, catalogues))}
                fault={faultOf("interest")}
                reasonFault={faultOf("parallelReason")}
              />
            ) : null}
            <NextStepFields
              catalogues={catalogues}
              next={form.next}
              required={nextRequired(form, reception, catalogues)}
              subject={chosen?.title ?? ""}
              onChange={(next) => change({ next })}
              fault={faultOf("next")}
            />
            {purpose === undefined || purpose.outcome === "transfer" ? null : (
              <DispatchChoice
                key={purpose.id}
                catalogues={catalogues}
                proposed={proposedFor(form, reception)}
                to={form.dispatchTo}
                onChange={(dispatchTo) => change({ dispatchTo })}
              />
            )}
            <Textarea
              className={classes["step"] ?? ""}
              label={t("note")}
              autosize
              minRows={1}
              maxRows={6}
              value={form.note}
              error={form.note.trim() === "" && missingOf(failure).some((field) => SAID.includes(field)) ? t("fault.required") : null}
              onChange={(event) => change({ note: event.currentTarget.value })}
            />
          </>
        )}
      </div>
      {failure === null ? null : (
        <Alert color="red" mt="xs" role="alert">
          {failureText(failure)}
          {missingOf(failure).length === 0 ? null : (
            <ul className={classes["plain"]}>
              {missingOf(failure).map((field) => (
                <li key={field}>{i18n.exists(`reception:missing.${field}`) ? t(`missing.${field}`) : field}</li>
              ))}
            </ul>
          )}
        </Alert>
      )}
      <div className={classes["finish"]}>
        <Button
          type="submit"
          fullWidth
          px={8}
          leftSection={<IconCheck size={17} />}
          rightSection={<kbd>Ctrl+Enter</kbd>}
          loading={finish.isPending || reject.isPending}
          disabled={readOnly}
          data-testid="finish"
        >
          {summary}
        </Button>
        <Text size="xs" c="dimmed" role="status" ta="center" mt={4}>
          {draft.saved ? t("draft.saved") : draft.failed ? t("draft.failed") : " "}
        </Text>
      </div>
    </form>
  );
}

/** A stage that demands a next step gets the customary one at once: one click less, and it can be changed. */
function withUsualStep(form: ReceptionForm, reception: Reception, catalogues: Catalogues): ReceptionForm {
  return form.next === null && nextRequired(form, reception, catalogues) ? { ...form, next: usualNextStep(catalogues, "", Date.now()) } : form;
}

/** What the note on the talk fills, by the server's names. */
const SAID = ["note", "description", "result"];

/** Fields that the server still wants: those of the purpose, and those of required-field rules. */
function missingOf(error: unknown): string[] {
  if (!(error instanceof ApiError)) return [];
  const { fields } = error.details;
  if (Array.isArray(fields))
    return fields
      .map((each: { message?: string | null; name?: string; field?: string }) => each.message ?? each.name ?? each.field ?? "")
      .filter((each) => each !== "");
  return typeof fields === "object" && fields !== null ? Object.keys(fields) : [];
}

/** Where on this form the records of a refused reception are filled in. */
const PLACE: Record<string, Fault["field"]> = { lead: "contact", interest: "interest", interaction: "next" };

/** What rules of required fields want at a part of the form, in words. */
function lackingAt(error: unknown, place: Fault["field"]): string | null {
  const fields = error instanceof ApiError ? error.details["fields"] : null;
  if (!Array.isArray(fields)) return null;
  const own = (fields as { object: string; message: string | null; name: string }[]).filter((each) => PLACE[each.object] === place);
  return own.length === 0 ? null : own.map((each) => each.message ?? each.name).join(", ");
}

/** Somebody else was first: the answer carries the inquiry as that person left it. */
function firstResult(error: unknown): InquiryView | null {
  if (!(error instanceof ApiError) || (error.code !== "already_taken" && error.code !== "version_conflict")) return null;
  const { details } = error;
  for (const name of ["inquiry", "current", "result"]) {
    const found = details[name];
    if (typeof found !== "object" || found === null) continue;
    const inquiry = "inquiry" in found ? found.inquiry : found;
    if (typeof inquiry === "object" && inquiry !== null && "status" in inquiry && (inquiry.status === "processed" || inquiry.status === "rejected"))
      return inquiry as InquiryView;
  }
  return null;
}
