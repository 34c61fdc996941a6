import type { Catalogues } from "@kommutator/contract/api/catalogue";
import type { FinishBody, Reception } from "@kommutator/contract/api/inquiry";
import type { z } from "zod";

/**
 * The reception wizard's form (B1), pure: what is prefilled, what is missing, what is sent. A known caller with one fitting
 * Interest needs nothing but "finish".
 */
export type Who =
  | { kind: "customer"; customerId: string; contactId: string | null; name: string }
  /** A lead that exists: its name may still be empty, so it can be filled here. */
  | { kind: "lead"; leadId: string; name: string; contactName: string; companyName: string; phone: string; email: string }
  | { kind: "new-lead"; contactName: string; companyName: string; phone: string; email: string };
export type InterestChoice =
  | { kind: "existing"; interestId: string; reopen: boolean }
  | { kind: "new"; title: string; parallelReason: string }
  | { kind: "none" };
export interface NextStep {
  typeId: string;
  /** Epoch ms. */
  at: number;
  subject: string;
}
export interface ReceptionForm {
  purposeId: string | null;
  who: Who | null;
  interest: InterestChoice | null;
  /** The agent chose the Interest by hand: a new ranking does not change it while it is still among the candidates. */
  interestByHand: boolean;
  /** To whom it goes instead of whom the purpose names: an employee's id, or `queue:` and a queue's. */
  dispatchTo: string | null;
  note: string;
  next: NextStep | null;
  rejectReason: string;
  block: boolean;
}
export type Purpose = Catalogues["purposes"][number];
export type Candidate = Reception["interests"][number];
type ByRule = NonNullable<Reception["proposed"]>;
/** Whom the matter comes to unless the agent says otherwise, and why. */
export type Proposed = Omit<ByRule, "why"> & { why: ByRule["why"] | "interest" };
export interface Fault {
  field: "purpose" | "who" | "contact" | "interest" | "parallelReason" | "next" | "dispatchTo" | "rejectReason";
  code: string;
}

export const purposeOf = (catalogues: Catalogues, purposeId: string | null): Purpose | undefined => catalogues.purposes.find((each) => each.id === purposeId);

/** Only outcome `interest` attaches to or makes an Interest. */
export const needsInterest = (purpose: Purpose | undefined): boolean => purpose?.outcome === "interest";

/** Open candidates of the purpose's kind: one is preselected, several are the agent's choice. */
export function fitting(candidates: Candidate[], purpose: Purpose | undefined): Candidate[] {
  return candidates.filter((each) => each.status === "open" && (purpose?.interestKindId == null || each.kind.id === purpose.interestKindId));
}

function preselect(candidates: Candidate[], purpose: Purpose | undefined): InterestChoice | null {
  if (!needsInterest(purpose)) return { kind: "none" };
  const marked = candidates.find((each) => each.preselected && each.status === "open");
  const fits = fitting(candidates, purpose);
  const chosen = marked ?? (fits.length === 1 ? fits[0] : undefined);
  if (chosen !== undefined) return { kind: "existing", interestId: chosen.id, reopen: false };
  return fits.length === 0 ? { kind: "new", title: "", parallelReason: "" } : null;
}

function whoOf(reception: Reception): Who | null {
  const { party } = reception.inquiry;
  if (party.customerId !== null) return { kind: "customer", customerId: party.customerId, contactId: party.contactId, name: party.name };
  if (party.leadId !== null) return { kind: "lead", leadId: party.leadId, name: party.name, contactName: "", companyName: "", phone: "", email: "" };
  if (reception.identity.result === "ambiguous") return null;
  const { kind, value } = reception.identity;
  return { kind: "new-lead", contactName: "", companyName: "", phone: kind === "phone" ? (value ?? "") : "", email: kind === "email" ? (value ?? "") : "" };
}

/**
 * The purpose to confirm: chosen before, suggested by the line or mailbox, else what the caller's only open Interest is about.
 * It is shown as chosen and confirmed by "finish".
 */
export function likelyPurpose(reception: Reception, catalogues: Catalogues): string | null {
  const told = reception.inquiry.purposeId ?? reception.inquiry.suggestedPurposeId;
  if (told !== null) return told;
  const open = reception.interests.filter((each) => each.status === "open");
  const [only] = open;
  if (only === undefined || open.length > 1) return null;
  return catalogues.purposes.find((each) => !each.archived && each.outcome === "interest" && each.interestKindId === only.kind.id)?.id ?? null;
}

const ORDER = ["interest", "information", "service_task", "claim", "transfer", "reject"];
/** Purposes as they are chosen: what becomes an Interest first, refusals last. */
export function purposesInOrder(catalogues: Catalogues): Purpose[] {
  return catalogues.purposes.filter((each) => !each.archived).sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
}

const isLead = (who: Who | null, leadId: string): boolean => who?.kind === "lead" && who.leadId === leadId;

/** What the wizard opens with: the draft where there is one, else what the server suggests. */
export function startForm(reception: Reception, catalogues: Catalogues): ReceptionForm {
  const purposeId = likelyPurpose(reception, catalogues);
  const fresh: ReceptionForm = {
    purposeId,
    who: whoOf(reception),
    interest: preselect(reception.interests, purposeOf(catalogues, purposeId)),
    interestByHand: false,
    dispatchTo: null,
    note: "",
    next: null,
    rejectReason: "",
    block: false,
  };
  const draft = readDraft(reception.inquiry.draft);
  if (draft === null) return fresh;
  // Who it is comes from the dialog, which the agent may have changed since; only what was typed of a lead lives in the draft.
  const typed = draft.who?.kind === "new-lead" ? fresh.who?.kind !== "customer" : draft.who?.kind === "lead" && isLead(fresh.who, draft.who.leadId);
  const who = typed && draft.who != null ? draft.who : fresh.who;
  return rank({ ...fresh, ...draft, who }, reception, catalogues);
}

/** Another purpose: its Interests are ranked anew (the server answers with `ReceptionQuery.purposeId`). */
export function choosePurpose(form: ReceptionForm, purposeId: string, reception: Reception, catalogues: Catalogues): ReceptionForm {
  return rank(
    { ...form, purposeId, interestByHand: false },
    { ...reception, interests: reception.interests.map((each) => ({ ...each, preselected: false })) },
    catalogues,
  );
}

/** The candidates changed (another purpose, another person): keep what the agent chose if it still exists, else preselect. */
export function rank(form: ReceptionForm, reception: Reception, catalogues: Catalogues): ReceptionForm {
  const purpose = purposeOf(catalogues, form.purposeId);
  const kept =
    form.interestByHand &&
    needsInterest(purpose) &&
    form.interest !== null &&
    (form.interest.kind !== "existing" || reception.interests.some((each) => form.interest?.kind === "existing" && each.id === form.interest.interestId));
  const interest = kept ? form.interest : preselect(reception.interests, purpose);
  // What stays as it was is no change: nothing is saved for it.
  const same = kept || (!form.interestByHand && JSON.stringify(interest) === JSON.stringify(form.interest));
  return same ? form : { ...form, interest, interestByHand: false };
}

/** The dialog's person was changed or found out: everything that hangs on the person starts again. */
export function personChanged(form: ReceptionForm, reception: Reception, catalogues: Catalogues): ReceptionForm {
  return rank({ ...form, who: whoOf(reception), interestByHand: false }, reception, catalogues);
}

/** A second open Interest of the same kind needs the reason why (RG-12). */
export function parallelNeeded(form: ReceptionForm, reception: Reception, catalogues: Catalogues): boolean {
  if (queueOf(form, reception) !== null) return false;
  const purpose = purposeOf(catalogues, form.purposeId);
  return form.interest?.kind === "new" && needsInterest(purpose) && fitting(reception.interests, purpose).length > 0;
}

/** Does the stage that this reception leads to demand a planned next step, and is none planned yet? */
export function nextRequired(form: ReceptionForm, reception: Reception, catalogues: Catalogues): boolean {
  if (queueOf(form, reception) !== null) return false;
  const purpose = purposeOf(catalogues, form.purposeId);
  const choice = form.interest;
  if (!needsInterest(purpose) || choice === null || choice.kind === "none") return false;
  if (choice.kind === "existing") {
    const interest = reception.interests.find((each) => each.id === choice.interestId);
    const kind = catalogues.interestKinds.find((each) => each.id === interest?.kind.id);
    const stage = kind?.stages.find((each) => each.id === interest?.stage?.id);
    return stage?.requiresNextStep === true && interest?.nextStepAt == null;
  }
  const kind = catalogues.interestKinds.find((each) => each.id === purpose?.interestKindId);
  const first = kind === undefined || kind.processMode === "none" ? undefined : [...kind.stages].sort((a, b) => a.pos - b.pos)[0];
  return first?.requiresNextStep === true;
}

/** The customary next step: a call tomorrow at ten, Monday instead of a weekend day. `now` epoch ms, the browser's zone. */
export function usualNextStep(catalogues: Catalogues, subject: string, now: number, days = 1): NextStep | null {
  const type = catalogues.interactionTypes.find((each) => each.code === "call") ?? catalogues.interactionTypes[0];
  if (type === undefined) return null;
  const at = new Date(now);
  at.setDate(at.getDate() + days);
  while (at.getDay() === 0 || at.getDay() === 6) at.setDate(at.getDate() + 1);
  at.setHours(10, 0, 0, 0);
  return { typeId: type.id, at: at.getTime(), subject };
}

const EMAIL = /^\S+@\S+\.\S+$/;

/** Every fault at once, each beside its field. Empty means ready to finish. */
export function faultsOf(form: ReceptionForm, reception: Reception, catalogues: Catalogues): Fault[] {
  const faults: Fault[] = [];
  const purpose = purposeOf(catalogues, form.purposeId);
  if (purpose === undefined) faults.push({ field: "purpose", code: "required" });
  if (purpose?.outcome === "reject") {
    if (form.rejectReason.trim() === "") faults.push({ field: "rejectReason", code: "required" });
    return faults;
  }
  if (form.who === null) faults.push({ field: "who", code: reception.identity.result === "ambiguous" ? "choose" : "required" });
  else if (form.who.kind === "lead" && form.who.email.trim() !== "" && !EMAIL.test(form.who.email.trim())) faults.push({ field: "contact", code: "email" });
  else if (form.who.kind === "new-lead") {
    if (form.who.phone.trim() === "" && form.who.email.trim() === "") faults.push({ field: "contact", code: "contact_point" });
    else if (form.who.email.trim() !== "" && !EMAIL.test(form.who.email.trim())) faults.push({ field: "contact", code: "email" });
  }
  if (needsInterest(purpose) && queueOf(form, reception) === null && (form.interest === null || form.interest.kind === "none"))
    faults.push({ field: "interest", code: "choose" });
  if (parallelNeeded(form, reception, catalogues) && form.interest?.kind === "new" && form.interest.parallelReason.trim() === "")
    faults.push({ field: "parallelReason", code: "required" });
  if (purpose?.outcome === "transfer" && form.dispatchTo === null) faults.push({ field: "dispatchTo", code: "required" });
  if (form.next === null && nextRequired(form, reception, catalogues)) faults.push({ field: "next", code: "required" });
  return faults;
}

const QUEUE = "queue:";
/** The manager of the chosen Interest, else whom the rule of the chosen purpose names; null while the answer is about another purpose. */
export function proposedFor({ interest, purposeId }: ReceptionForm, { proposed, interests }: Reception): Proposed | null {
  const manager = interest?.kind === "existing" ? interests.find((each) => each.id === interest.interestId)?.responsible : null;
  if (manager != null && purposeId !== null) return { purposeId, employee: manager, queue: null, why: "interest" };
  return proposed !== null && proposed.purposeId === purposeId ? proposed : null;
}

/** The receiver in the order's own words: whom the agent chose, else whom the page showed as the rule's; nobody: the server's rule leaves it with me. */
function dispatchOf(form: ReceptionForm, reception: Reception): { dispatchTo: string | null; dispatchQueueId: string | null } {
  const { dispatchTo } = form;
  if (dispatchTo?.startsWith(QUEUE) === true) return { dispatchTo: null, dispatchQueueId: dispatchTo.slice(QUEUE.length) };
  const proposed = dispatchTo === null ? proposedFor(form, reception) : null;
  if (proposed === null || proposed.why === "me" || proposed.why === "interest") return { dispatchTo, dispatchQueueId: null };
  return { dispatchTo: proposed.employee?.id ?? null, dispatchQueueId: proposed.queue?.id ?? null };
}

/** The queue that the matter goes to; whoever takes it there decides what comes of it. */
export const queueOf = (form: ReceptionForm, reception: Reception): string | null => dispatchOf(form, reception).dispatchQueueId;
/** Receivers as the list offers them. */
export function receivers(catalogues: Catalogues): { value: string; label: string }[] {
  return [
    ...catalogues.queues.map((each) => ({ value: `${QUEUE}${each.id}`, label: each.name })),
    ...catalogues.employees.map((each) => ({ value: each.id, label: each.extension === null ? each.name : `${each.name} (${each.extension})` })),
  ];
}

const filled = (text: string): string | null => (text.trim() === "" ? null : text.trim());

export type FinishOrder = z.input<typeof FinishBody>;

/** The order to the server; call it only without faults. `subject` names a planned step that has no words of its own. */
export function finishBody(form: ReceptionForm, reception: Reception, catalogues: Catalogues, subject: string): FinishOrder {
  const purpose = purposeOf(catalogues, form.purposeId);
  if (purpose === undefined || form.who === null) throw new Error("the form has faults");
  const { who, next } = form;
  const interest = needsInterest(purpose) ? (form.interest ?? { kind: "none" as const }) : { kind: "none" as const };
  return {
    version: reception.inquiry.version,
    purposeId: purpose.id,
    who:
      who.kind === "customer"
        ? { kind: "customer", customerId: who.customerId, contactId: who.contactId }
        : who.kind === "lead" && [who.contactName, who.companyName, who.phone, who.email].every((each) => filled(each) === null)
          ? { kind: "lead", leadId: who.leadId }
          : {
              // What was learned of a lead goes with the same save: the dialog's own lead is filled in, no second one is made.
              kind: "new-lead",
              contactName: filled(who.contactName),
              companyName: filled(who.companyName),
              phone: filled(who.phone),
              email: filled(who.email),
            },
    ...dispatchOf(form, reception),
    interest:
      interest.kind === "new"
        ? { kind: "new", title: filled(interest.title), interestKindId: purpose.interestKindId, parallelReason: filled(interest.parallelReason) }
        : interest,
    note: filled(form.note),
    next:
      next === null
        ? null
        : {
            typeId: next.typeId,
            direction: "out",
            subject: filled(next.subject) ?? subject,
            description: null,
            plannedFrom: new Date(next.at).toISOString(),
            minutes: 15,
            customerId: null,
            contactId: null,
            leadId: null,
            interestId: null,
            executorId: dispatchOf(form, reception).dispatchTo,
          },
  };
}

/** What is kept of a half-filled form; readable by a later version of this page or dropped. */
export const draftOf = (form: ReceptionForm): Record<string, unknown> => ({ form: 1, ...form });

function readDraft(draft: Record<string, unknown> | null): Partial<ReceptionForm> | null {
  if (draft === null || draft["form"] !== 1) return null;
  const { form: _version, ...rest } = draft;
  return rest as Partial<ReceptionForm>;
}
