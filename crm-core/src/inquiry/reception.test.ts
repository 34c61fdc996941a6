import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";
import { writeAudit } from "../audit/index.ts";
import { companyReader, systemActor } from "../context.ts";
import { receiveAutomatically } from "./finish.ts";

let house: CrmHouse;
const NOW = Date.parse("2026-03-11T05:00:00Z");
let number = 1000;
beforeAll(async () => {
  house = await crmHouse({ max: 40 });
});
afterAll(() => house.close());
beforeEach(() => house.clock.set(NOW));

const purpose = (code: string) => house.company.catalogues.purposes[code] as Id;
const kind = (code: string) => (house.company.catalogues.interestKinds[code] as { id: Id }).id;
const phone = () => ({ kind: "phone" as const, value: `+7701500${number++}` });
const call = () => house.company.catalogues.interactionTypes["call"]?.id as Id;
const next = () => ({ typeId: call(), subject: "Call back", plannedFrom: new Date(NOW + 86_400_000).toISOString() });

/** The dialog is assigned to that person, as routing would have done. */
async function assign(dialogId: Id, person: Person): Promise<void> {
  await house.sql`INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at) VALUES (gen_random_uuid(), ${dialogId}, ${house.company.employees[person].id}, 'voice', now())`;
}
async function interestOf(customerId: Id, title: string, kindCode: string, o: { contactId?: Id; daysAgo?: number; responsible?: Person } = {}): Promise<Id> {
  const r = await house.as("admin", "POST", "/interests", {
    kindId: kind(kindCode),
    title,
    customerId,
    contactId: o.contactId ?? null,
    parallelReason: "test",
    responsibleId: house.company.employees[o.responsible ?? "aigul"].id,
  });
  expect(r.status).toBe(201);
  await house.sql`UPDATE interest SET last_activity_at = ${new Date(NOW - (o.daysAgo ?? 3) * 86_400_000)} WHERE id = ${r.body.id}`;
  // The stage "Contact" demands a next step: one is planned.
  await house.as("admin", "POST", "/interactions", { ...next(), interestId: r.body.id });
  return r.body.id;
}
/** Ivan of Romashka, with his verified number. */
async function ivan() {
  const p = phone();
  const romashka = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Romashka", responsibleId: house.company.employees.aigul.id })).body
    .id;
  const contact = (
    await house.as("admin", "POST", `/customers/${romashka}/contacts`, {
      lastName: "Petrov",
      firstName: "Ivan",
      contactPoints: [{ kind: "phone", value: p.value }],
    })
  ).body;
  return { phone: p, customerId: romashka as Id, contactId: contact.id as Id };
}
const reception = async (person: Person, dialogId: Id, query = "") => {
  const r = await house.as(person, "GET", `/dialogs/${dialogId}/reception${query}`);
  expect(r.status, JSON.stringify(r.body)).toBe(200);
  return r.body;
};
const counts = async () =>
  (
    await house.sql`SELECT (SELECT count(*) FROM interest) AS interests, (SELECT count(*) FROM interaction WHERE state = 'done') AS done, (SELECT count(*) FROM lead) AS leads`
  )[0];

describe("the example of B1 (RG-10, RG-12)", () => {
  test("Ivan calls about the chairs: #17 is preselected, finishing adds one Interaction to it and no new Interest", async () => {
    const who = await ivan();
    const chairs = await interestOf(who.customerId, "Chairs", "sale", { contactId: who.contactId });
    await interestOf(who.customerId, "Repair", "service", { contactId: who.contactId, daysAgo: 200 });
    const d = await house.dialog(who.phone, { at: NOW });
    await assign(d.id, "bolat");
    const open = await reception("bolat", d.id, `?purposeId=${purpose("buy")}`);
    expect(open.identity).toMatchObject({ result: "known", value: who.phone.value });
    expect(open.inquiry).toMatchObject({ status: "in_wizard", party: { name: "Petrov Ivan", customerId: who.customerId, contactId: who.contactId } });
    expect(open.interests.map((i: { id: Id; score: number; preselected: boolean }) => [i.id, i.score, i.preselected])).toEqual([[chairs, 7, true]]);
    const before = await counts();
    const finished = await house.as("bolat", "POST", `/inquiries/${open.inquiry.id}/finish`, {
      version: open.inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "customer", customerId: who.customerId, contactId: who.contactId },
      interest: { kind: "existing", interestId: chairs },
      note: "Wants six more",
    });
    expect(finished.status, JSON.stringify(finished.body)).toBe(200);
    expect(finished.body).toMatchObject({
      interestId: chairs,
      customerId: who.customerId,
      inquiry: { status: "processed", interestId: chairs, purposeId: purpose("buy") },
    });
    expect(await counts()).toEqual({ ...before, done: Number(before?.["done"]) + 1 });
    const [made] =
      await house.sql`SELECT interest_id, direction, state, dialog_id, description, subject FROM interaction WHERE id = ${finished.body.interactionId}`;
    expect(made).toMatchObject({ interest_id: chairs, direction: "in", state: "done", dialog_id: d.id, description: "Wants six more", subject: "Chairs" });
    const [party] = await house.sql`SELECT interest_id FROM dialog_party WHERE dialog_id = ${d.id}`;
    expect(party?.["interest_id"]).toBe(chairs);
  });

  test("finished during the talk: the call's end completes the same Interaction", async () => {
    const who = await ivan();
    const chairs = await interestOf(who.customerId, "Chairs", "sale");
    const d = await house.dialog(who.phone, { at: NOW });
    await assign(d.id, "aigul");
    const [k] = await house.sql<
      { id: Id }[]
    >`INSERT INTO call (dialog_id, channel_id, external_id, direction, state, started_at, answered_at) VALUES (${d.id}, ${house.channels.voice}, ${d.id}, 'in', 'talking', ${new Date(NOW)}, ${new Date(NOW + 5000)}) RETURNING id`;
    const open = await reception("aigul", d.id);
    house.clock.set(NOW + 30_000);
    const finished = await house.as("aigul", "POST", `/inquiries/${open.inquiry.id}/finish`, {
      version: open.inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "customer", customerId: who.customerId, contactId: null },
      interest: { kind: "existing", interestId: chairs },
      note: "In the talk",
    });
    expect(finished.status).toBe(200);
    await house.sql`UPDATE call SET state = 'ended', ended_at = ${new Date(NOW + 95_000)}, disposition = 'answered', answered_by = ${house.company.employees.aigul.id} WHERE id = ${k?.id as Id}`;
    await house.emit([
      {
        kind: "call.ended",
        dialogId: d.id,
        payload: { callId: k?.id as Id, disposition: "answered", answeredBy: house.company.employees.aigul.id, talkMs: 90_000, source: "live" },
      },
    ]);
    await house.read();
    const rows =
      await house.sql`SELECT id, description, interest_id, extract(epoch FROM upper(occurred) - lower(occurred))::int AS s FROM interaction WHERE call_id = ${k?.id as Id}`;
    expect(rows).toEqual([{ id: finished.body.interactionId, description: "In the talk", interest_id: chairs, s: 90 }]);
  });

  test("finished after the talk: the recorded Interaction gets the Interest, no second one", async () => {
    const who = await ivan();
    const ended = await house.call(who.phone, { disposition: "answered", startedAt: NOW, seconds: 60, talkers: [{ person: "aigul", seconds: 50 }] });
    await house.read();
    await assign(ended.dialogId, "aigul");
    const open = await reception("aigul", ended.dialogId);
    const finished = await house.as("aigul", "POST", `/inquiries/${open.inquiry.id}/finish`, {
      version: open.inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "customer", customerId: who.customerId, contactId: who.contactId },
      interest: { kind: "new", title: "Tables", interestKindId: null, parallelReason: null },
      next: next(),
    });
    expect(finished.status, JSON.stringify(finished.body)).toBe(200);
    const rows = await house.sql`SELECT id, interest_id FROM interaction WHERE dialog_id = ${ended.dialogId} AND state = 'done'`;
    expect(rows).toEqual([{ id: finished.body.interactionId, interest_id: finished.body.interestId }]);
  });
});

describe("the steps of the wizard", () => {
  async function opened(person: Person = "aigul") {
    const who = await ivan();
    const d = await house.dialog(who.phone, { at: NOW });
    await assign(d.id, person);
    const { inquiry } = await reception(person, d.id);
    const finish = (body: object, by: Person = person) =>
      house.as(by, "POST", `/inquiries/${inquiry.id}/finish`, {
        version: inquiry.version,
        purposeId: purpose("buy"),
        who: { kind: "customer", customerId: who.customerId, contactId: who.contactId },
        interest: { kind: "none" },
        ...body,
      });
    return { who, d, inquiry, finish };
  }

  test("without a purpose nothing is finished (RG-07); the line's purpose is suggested, a change is audited", async () => {
    const { inquiry, finish } = await opened();
    expect(inquiry).toMatchObject({ purposeId: null, suggestedPurposeId: purpose("buy") });
    expect((await finish({ purposeId: undefined })).status).toBe(422);
    const done = await finish({ purposeId: purpose("information") });
    expect(done.body).toMatchObject({ interestId: null, inquiry: { status: "processed" } });
    const [row] = await house.sql`SELECT changes FROM audit_log WHERE object_kind = 'inquiry' AND object_id = ${inquiry.id} AND action = 'finish'`;
    expect(row?.["changes"]["purpose_id"]).toEqual([purpose("buy"), purpose("information")]);
  });

  test("a second Interest of the same kind needs the reason why (RG-12)", async () => {
    const { who, finish } = await opened();
    await interestOf(who.customerId, "Chairs", "sale");
    const fresh = { kind: "new", title: null, interestKindId: null, parallelReason: null };
    expect((await finish({ interest: fresh, next: next() })).body).toMatchObject({
      code: "parallel_interest_reason_required",
      details: { interest: { title: "Chairs" } },
    });
    expect((await finish({ interest: { ...fresh, parallelReason: "Another office" }, next: next() })).status).toBe(200);
  });

  test("the first stage demands a next step; it is planned in the same save", async () => {
    const { finish } = await opened();
    const interest = { kind: "new", title: "Sofa", interestKindId: null, parallelReason: null };
    expect((await finish({ interest })).body).toMatchObject({ code: "validation", details: { fields: { next: "required" } } });
    const done = await finish({ interest, next: next() });
    const [planned] = await house.sql`SELECT state, subject, executor_id FROM interaction WHERE interest_id = ${done.body.interestId} AND state = 'planned'`;
    expect(planned).toMatchObject({ subject: "Call back", executor_id: house.company.employees.aigul.id });
    const [made] = await house.sql`SELECT title, responsible_id, source_id, created_from_dialog_id FROM interest WHERE id = ${done.body.interestId}`;
    expect(made).toMatchObject({ title: "Sofa", responsible_id: house.company.employees.aigul.id });
    expect(made?.["source_id"]).not.toBeNull();
  });

  test("an Interest of another manager is attached, it stays theirs; one of another customer is not found", async () => {
    const { who, finish } = await opened();
    const theirs = await interestOf(who.customerId, "Chairs", "sale", { responsible: "dana" });
    const stranger = await interestOf((await ivan()).customerId, "Strange", "sale");
    expect((await finish({ interest: { kind: "existing", interestId: stranger } })).body.code).toBe("not_found");
    expect((await finish({ interest: { kind: "existing", interestId: theirs } })).status).toBe(200);
    expect((await house.sql`SELECT responsible_id FROM interest WHERE id = ${theirs}`)[0]?.["responsible_id"]).toBe(house.company.employees.dana.id);
  });

  test("a recently lost one is taken up again by reopening", async () => {
    const { who, d, finish } = await opened();
    const lost = await interestOf(who.customerId, "Lost", "sale");
    const view = (await house.as("admin", "GET", `/interests/${lost}`)).body;
    const reason = house.company.catalogues.lossReasons[0];
    expect(
      (
        await house.as("admin", "POST", `/interests/${lost}/close`, {
          status: "lost",
          lossReasonId: reason,
          plannedInteractions: "keep",
          version: view.version,
        })
      ).status,
    ).toBe(200);
    const open = await reception("aigul", d.id, `?purposeId=${purpose("buy")}`);
    expect(open.interests).toMatchObject([{ id: lost, recentlyLost: true, preselected: false }]);
    expect((await finish({ interest: { kind: "existing", interestId: lost } })).body.code).toBe("validation");
    expect((await finish({ interest: { kind: "existing", interestId: lost, reopen: true } })).status).toBe(200);
    expect((await house.as("admin", "GET", `/interests/${lost}`)).body).toMatchObject({ status: "open", closedAt: null });
  });

  test("the draft outlives the page and goes with the end; a finished inquiry takes none", async () => {
    const { d, inquiry, finish } = await opened();
    await house.as("aigul", "PUT", `/inquiries/${inquiry.id}/draft`, { draft: { note: "half" } });
    const again = await reception("aigul", d.id);
    expect(again.inquiry).toMatchObject({ draft: { note: "half" }, version: inquiry.version });
    expect((await house.as("aigul", "GET", "/inquiries?status=unprocessed")).body.items.map((i: { id: Id }) => i.id)).toContain(inquiry.id);
    expect((await finish({ purposeId: purpose("information") })).status).toBe(200);
    expect((await house.as("aigul", "PUT", `/inquiries/${inquiry.id}/draft`, { draft: {} })).body.code).toBe("already_taken");
  });

  test("handing on leaves it open for the receiver with a deadline", async () => {
    const { inquiry, finish } = await opened();
    expect((await finish({ purposeId: purpose("transfer") })).body.details.fields.dispatchTo).toBe("required");
    const done = await finish({ purposeId: purpose("transfer"), dispatchTo: house.company.employees.bolat.id });
    expect(done.body.inquiry).toMatchObject({ id: inquiry.id, status: "dispatched", dispatchedTo: { id: house.company.employees.bolat.id } });
    expect(done.body.inquiry.dueAt).not.toBeNull();
    expect((await house.as("bolat", "GET", `/inquiries/${inquiry.id}`)).status).toBe(200);
  });

  test("rejecting needs a reason and may block the number: it makes no card any more, the evidence stays", async () => {
    const { who, inquiry } = await opened();
    expect((await house.as("aigul", "POST", `/inquiries/${inquiry.id}/reject`, { version: inquiry.version, reason: "" })).status).toBe(422);
    const rejected = await house.as("aigul", "POST", `/inquiries/${inquiry.id}/reject`, { version: inquiry.version, reason: "spam", blockIdentity: true });
    expect(rejected.body).toMatchObject({ status: "rejected" });
    expect((await house.identify(who.phone)).result).toBe("blocked");
    expect(await house.sql`SELECT 1 FROM inquiry WHERE id = ${inquiry.id}`).toHaveLength(1);
  });

  test("a new caller's lead is filled in, not doubled; a hidden one needs a way to be reached", async () => {
    const p = phone();
    const d = await house.dialog(p, { at: NOW });
    await assign(d.id, "bolat");
    const { inquiry } = await reception("bolat", d.id);
    const before = await counts();
    const done = await house.as("bolat", "POST", `/inquiries/${inquiry.id}/finish`, {
      version: inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "new-lead", contactName: "Saule", companyName: "Lotos", phone: null, email: "Saule@Lotos.example" },
      interest: { kind: "new", title: null, interestKindId: null, parallelReason: null },
      next: next(),
    });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    expect(done.body.leadId).toBe(d.identification.leadId);
    expect(await counts()).toMatchObject({ leads: before?.["leads"] });
    const lead = (await house.as("bolat", "GET", `/leads/${done.body.leadId}`)).body;
    expect(lead).toMatchObject({ contactName: "Saule", companyName: "Lotos" });
    expect(lead.contactPoints.map((c: { value: string; verifiedAt: string | null }) => [c.value, c.verifiedAt !== null])).toEqual([
      [p.value, true],
      ["saule@lotos.example", false],
    ]);
    const hidden = await house.dialog({ kind: "phone", value: null }, { at: NOW });
    await assign(hidden.id, "bolat");
    const second = (await reception("bolat", hidden.id)).inquiry;
    const order = {
      version: second.version,
      purposeId: purpose("information"),
      who: { kind: "new-lead", contactName: "X", companyName: null, phone: null, email: null },
      interest: { kind: "none" },
    };
    expect((await house.as("bolat", "POST", `/inquiries/${second.id}/finish`, order)).body.code).toBe("contact_point_required");
    expect((await house.as("bolat", "POST", `/inquiries/${second.id}/finish`, { ...order, who: { ...order.who, phone: "8 701 599 00 11" } })).status).toBe(200);
  });
});

describe("two at once, and failures", () => {
  test("two finishers: one wins, the other gets the first result", async () => {
    const who = await ivan();
    const chairs = await interestOf(who.customerId, "Chairs", "sale");
    const d = await house.dialog(who.phone, { at: NOW });
    await assign(d.id, "aigul");
    const { inquiry } = await reception("aigul", d.id);
    const order = {
      version: inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "customer", customerId: who.customerId, contactId: null },
      interest: { kind: "existing", interestId: chairs },
    };
    const before = await counts();
    const answers = await Promise.all(["aigul", "head"].map((p) => house.as(p as Person, "POST", `/inquiries/${inquiry.id}/finish`, order)));
    const won = answers.find((a) => a.status === 200);
    const lost = answers.find((a) => a.status !== 200);
    expect(lost?.body).toMatchObject({
      code: "already_taken",
      details: { result: { interestId: chairs, interactionId: won?.body.interactionId, inquiry: { status: "processed" } } },
    });
    expect(await counts()).toEqual({ ...before, done: Number(before?.["done"]) + 1 });
  });

  test("an old version meets the row as it is", async () => {
    const d = await house.dialog(phone(), { at: NOW });
    await assign(d.id, "aigul");
    const { inquiry } = await reception("aigul", d.id);
    const r = await house.as("aigul", "POST", `/inquiries/${inquiry.id}/finish`, {
      version: inquiry.version - 1,
      purposeId: purpose("information"),
      who: { kind: "lead", leadId: d.identification.leadId },
      interest: { kind: "none" },
    });
    expect(r.body).toMatchObject({ code: "version_conflict", details: { current: { id: inquiry.id } } });
  });

  test("a failure at any statement of the finish leaves everything as it was", async () => {
    const { sql } = house;
    await sql.unsafe(`
      CREATE SEQUENCE fault_seq; CREATE TABLE fault_at (n bigint);
      INSERT INTO fault_at VALUES (0);
      CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('fault_seq') = (SELECT n FROM fault_at) THEN RAISE EXCEPTION 'injected'; END IF; RETURN NULL; END $$;`);
    const tables = [
      "lead",
      "contact_point",
      "interest",
      "interest_stage_history",
      "interaction",
      "dialog_party",
      "inquiry",
      "audit_log",
      "dialog_event",
      "routing_input",
      "customer",
    ];
    for (const t of tables) await sql.unsafe(`CREATE TRIGGER fault AFTER INSERT OR UPDATE ON ${t} FOR EACH STATEMENT EXECUTE FUNCTION fault()`);
    const d = await house.dialog(phone(), { at: NOW });
    await assign(d.id, "bolat");
    const { inquiry } = await reception("bolat", d.id);
    const order = {
      version: inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "new-lead", contactName: "Atom", companyName: null, phone: "+77015990022", email: null },
      interest: { kind: "new", title: "Atom", interestKindId: null, parallelReason: null },
      note: "n",
      next: next(),
    };
    const snapshot = async () =>
      (await Promise.all(tables.map((t) => sql.unsafe(`SELECT count(*) AS n, coalesce(sum(hashtext(x::text)::bigint), 0) AS h FROM ${t} x`)))).map(
        (r) => `${r[0]?.["n"]} ${r[0]?.["h"]}`,
      );
    const before = await snapshot();
    let failures = 0;
    for (let n = 1; ; n++) {
      await sql.unsafe(`ALTER SEQUENCE fault_seq RESTART; UPDATE fault_at SET n = ${n}`);
      const r = await house.as("bolat", "POST", `/inquiries/${inquiry.id}/finish`, order);
      if (r.status === 200) break;
      expect(r.body.details.message).toContain("injected");
      expect(await snapshot()).toEqual(before);
      failures++;
    }
    // Lead, its points, Interest, stage, dialog, Interactions, load, inquiry, and their audits and events
    expect(failures).toBeGreaterThan(15);
    expect(await snapshot()).not.toEqual(before);
    for (const t of tables) await sql.unsafe(`DROP TRIGGER fault ON ${t}`);
  });
});

describe("reception by rule (RG-12)", () => {
  const automatic = (inquiryId: Id) => {
    const crm = {
      sql: house.sql,
      clock: house.clock,
      audit: writeAudit,
      company: companyReader(),
      emit: async () => undefined,
      enqueue: async () => undefined,
    };
    return house.sql.begin((tx) => receiveAutomatically(crm, tx, systemActor("rule"), inquiryId, purpose("buy")));
  };
  async function letter(email: string): Promise<Id> {
    const d = await house.dialog({ kind: "email", value: email }, { medium: "mail", at: NOW });
    await house.emit([{ kind: "entry.queued", dialogId: d.id, payload: { entryId: d.id, queueId: house.company.queueId, priority: 0 } }]);
    await house.read();
    return (await house.sql<{ id: Id }[]>`SELECT id FROM inquiry WHERE dialog_id = ${d.id}`)[0]?.id as Id;
  }
  test("one open sale: attached; two: left dispatched for a human; none: a new one", async () => {
    const person = async (email: string) =>
      (
        await house.as("admin", "POST", "/customers", {
          kind: "person",
          name: email,
          responsibleId: house.company.employees.dana.id,
          contactPoints: [{ kind: "email", value: email }],
        })
      ).body.id as Id;
    const one = await person("one@acme.example");
    const only = await interestOf(one, "Only", "sale");
    expect(await automatic(await letter("one@acme.example"))).toMatchObject({ interestId: only, inquiry: { status: "processed" } });
    const two = await person("two@acme.example");
    await interestOf(two, "First", "sale");
    await interestOf(two, "Second", "sale");
    expect(await automatic(await letter("two@acme.example"))).toMatchObject({
      interestId: null,
      inquiry: { status: "dispatched", dispatchedTo: { id: house.company.employees.dana.id } },
    });
    await person("none@acme.example");
    const made = await automatic(await letter("none@acme.example"));
    expect(made.inquiry.status).toBe("processed");
    expect((await house.sql`SELECT responsible_id FROM interest WHERE id = ${made.interestId}`)[0]?.["responsible_id"]).toBe(house.company.employees.dana.id);
  });
});

describe("whose inquiry it is", () => {
  test("a stranger's missed call is received by any member of its queue, once", async () => {
    const p = phone();
    const missed = await house.call(p, { disposition: "abandoned_queue", startedAt: NOW, seconds: 12 });
    await house.read();
    const listed = (await house.as("bolat", "GET", "/inquiries?status=unprocessed&limit=200")).body.items.find(
      (i: { dialogId: Id }) => i.dialogId === missed.dialogId,
    );
    expect(listed).toMatchObject({ origin: "missed_call", attempts: 1 });
    const { inquiry } = await reception("bolat", missed.dialogId);
    expect((await house.as("bolat", "GET", `/dialogs/${missed.dialogId}/card`)).status).toBe(200);
    // Bolat has it now: to the others it answers like none.
    expect((await house.as("dana", "GET", `/dialogs/${missed.dialogId}/reception`)).status).toBe(404);
    const done = await house.as("bolat", "POST", `/inquiries/${inquiry.id}/finish`, {
      version: inquiry.version,
      purposeId: purpose("information"),
      who: { kind: "lead", leadId: inquiry.party.leadId },
      interest: { kind: "none" },
      note: "Called back by mobile",
    });
    expect(done.body.inquiry, JSON.stringify(done.body)).toMatchObject({ status: "processed", processedBy: { id: house.company.employees.bolat.id } });
  });

  test("another department's agent neither sees nor finishes it; whoever gets the dialog does", async () => {
    const d = await house.dialog(phone(), { at: NOW });
    await assign(d.id, "aigul");
    const { inquiry } = await reception("aigul", d.id);
    expect((await house.as("dana", "GET", `/inquiries/${inquiry.id}`)).status).toBe(404);
    expect((await house.as("dana", "GET", `/dialogs/${d.id}/reception`)).status).toBe(404);
    const order = {
      version: inquiry.version,
      purposeId: purpose("information"),
      who: { kind: "lead", leadId: d.identification.leadId },
      interest: { kind: "none" },
    };
    expect((await house.as("dana", "POST", `/inquiries/${inquiry.id}/finish`, order)).status).toBe(404);
    expect((await house.as("dana", "POST", `/inquiries/${inquiry.id}/reject`, { version: inquiry.version, reason: "x" })).status).toBe(404);
    expect((await house.as("dana", "PUT", `/inquiries/${inquiry.id}/draft`, { draft: {} })).status).toBe(404);
    expect((await house.as("head", "GET", `/inquiries/${inquiry.id}`)).status).toBe(200);
    await house.sql`UPDATE assignment SET ended_at = now() - interval '2 days' WHERE dialog_id = ${d.id}`;
    await assign(d.id, "dana");
    expect((await house.as("dana", "POST", `/inquiries/${inquiry.id}/finish`, order)).status).toBe(200);
  });
});
