import type { Catalogues } from "@kommutator/contract/api/catalogue";
import type { Reception } from "@kommutator/contract/api/inquiry";
import { describe, expect, it } from "vitest";
import {
  choosePurpose,
  draftOf,
  faultsOf,
  finishBody,
  nextRequired,
  parallelNeeded,
  personChanged,
  proposedFor,
  rank,
  startForm,
  usualNextStep,
} from "./form.ts";

const SALE = "kind-sale";
const SERVICE = "kind-service";
const purpose = (id: string, outcome: string, interestKindId: string | null) => ({
  id,
  code: id,
  name: id,
  outcome,
  interestKindId,
  queueId: null,
  dispatch: "least_loaded",
  fixedEmployeeId: null,
  slaS: null,
  archived: false,
});
const catalogues = {
  purposes: [
    purpose("buy", "interest", SALE),
    purpose("repair", "interest", SERVICE),
    purpose("info", "information", null),
    purpose("pass", "transfer", null),
    purpose("spam", "reject", null),
  ],
  interestKinds: [
    {
      id: SALE,
      code: "sale",
      name: "Sale",
      processMode: "typical",
      archived: false,
      stages: [{ id: "s1", name: "Contact", pos: 0, plannedSeconds: null, instruction: null, requiresNextStep: true }],
    },
    {
      id: SERVICE,
      code: "service",
      name: "Service",
      processMode: "typical",
      archived: false,
      stages: [{ id: "r1", name: "Accepted", pos: 0, plannedSeconds: null, instruction: null, requiresNextStep: false }],
    },
  ],
  interactionTypes: [
    { id: "type-letter", code: "letter", name: "Letter", icon: null, color: null, statuses: [] },
    { id: "type-call", code: "call", name: "Call", icon: null, color: null, statuses: [] },
  ],
} as unknown as Catalogues;

const interest = (number: number, kind: string, change: object = {}) => ({
  id: `interest-${number}`,
  number,
  title: `Interest ${number}`,
  kind: { id: kind, name: kind },
  status: "open",
  stage: { id: kind === SALE ? "s1" : "r1", name: "stage" },
  nextStepAt: "2030-01-05T10:00:00Z",
  score: 0,
  preselected: false,
  recentlyLost: false,
  ...change,
});
/** B1's example: Ivan of Romashka, #17 "Chairs" (sale, 3 days ago) and #9 "Repair" (service, 200 days ago). */
function reception(change: { party?: object; identity?: object; interests?: object[]; inquiry?: object; proposed?: object } = {}): Reception {
  return {
    inquiry: {
      id: "inquiry-1",
      number: 4,
      dialogId: "dialog-1",
      status: "in_wizard",
      purposeId: null,
      suggestedPurposeId: "buy",
      party: { name: "Ivan", customerId: "romashka", contactId: "ivan", leadId: null, ...change.party },
      draft: null,
      version: 3,
      ...change.inquiry,
    },
    identity: { result: "known", kind: "phone", value: "+77011112233", candidates: [], ...change.identity },
    interests: change.interests ?? [interest(17, SALE, { score: 7, preselected: true }), interest(9, SERVICE)],
    proposed: change.proposed ?? null,
  } as unknown as Reception;
}
const stranger = {
  party: { name: "+77015556677", customerId: null, contactId: null, leadId: null },
  identity: { result: "new", value: "+77015556677" },
  interests: [],
};

describe("a known caller with one fitting Interest", () => {
  it("is received by 'finish' alone: purpose, person and #17 stand there", () => {
    const at = reception();
    const form = startForm(at, catalogues);
    expect(faultsOf(form, at, catalogues)).toEqual([]);
    expect(finishBody(form, at, catalogues, "x")).toMatchObject({
      version: 3,
      purposeId: "buy",
      who: { kind: "customer", customerId: "romashka", contactId: "ivan" },
      interest: { kind: "existing", interestId: "interest-17", reopen: false },
      next: null,
    });
  });

  it("the purpose 'repair' takes #9 instead, and 'information' takes none", () => {
    const at = reception();
    const form = startForm(at, catalogues);
    expect(choosePurpose(form, "repair", at, catalogues).interest).toEqual({ kind: "existing", interestId: "interest-9", reopen: false });
    const info = choosePurpose(form, "info", at, catalogues);
    expect(faultsOf(info, at, catalogues)).toEqual([]);
    expect(finishBody(info, at, catalogues, "x").interest).toEqual({ kind: "none" });
  });
});

describe("the purpose", () => {
  it("without a suggestion it is what the caller's only open Interest is about; with several or none the agent chooses", () => {
    const none = { suggestedPurposeId: null };
    const at = reception({ inquiry: none, interests: [interest(9, SERVICE)] });
    expect(startForm(at, catalogues)).toMatchObject({ purposeId: "repair", interest: { interestId: "interest-9" } });
    expect(faultsOf(startForm(at, catalogues), at, catalogues)).toEqual([]);
    expect(startForm(reception({ inquiry: none }), catalogues).purposeId).toBeNull();
    expect(startForm(reception({ inquiry: none, ...stranger }), catalogues).purposeId).toBeNull();
  });
});

describe("which Interest", () => {
  it("several of the kind: nothing is preselected, the agent chooses", () => {
    const at = reception({ interests: [interest(17, SALE), interest(18, SALE)] });
    const form = startForm(at, catalogues);
    expect(form.interest).toBeNull();
    expect(faultsOf(form, at, catalogues)).toEqual([{ field: "interest", code: "choose" }]);
  });

  it("none of the kind: a new one, without a reason", () => {
    const at = reception({ interests: [interest(9, SERVICE)] });
    const form = startForm(at, catalogues);
    expect(form.interest).toMatchObject({ kind: "new" });
    expect(parallelNeeded(form, at, catalogues)).toBe(false);
  });

  it("a new one beside an open one of the same kind needs the reason why", () => {
    const at = reception();
    const form = { ...startForm(at, catalogues), interest: { kind: "new" as const, title: "", parallelReason: "  " }, next: usualNextStep(catalogues, "", 0) };
    expect(faultsOf(form, at, catalogues)).toEqual([{ field: "parallelReason", code: "required" }]);
    const told = { ...form, interest: { ...form.interest, parallelReason: "another branch" } };
    expect(faultsOf(told, at, catalogues)).toEqual([]);
    expect(finishBody(told, at, catalogues, "x").interest).toEqual({ kind: "new", title: null, interestKindId: SALE, parallelReason: "another branch" });
  });

  it("a recently lost one is offered but never preselected: choosing it reopens", () => {
    const at = reception({ interests: [interest(5, SALE, { status: "lost", recentlyLost: true, preselected: false })] });
    expect(startForm(at, catalogues).interest).toMatchObject({ kind: "new" });
    expect(parallelNeeded(startForm(at, catalogues), at, catalogues)).toBe(false);
  });

  it("the agent's choice survives a new ranking while it exists, and goes when the person changes", () => {
    const at = reception({ interests: [interest(17, SALE), interest(18, SALE)] });
    const chosen = { ...startForm(at, catalogues), interest: { kind: "existing" as const, interestId: "interest-18", reopen: false }, interestByHand: true };
    expect(rank(chosen, at, catalogues).interest).toMatchObject({ interestId: "interest-18" });
    expect(rank(chosen, reception(), catalogues).interest).toMatchObject({ interestId: "interest-17" });
    const other = reception({ party: { name: "Olga", customerId: "magnolia", contactId: null }, interests: [] });
    expect(personChanged(chosen, other, catalogues)).toMatchObject({ who: { customerId: "magnolia" }, interest: { kind: "new" } });
  });
});

describe("who it is", () => {
  it("an ambiguous number must be decided", () => {
    const at = reception({
      party: { customerId: null, contactId: null },
      identity: { result: "ambiguous", candidates: [{ customerId: "a", contactId: null, name: "A" }] },
    });
    const form = startForm(at, catalogues);
    expect(faultsOf(form, at, catalogues)).toContainEqual({ field: "who", code: "choose" });
  });

  it("a stranger is a new lead with the number filled in: four fields at most", () => {
    const at = reception(stranger);
    const form = startForm(at, catalogues);
    expect(form.who).toEqual({ kind: "new-lead", contactName: "", companyName: "", phone: "+77015556677", email: "" });
    expect(Object.keys(form.who ?? {})).toHaveLength(5);
  });

  it("a new lead without phone and e-mail is refused, a mistyped e-mail too", () => {
    const at = reception({ ...stranger, identity: { result: "hidden", value: null } });
    const form = { ...startForm(at, catalogues), next: usualNextStep(catalogues, "", 0) };
    expect(faultsOf(form, at, catalogues)).toEqual([{ field: "contact", code: "contact_point" }]);
    const typed = { ...form, who: { kind: "new-lead" as const, contactName: "", companyName: "", phone: "", email: "olga" } };
    expect(faultsOf(typed, at, catalogues)).toEqual([{ field: "contact", code: "email" }]);
  });
});

describe("the rest of the form", () => {
  it("no purpose is refused, and every fault is told at once", () => {
    const at = reception({ ...stranger, identity: { result: "ambiguous", value: null }, inquiry: { suggestedPurposeId: null } });
    expect(faultsOf(startForm(at, catalogues), at, catalogues).map((each) => each.field)).toEqual(["purpose", "who"]);
  });

  it("the stage that demands a next step makes it compulsory, unless one is planned already", () => {
    const planned = reception();
    expect(nextRequired(startForm(planned, catalogues), planned, catalogues)).toBe(false);
    const bare = reception({ interests: [interest(17, SALE, { preselected: true, nextStepAt: null })] });
    const form = startForm(bare, catalogues);
    expect(faultsOf(form, bare, catalogues)).toEqual([{ field: "next", code: "required" }]);
    const filled = { ...form, next: usualNextStep(catalogues, "", Date.parse("2030-01-03T12:00:00")) };
    expect(faultsOf(filled, bare, catalogues)).toEqual([]);
    expect(finishBody(filled, bare, catalogues, "Interest 17").next).toMatchObject({ typeId: "type-call", subject: "Interest 17", direction: "out" });
  });

  it("the usual step is a call at ten of the next working day", () => {
    const friday = new Date(2030, 0, 4, 16, 30).getTime();
    const step = usualNextStep(catalogues, "", friday);
    expect(new Date(step?.at ?? 0)).toEqual(new Date(2030, 0, 7, 10, 0));
  });

  it("'transfer' asks for the colleague, 'reject' for the reason and nothing else", () => {
    const at = reception();
    expect(faultsOf(choosePurpose(startForm(at, catalogues), "pass", at, catalogues), at, catalogues)).toEqual([{ field: "dispatchTo", code: "required" }]);
    const spam = choosePurpose(startForm(reception(stranger), catalogues), "spam", reception(stranger), catalogues);
    expect(faultsOf(spam, reception(stranger), catalogues)).toEqual([{ field: "rejectReason", code: "required" }]);
    expect(faultsOf({ ...spam, rejectReason: "advertising" }, reception(stranger), catalogues)).toEqual([]);
  });

  it("whom the rule names is sent as it was shown; one's own choice goes before it, and an answer about another purpose counts for nothing", () => {
    const dana = { purposeId: "buy", employee: { id: "dana", name: "Dana" }, queue: null, why: "least_loaded" };
    const to = (proposed: object, dispatchTo: string | null = null) => {
      const at = reception({ proposed });
      const next = { typeId: "type-call", at: 0, subject: "" };
      const body = finishBody({ ...startForm(at, catalogues), dispatchTo, next }, at, catalogues, "x");
      return [body.dispatchTo, body.dispatchQueueId, body.next?.executorId];
    };
    expect(to(dana)).toEqual(["dana", null, "dana"]);
    expect(to(dana, "me")).toEqual(["me", null, "me"]);
    expect(to({ ...dana, purposeId: "repair" })).toEqual([null, null, null]);
    expect(to({ ...dana, employee: { id: "me", name: "Me" }, why: "me" })).toEqual([null, null, null]);
    expect(to({ ...dana, employee: null, queue: { id: "q1", name: "Workshop" }, why: "queue" })).toEqual([null, "q1", null]);
    expect(to(dana, "queue:q2")).toEqual([null, "q2", null]);
    // What goes into an Interest comes to its manager, whatever the rule says.
    const bolat = { id: "bolat", name: "Bolat" };
    const at = reception({ proposed: dana, interests: [interest(17, SALE, { preselected: true, responsible: bolat })] });
    expect(proposedFor(startForm(at, catalogues), at)).toMatchObject({ employee: bolat, why: "interest" });
    expect(finishBody(startForm(at, catalogues), at, catalogues, "x")).toMatchObject({ dispatchTo: null, dispatchQueueId: null });
  });

  it("what goes to a queue needs neither Interest nor next step: whoever takes it there decides", () => {
    const queue = { purposeId: "buy", employee: null, queue: { id: "q1", name: "Workshop" }, why: "queue" };
    const two = [interest(17, SALE), interest(18, SALE)];
    const at = reception({ interests: two, proposed: queue });
    expect(faultsOf(startForm(at, catalogues), at, catalogues)).toEqual([]);
    expect(faultsOf({ ...startForm(at, catalogues), dispatchTo: "me" }, at, catalogues)).toEqual([{ field: "interest", code: "choose" }]);
    const fresh = { ...startForm(at, catalogues), interest: { kind: "new" as const, title: "", parallelReason: "" } };
    expect(faultsOf(fresh, at, catalogues)).toEqual([]);
    expect(faultsOf({ ...fresh, dispatchTo: "me" }, at, catalogues).map((each) => each.field)).toEqual(["parallelReason", "next"]);
  });

  it("a draft comes back after a crash: purpose, note, half-typed lead; the person stays the dialog's", () => {
    const at = reception(stranger);
    const half = {
      ...startForm(at, catalogues),
      purposeId: "repair",
      note: "wants a master on Monday",
      who: { kind: "new-lead" as const, contactName: "Olga", companyName: "", phone: "+77015556677", email: "" },
    };
    const stored = JSON.parse(JSON.stringify(draftOf(half))) as Record<string, unknown>;
    const again = startForm(reception({ ...stranger, inquiry: { draft: stored } }), catalogues);
    expect(again).toMatchObject({ purposeId: "repair", note: "wants a master on Monday", who: { contactName: "Olga" } });
    const known = startForm(reception({ inquiry: { draft: stored } }), catalogues);
    expect(known.who).toMatchObject({ kind: "customer", customerId: "romashka" });
    expect(startForm(reception({ inquiry: { draft: { from: "somewhere else" } } }), catalogues).note).toBe("");
    // A caller whom the call itself made a lead: what was typed of that lead comes back, of another one it does not.
    const lead = (leadId: string, draft: object | null = null) => ({
      ...stranger,
      party: { name: "", customerId: null, contactId: null, leadId },
      inquiry: { draft },
    });
    const named = startForm(reception(lead("lead-1")), catalogues);
    const kept = draftOf({ ...named, who: { ...named.who, contactName: "Olga" } as typeof named.who });
    expect(startForm(reception(lead("lead-1", kept)), catalogues).who).toMatchObject({ kind: "lead", contactName: "Olga" });
    expect(startForm(reception(lead("lead-2", kept)), catalogues).who).toMatchObject({ kind: "lead", leadId: "lead-2", contactName: "" });
  });
});
