import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "../../../tests/support/crm.ts";
import { NOW, receptionHouse } from "./reception.fixture.ts";

const { house, purpose, phone, next, interestOf, ivan, reception, opened, counts } = await receptionHouse();
afterAll(() => house.close());
beforeEach(() => house.clock.set(NOW));

const { employees } = house.company;
const told = async (person: Person, event: string) =>
  (await house.as(person, "GET", "/notifications?limit=200")).body.items.filter((n: { kind: string }) => n.kind === event) as {
    object: { kind: string; id: Id };
    payload: Record<string, unknown>;
  }[];
/** Somebody writes; the keeper has made the inquiry, and the rules have acted on it. */
async function writes(from: { kind: "email" | "phone"; value: string }, text = "Hello"): Promise<{ id: Id; dialogId: Id }> {
  const d = await house.dialog(from, { medium: from.kind === "email" ? "mail" : "voice", at: house.clock.now() });
  await house.message(d.id, "in", house.clock.now(), undefined, text);
  await house.emit([{ kind: "entry.queued", dialogId: d.id, payload: { entryId: d.id, queueId: house.company.queueId, priority: 0 } }]);
  await house.read();
  const [row] = await house.sql<{ id: Id }[]>`SELECT id FROM inquiry WHERE dialog_id = ${d.id}`;
  return { id: row?.id as Id, dialogId: d.id };
}
const view = async (id: Id, person: Person = "admin") => (await house.as(person, "GET", `/inquiries/${id}`)).body;
const addRule = async (body: object): Promise<{ id: Id; version: number }> => {
  const made = await house.as("admin", "POST", "/dispatch-rules", body);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
};
const drop = (rule: { id: Id }) => house.as("admin", "DELETE", `/dispatch-rules/${rule.id}`);
describe("rules of mailboxes and bots (RG-08)", () => {
  test("a no-reply sender's letter is rejected with the rule's reason; the letter and the number of the rule stay", async () => {
    const rule = await addRule({ name: "Robots", channelId: house.channels.mail, senders: ["no-reply@*"], action: "reject", reason: "Automatic letter" });
    const { id, dialogId } = await writes({ kind: "email", value: "no-reply@shop.example" }, "Your parcel");
    expect(await view(id)).toMatchObject({ status: "rejected", rejectReason: "Automatic letter", rule: { id: rule.id, name: "Robots" }, processedBy: null });
    expect((await house.sql`SELECT body FROM message WHERE dialog_id = ${dialogId}`)[0]?.["body"]).toBe("Your parcel");
    const [trace] = await house.sql`SELECT actor_label, changes FROM audit_log WHERE object_id = ${id} AND action = 'reject'`;
    expect(trace).toMatchObject({ actor_label: "Robots", changes: { reason: [null, "Automatic letter"] } });
    const other = await writes({ kind: "email", value: "person@shop.example" });
    expect(await view(other.id)).toMatchObject({ status: "new", rule: null });
    await drop(rule);
  });

  test("a claim's words go to the fixed person of its purpose, who is told with the deadline", async () => {
    const { complaint } = house.company.catalogues.purposes;
    await house.as("admin", "PATCH", `/catalogues/purposes/${complaint}`, { dispatch: "fixed", fixedEmployeeId: employees.dana.id });
    const rule = await addRule({ name: "Claims", words: ["broken"], action: "assign", purposeId: complaint });
    const { id, dialogId } = await writes({ kind: "email", value: "angry@acme.example" }, "It came BROKEN!");
    const due = new Date(NOW + 900_000).toISOString();
    const inquiry = await view(id);
    expect(inquiry).toMatchObject({ status: "dispatched", purposeId: complaint, dispatchedTo: { id: employees.dana.id } });
    expect(Date.parse(inquiry.dueAt)).toBe(NOW + 900_000);
    const mine = (await told("dana", "handover")).find((n) => n.object.id === id);
    expect(mine).toMatchObject({ object: { kind: "inquiry" }, payload: { at: due, reason: null, purpose: { id: complaint, name: "Complaint" } } });
    // The letter itself comes to her too.
    expect(await house.enqueued()).toContainEqual(expect.objectContaining({ kind: "dialog.assign", dialogId, employeeId: employees.dana.id }));
    await drop(rule);
    await house.as("admin", "PATCH", `/catalogues/purposes/${complaint}`, { dispatch: "owner_then_least_loaded", fixedEmployeeId: null });
  });

  test("a word may only prefill the purpose: a human confirms or changes it, and the change is audited (RG-07)", async () => {
    const rule = await addRule({ name: "Repairs", words: ["repair"], action: "suggest", purposeId: purpose("service") });
    const { id, dialogId } = await writes({ kind: "email", value: "repair@acme.example" }, "I need a repair");
    expect(await view(id)).toMatchObject({ status: "new", purposeId: null, suggestedPurposeId: purpose("service") });
    await house.assign(dialogId, "aigul");
    const open = await reception("aigul", dialogId);
    const who = { kind: "lead", leadId: open.inquiry.party.leadId };
    const order = { version: open.inquiry.version, purposeId: purpose("information"), who, interest: { kind: "none" } };
    expect((await house.as("aigul", "POST", `/inquiries/${id}/finish`, order)).status).toBe(200);
    const [row] = await house.sql`SELECT changes FROM audit_log WHERE object_id = ${id} AND action = 'finish'`;
    expect(row?.["changes"]["purpose_id"]).toEqual([purpose("service"), purpose("information")]);
    await drop(rule);
  });

  test("rules are tried in their order; the tester says which one would act and why the others do not", async () => {
    const first = await addRule({ name: "Bots only", identities: ["known"], action: "suggest", purposeId: purpose("buy") });
    const second = await addRule({ name: "Orders", words: ["order"], action: "create_interest", purposeId: purpose("buy") });
    const ask = (text: string) =>
      house.as("head", "POST", "/dispatch-test", { channelId: house.channels.mail, kind: "email", value: "stranger@acme.example", text });
    const before = await counts();
    expect((await ask("My order please")).body).toMatchObject({
      result: "new",
      rules: [
        { name: "Bots only", applies: false, why: "identity" },
        { name: "Orders", applies: true },
      ],
      outcome: { action: "create_interest", purpose: { name: "Purchase" }, interest: "create", attachTo: null },
    });
    expect((await ask("Good day")).body.outcome).toBeNull();
    const mine = (
      await house.as("admin", "POST", "/customers", { kind: "person", name: "Orderer", contactPoints: [{ kind: "email", value: "orderer@acme.example" }] })
    ).body;
    const chairs = await interestOf(mine.id, "Chairs", "sale");
    const known = { channelId: house.channels.mail, kind: "email", value: "orderer@acme.example", text: "order" };
    await house.as("admin", "PUT", "/dispatch-rules/order", { ids: [second.id, first.id] });
    expect((await house.as("head", "POST", "/dispatch-test", known)).body).toMatchObject({ outcome: { interest: "attach", attachTo: { id: chairs } } });
    await interestOf(mine.id, "Tables", "sale");
    expect((await house.as("head", "POST", "/dispatch-test", known)).body).toMatchObject({ outcome: { interest: "human", attachTo: null } });
    expect(await counts()).toMatchObject({ leads: before?.["leads"], done: before?.["done"] });
    // What the tester said is what happens.
    const { id } = await writes({ kind: "email", value: "stranger@acme.example" }, "My order please");
    const received = await view(id);
    expect(received).toMatchObject({ status: "processed", purposeId: purpose("buy") });
    expect((await house.as("admin", "GET", `/interests/${received.interestId}`)).body).toMatchObject({ title: "Purchase", leadId: received.party.leadId });
    await drop(first);
    await drop(second);
  });

  test("a rule that lacks what it acts with is refused with every fault; an agent makes none; a second editor meets the row", async () => {
    const post = (body: object, person: Person = "admin") => house.as(person, "POST", "/dispatch-rules", { name: "X", ...body });
    expect((await post({ action: "reject" })).body.details.fields).toEqual({ reason: "required" });
    expect((await post({ action: "create_interest", purposeId: purpose("information") })).body.details.fields).toEqual({ purposeId: "not_interest" });
    expect((await post({ action: "assign" })).body.details.fields).toEqual({ employeeId: "required" });
    expect((await post({ action: "suggest", purposeId: house.company.queueId })).body.details.fields).toEqual({ purposeId: "unknown" });
    expect((await post({ action: "reject", reason: "x" }, "aigul")).status).toBe(403);
    const rule = await addRule({ name: "Once", action: "reject", reason: "x", enabled: false });
    const patch = (body: object) => house.as("admin", "PATCH", `/dispatch-rules/${rule.id}`, body);
    expect((await patch({ name: "Twice", version: rule.version })).status).toBe(200);
    expect((await patch({ name: "Thrice", version: rule.version })).body).toMatchObject({ code: "version_conflict", details: { current: { name: "Twice" } } });
    expect((await patch({ reason: null, version: rule.version + 1 })).body.details.fields).toEqual({ reason: "required" });
    expect((await house.as("admin", "PUT", "/dispatch-rules/order", { ids: [house.company.queueId] })).status).toBe(422);
    await drop(rule);
    expect((await house.as("admin", "GET", "/dispatch-rules")).body).toEqual([]);
  });
});

describe("handing on (RG-08)", () => {
  test("re-dispatch tells the next one, runs the deadline anew and keeps every hand-over", async () => {
    const { inquiry } = await opened("aigul");
    const dispatch = (person: Person, body: object) => house.as(person, "POST", `/inquiries/${inquiry.id}/dispatch`, body);
    expect((await dispatch("aigul", { version: inquiry.version })).body.details.fields).toEqual({ dispatchTo: "one_of_two" });
    const first = await dispatch("aigul", { version: inquiry.version, employeeId: employees.bolat.id, reason: "Knows the matter" });
    expect(first.body).toMatchObject({ status: "dispatched", dispatchedTo: { id: employees.bolat.id } });
    house.clock.set(NOW + 600_000);
    const second = await dispatch("bolat", { version: first.body.version, queueId: house.company.queueId });
    expect(second.body).toMatchObject({ dispatchedTo: null, dispatchedQueue: { name: "General" } });
    expect(Date.parse(second.body.dueAt)).toBe(NOW + 600_000 + 900_000);
    const { body: history } = await house.as("aigul", "GET", `/inquiries/${inquiry.id}/dispatches`);
    expect(history).toMatchObject([
      { by: { id: employees.aigul.id }, to: { id: employees.bolat.id }, queue: null, reason: "Knows the matter" },
      { by: { id: employees.bolat.id }, from: { id: employees.bolat.id }, to: null, queue: { name: "General" } },
    ]);
    // Everybody of the queue sees it and was told; whoever handed it on was not.
    expect((await told("dana", "handover")).some((n) => n.object.id === inquiry.id)).toBe(true);
    expect((await house.as("dana", "GET", `/inquiries/${inquiry.id}`)).status).toBe(200);
    expect((await dispatch("aigul", { version: inquiry.version, employeeId: employees.bolat.id })).body.code).toBe("version_conflict");
    expect((await dispatch("dana", { version: second.body.version, employeeId: house.company.queueId })).body.details.fields).toEqual({
      dispatchTo: "unknown",
    });
  });

  test("a matter attached to a colleague's Interest is told to that colleague, who keeps it", async () => {
    const { who, finish } = await opened("bolat");
    const theirs = await interestOf(who.customerId, "Chairs", "sale", { responsible: "dana" });
    expect((await finish({ interest: { kind: "existing", interestId: theirs } })).status).toBe(200);
    expect(await told("dana", "handover")).toContainEqual(expect.objectContaining({ object: { kind: "interest", id: theirs } }));
  });
});

describe("what a purpose leads to (B1)", () => {
  test("the same call as a complaint: a claim of Ivan, the Interaction points at it, #17 is untouched, the one who answers it is told", async () => {
    const { who, finish, dialogId, inquiry } = await opened("bolat");
    const chairs = await interestOf(who.customerId, "Chairs", "sale", { contactId: who.contactId });
    const before = (await house.as("admin", "GET", `/interests/${chairs}`)).body;
    const open = await reception("bolat", dialogId, `?purposeId=${purpose("complaint")}`);
    expect(open.interests).toEqual([]);
    const done = await finish({ purposeId: purpose("complaint"), note: "Two legs broke\nSix weeks after delivery" });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    expect(done.body).toMatchObject({ interestId: null, inquiry: { status: "processed", claim: { title: "Two legs broke" } } });
    const [claim] = await house.sql`
      SELECT c.customer_id, c.contact_id, c.responsible_id, c.status, i.id AS interaction_id, i.interest_id FROM claim c JOIN interaction i ON i.claim_id = c.id WHERE c.id = ${done.body.inquiry.claim.id}`;
    expect(claim).toEqual({
      customer_id: who.customerId,
      contact_id: who.contactId,
      responsible_id: employees.aigul.id,
      status: "registered",
      interaction_id: done.body.interactionId,
      interest_id: null,
    });
    expect((await house.as("admin", "GET", `/interests/${chairs}`)).body).toEqual(before);
    expect((await told("aigul", "handover")).some((n) => n.object.id === inquiry.id)).toBe(true);
    const tasks = (await house.as("aigul", "GET", "/tasks")).body.items as { title: string; dueAt: string }[];
    expect(tasks.find((t) => t.title.includes("Two legs broke"))).toMatchObject({
      dueAt: expect.stringContaining(new Date(NOW + 900_000).toISOString().slice(0, 19)),
    });
  });

  test("a caller who is only a lead can claim too, and the claim moves with the lead", async () => {
    const d = await house.dialog(phone(), { at: NOW });
    await house.assign(d.id, "aigul");
    const { inquiry } = await reception("aigul", d.id);
    const { leadId } = d.identification;
    const done = await house.as("aigul", "POST", `/inquiries/${inquiry.id}/finish`, {
      version: inquiry.version,
      purposeId: purpose("complaint"),
      who: { kind: "lead", leadId },
      interest: { kind: "none" },
      note: "Rude courier",
    });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    const { customerId } = (await house.as("admin", "POST", `/leads/${leadId}/convert`, { customer: { kind: "person", name: "Claimant" }, qualify: true }))
      .body;
    expect(await house.sql`SELECT customer_id, lead_id FROM claim WHERE id = ${done.body.inquiry.claim.id}`).toEqual([
      { customer_id: customerId, lead_id: leadId },
    ]);
  });

  test("a purpose names its compulsory fields; the refusal names each that is missing", async () => {
    await house.as("admin", "PATCH", `/catalogues/purposes/${purpose("information")}`, { requiredFields: ["contactName", "email", "note"] });
    const d = await house.dialog(phone(), { at: NOW });
    await house.assign(d.id, "aigul");
    const { inquiry } = await reception("aigul", d.id);
    const order = (who: object, note: string | null) =>
      house.as("aigul", "POST", `/inquiries/${inquiry.id}/finish`, {
        version: inquiry.version,
        purposeId: purpose("information"),
        who,
        interest: { kind: "none" },
        note,
      });
    expect((await order({ kind: "lead", leadId: d.identification.leadId }, null)).body).toMatchObject({
      code: "validation",
      details: { fields: { contactName: "required", email: "required", note: "required" } },
    });
    const named = { kind: "new-lead", contactName: "Asel", companyName: null, phone: null, email: "asel@acme.example" };
    expect((await order(named, "Opening hours")).status).toBe(200);
    await house.as("admin", "PATCH", `/catalogues/purposes/${purpose("information")}`, { requiredFields: [] });
  });

  test("a visitor without a dialog is written down by hand and received like everybody", async () => {
    const who = await ivan();
    const chairs = await interestOf(who.customerId, "Chairs", "sale", { contactId: who.contactId });
    const made = await house.as("aigul", "POST", "/inquiries", { purposeId: purpose("buy") });
    expect(made.body).toMatchObject({ origin: "manual", status: "in_wizard", dialogId: null });
    const open = await house.as("aigul", "GET", `/inquiries/${made.body.id}/reception?customerId=${who.customerId}&contactId=${who.contactId}`);
    expect(open.body.interests).toMatchObject([{ id: chairs, score: 7, preselected: true }]);
    const done = await house.as("aigul", "POST", `/inquiries/${made.body.id}/finish`, {
      version: made.body.version,
      purposeId: purpose("buy"),
      who: { kind: "customer", customerId: who.customerId, contactId: who.contactId },
      interest: { kind: "existing", interestId: chairs },
      note: "Came in person",
    });
    expect(done.body).toMatchObject({ interestId: chairs, inquiry: { status: "processed" } });
    const listed = (await house.as("aigul", "GET", "/inquiries?status=processed")).body.items.find((i: { id: string }) => i.id === made.body.id);
    expect(listed.party).toEqual({ name: "Petrov Ivan", customerId: who.customerId, contactId: who.contactId, leadId: null });
    expect((await house.as("dana", "GET", `/inquiries/${made.body.id}/reception`)).status).toBe(404);
  });
});

describe("whose Interest a dialog is (RG-13)", () => {
  test("one action makes an Interest of it, later messages belong to it; moved to another Interest everything follows, with trace", async () => {
    const person = (
      await house.as("admin", "POST", "/customers", {
        kind: "person",
        name: "Writer",
        responsibleId: employees.aigul.id,
        contactPoints: [{ kind: "email", value: "writer@acme.example" }],
      })
    ).body;
    const { dialogId } = await writes({ kind: "email", value: "writer@acme.example" }, "About the desk");
    await house.assign(dialogId, "aigul");
    const kindId = (house.company.catalogues.interestKinds["sale"] as { id: Id }).id;
    const made = await house.as("aigul", "POST", "/interests", { kindId, title: "Desk", fromDialogId: dialogId });
    expect(made.body).toMatchObject({ customer: { id: person.id }, responsible: { id: employees.aigul.id }, sourceId: expect.any(String) });
    await house.message(dialogId, "out", NOW + 1000, "aigul", "It is oak");
    await house.read();
    const interactions = () => house.sql<{ interest_id: Id | null }[]>`SELECT DISTINCT interest_id FROM interaction WHERE dialog_id = ${dialogId}`;
    expect(await interactions()).toEqual([{ interest_id: made.body.id }]);
    const other = await interestOf(person.id, "Shelf", "service");
    const moved = await house.as("aigul", "PATCH", `/dialogs/${dialogId}/party`, { interestId: other });
    expect(moved.status, JSON.stringify(moved.body)).toBe(200);
    expect(await interactions()).toEqual([{ interest_id: other }]);
    const [trace] =
      await house.sql`SELECT actor_id, changes FROM audit_log WHERE object_kind = 'dialog' AND object_id = ${dialogId} AND action = 'party' ORDER BY at DESC, id DESC LIMIT 1`;
    expect(trace).toMatchObject({ actor_id: employees.aigul.id, changes: { interest_id: [made.body.id, other] } });
    const stranger = await interestOf((await ivan()).customerId, "Not hers", "sale");
    expect((await house.as("aigul", "PATCH", `/dialogs/${dialogId}/party`, { interestId: stranger })).status).toBe(404);
  });
});

describe("taking a finished reception back (RG-10)", () => {
  test("within the minute everything but the contact is undone, and it can be received again", async () => {
    const { inquiry, finish, dialogId } = await opened();
    await house.as("aigul", "PUT", `/inquiries/${inquiry.id}/draft`, { draft: { note: "typed" } });
    const done = await finish({ interest: { kind: "new", title: "Sofa", interestKindId: null, parallelReason: null }, next: next() });
    expect(Date.parse(done.body.undoUntil)).toBe(NOW + 60_000);
    const { interestId } = done.body;
    const undo = (person: Person = "aigul", version = done.body.inquiry.version) => house.as(person, "POST", `/inquiries/${inquiry.id}/undo`, { version });
    expect((await undo("head")).body.code).toBe("undo_too_late");
    house.clock.set(NOW + 59_000);
    const back = await undo();
    expect(back.status, JSON.stringify(back.body)).toBe(200);
    expect(back.body).toMatchObject({ status: "in_wizard", interestId: null, draft: { note: "typed" } });
    expect((await house.as("admin", "GET", `/interests/${interestId}`)).body.status).toBe("cancelled");
    expect(await house.sql`SELECT state FROM interaction WHERE interest_id = ${interestId}`).toEqual([{ state: "cancelled" }]);
    expect(await house.sql`SELECT state, interest_id FROM interaction WHERE dialog_id = ${dialogId}`).toEqual([{ state: "done", interest_id: null }]);
    const again = await finish({ version: back.body.version, purposeId: purpose("information") });
    expect(again.body).toMatchObject({ interestId: null, interactionId: done.body.interactionId, inquiry: { status: "processed" } });
  });

  test("afterwards, or once somebody went on with the Interest, it is too late", async () => {
    const { inquiry, finish } = await opened();
    const done = await finish({ interest: { kind: "new", title: "Lamp", interestKindId: null, parallelReason: null }, next: next() });
    const interest = (await house.as("admin", "GET", `/interests/${done.body.interestId}`)).body;
    await house.as("admin", "PATCH", `/interests/${interest.id}`, { title: "Two lamps", version: interest.version });
    const undo = () => house.as("aigul", "POST", `/inquiries/${inquiry.id}/undo`, { version: done.body.inquiry.version });
    expect((await undo()).body.code).toBe("undo_too_late");
    expect((await house.as("admin", "GET", `/interests/${interest.id}`)).body).toMatchObject({ title: "Two lamps", status: "open" });
    house.clock.set(NOW + 61_000);
    expect((await undo()).body.code).toBe("undo_too_late");
  });
});

describe("what is not received yet (RG-11)", () => {
  test("is counted with its age and its delay by employee and queue, of what one may see; it leaves only by a decision", async () => {
    await house.sql`UPDATE inquiry SET status = 'rejected', reject_reason = 'earlier tests', processed_at = now() WHERE status IN ('new', 'in_wizard', 'dispatched')`;
    const a = await writes({ kind: "email", value: "first@backlog.example" });
    house.clock.set(NOW + 600_000);
    const b = await writes({ kind: "email", value: "second@backlog.example" });
    await house.as("admin", "POST", `/inquiries/${b.id}/dispatch`, { version: (await view(b.id)).version, employeeId: employees.bolat.id });
    house.clock.set(NOW + 1_000_000);
    const { body } = await house.as("admin", "GET", "/inquiries/summary");
    expect(body).toMatchObject({
      count: 2,
      overdue: 1,
      byEmployee: [
        { employee: null, count: 1, overdue: 1 },
        { employee: { id: employees.bolat.id }, count: 1, overdue: 0 },
      ],
      byQueue: [{ queue: { name: "General" }, count: 2, overdue: 1 }],
    });
    expect(Date.parse(body.oldestAt)).toBe(NOW);
    const ids = async (query: string) => (await house.as("admin", "GET", `/inquiries?status=unprocessed&${query}`)).body.items.map((i: { id: Id }) => i.id);
    expect(await ids("overdue=true")).toEqual([a.id]);
    expect(await ids("holder=nobody")).toEqual([a.id]);
    expect(await ids(`holder=${employees.bolat.id}&queueId=${house.company.queueId}`)).toEqual([b.id]);
    // Aigul is of the queue but Bolat's is his own.
    expect((await house.as("aigul", "GET", "/inquiries/summary")).body).toMatchObject({ count: 1 });
    expect((await house.as("admin", "POST", `/inquiries/${a.id}/reject`, { version: (await view(a.id)).version, reason: "" })).status).toBe(422);
    await house.as("admin", "POST", `/inquiries/${a.id}/reject`, { version: (await view(a.id)).version, reason: "spam" });
    expect((await house.as("admin", "GET", "/inquiries/summary")).body).toMatchObject({ count: 1, overdue: 0 });
  });

  test("at 50 % the holder is told, at 100 % the head too, at 200 % the head above; each once", async () => {
    const escalate = () => house.crm.jobs.find((j) => j.name === "inquiry-escalation")?.run() as Promise<void>;
    await house.sql`UPDATE department SET head_id = ${employees.admin.id} WHERE parent_id IS NULL`;
    const { id } = await writes({ kind: "email", value: "slow@backlog.example" });
    await house.as("admin", "POST", `/inquiries/${id}/dispatch`, { version: (await view(id)).version, employeeId: employees.aigul.id });
    const steps = async () => {
      await escalate();
      await escalate();
      return Object.fromEntries(
        await Promise.all(
          (["aigul", "head", "admin"] as const).map(async (p) => [
            p,
            (await told(p, "inquiry.deadline")).filter((n) => n.object.id === id).map((n) => n.payload["percent"]),
          ]),
        ),
      );
    };
    house.clock.set(NOW + 449_000);
    expect(await steps()).toEqual({ aigul: [], head: [], admin: [] });
    house.clock.set(NOW + 451_000);
    expect(await steps()).toEqual({ aigul: [50], head: [], admin: [] });
    house.clock.set(NOW + 901_000);
    expect(await steps()).toEqual({ aigul: [100, 50], head: [100], admin: [] });
    house.clock.set(NOW + 1_801_000);
    expect(await steps()).toEqual({ aigul: [200, 100, 50], head: [200, 100], admin: [200] });
  });

  test("the thresholds are settings, changed by whoever may edit catalogues", async () => {
    const { body } = await house.as("aigul", "GET", "/reception-settings");
    expect(body).toMatchObject({ firstContactS: 900, escalatePercents: [50, 100, 200], undoS: 60 });
    expect((await house.as("aigul", "PUT", "/reception-settings", body)).status).toBe(403);
    const put = (change: object) => house.as("admin", "PUT", "/reception-settings", { ...body, ...change });
    expect((await put({ escalatePercents: [200, 80, 80] })).body).toMatchObject({ escalatePercents: [80, 200], version: body.version + 1 });
    expect((await put({})).body).toMatchObject({ code: "version_conflict", details: { current: { escalatePercents: [80, 200] } } });
  });
});
