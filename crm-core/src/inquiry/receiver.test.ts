import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "../../../tests/support/crm.ts";
import { NOW, receptionHouse } from "./reception.fixture.ts";

const { house, purpose, phone, next, interestOf, reception, opened } = await receptionHouse();
const { employees, departments, calendars } = house.company;
const { sql } = house;
afterAll(() => house.close());

/** Bolat and Dana serve the workshop, Aigul does not. */
const workshop = await queue("Workshop", ["bolat", "dana"]);
async function queue(name: string, members: Person[]): Promise<Id> {
  const [row] = await sql<
    { id: Id }[]
  >`INSERT INTO queue (name, department_id, calendar_id) VALUES (${name}, ${departments.a}, ${calendars.always}) RETURNING id`;
  const { id } = row as { id: Id };
  for (const m of members) await sql`INSERT INTO queue_member (queue_id, employee_id) VALUES (${id}, ${employees[m].id})`;
  return id;
}
const target = async (body: object, code = "buy") => {
  const r = await house.as("admin", "PATCH", `/catalogues/purposes/${purpose(code)}`, body);
  expect(r.status, JSON.stringify(r.body)).toBe(204);
};
/** Who is logged in and takes dialogs, and how many points of load each has today; `gone`: who has closed the page without a word. */
async function ready(who: Partial<Record<Person, number>>, gone: readonly Person[] = []): Promise<void> {
  await sql`DELETE FROM presence`;
  await sql`DELETE FROM agent_load`;
  for (const [person, points] of Object.entries(who)) {
    const { id } = employees[person as Person];
    const here = !gone.includes(person as Person);
    await sql`INSERT INTO presence (employee_id, online, intent, state) VALUES (${id}, ${here}, 'available', ${here ? "idle" : "offline"})`;
    await sql`INSERT INTO agent_load (employee_id, planned_points, norm_points) VALUES (${id}, ${points}, 100)`;
  }
}
const told = async (person: Person, id: Id) =>
  (await house.as(person, "GET", "/notifications?limit=200")).body.items.filter(
    (n: { kind: string; object: { id: Id } }) => n.kind === "handover" && n.object.id === id,
  ).length;
/** A stranger's call that somebody answered, in the wizard: nobody is responsible for a new lead. */
async function stranger(person: Person = "aigul") {
  const d = await house.dialog(phone(), { at: NOW });
  await house.assign(d.id, person);
  const open = await reception(person, d.id, `?purposeId=${purpose("buy")}`);
  const finish = (body: object = {}, by: Person = person, version = open.inquiry.version) =>
    house.as(by, "POST", `/inquiries/${open.inquiry.id}/finish`, {
      version,
      purposeId: purpose("buy"),
      who: { kind: "lead", leadId: d.identification.leadId },
      interest: { kind: "new", title: "Chairs", interestKindId: null, parallelReason: null },
      next: next(),
      ...body,
    });
  return { dialogId: d.id, leadId: d.identification.leadId as Id, inquiry: open.inquiry, proposed: open.proposed, finish };
}
const responsibleOf = async (interestId: Id) => (await house.as("admin", "GET", `/interests/${interestId}`)).body.responsible?.id;
const usual = { dispatch: "owner_then_least_loaded", queueId: null, fixedEmployeeId: null };

beforeEach(async () => {
  house.clock.set(NOW);
  await ready({});
  // The dialogs of the tests before weigh on nobody.
  await sql`UPDATE assignment SET ended_at = now() WHERE ended_at IS NULL`;
  await target(usual);
});

describe("a purpose that goes to a queue (RG-08)", () => {
  test("its people are told, with deadline and history; nobody's Interest is made, and whoever takes it has what was typed", async () => {
    await target({ dispatch: "queue", queueId: workshop });
    const { inquiry, proposed, finish, dialogId, leadId } = await stranger();
    expect(proposed).toEqual({ purposeId: purpose("buy"), employee: null, queue: { id: workshop, name: "Workshop" }, why: "queue" });
    await house.as("aigul", "PUT", `/inquiries/${inquiry.id}/draft`, { draft: { note: "six chairs" } });
    const handed = await finish({ note: "Wants six chairs" });
    expect(handed.status, JSON.stringify(handed.body)).toBe(200);
    expect(handed.body).toMatchObject({
      interestId: null,
      undoUntil: null,
      inquiry: { status: "dispatched", purposeId: purpose("buy"), dispatchedTo: null, holder: null, dispatchedQueue: { id: workshop } },
    });
    expect(Date.parse(handed.body.inquiry.dueAt)).toBe(NOW + 900_000);
    expect(await sql`SELECT 1 FROM interest WHERE lead_id = ${leadId}`).toHaveLength(0);
    expect([await told("bolat", inquiry.id), await told("dana", inquiry.id), await told("aigul", inquiry.id)]).toEqual([1, 1, 0]);
    expect((await house.as("aigul", "GET", `/inquiries/${inquiry.id}/dispatches`)).body).toMatchObject([
      { by: { id: employees.aigul.id }, from: { id: employees.aigul.id }, to: null, queue: { name: "Workshop" }, reason: "Wants six chairs" },
    ]);

    // Dana of another department takes it from the queue: it is hers, with the draft.
    const taken = await reception("dana", dialogId, `?purposeId=${purpose("buy")}`);
    expect(taken).toMatchObject({
      inquiry: { draft: { note: "six chairs" }, party: { leadId } },
      proposed: { employee: { id: employees.dana.id }, why: "me" },
    });
    const done = await finish({}, "dana", taken.inquiry.version);
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    expect(done.body.inquiry).toMatchObject({ status: "processed", dispatchedTo: { id: employees.dana.id } });
    expect(await responsibleOf(done.body.interestId)).toBe(employees.dana.id);
  });

  test("any purpose may be handed to a queue by choice; an unknown queue is refused and nothing changes", async () => {
    const { inquiry, finish } = await stranger();
    expect((await finish({ dispatchQueueId: purpose("buy") })).body.details.fields).toEqual({ dispatchTo: "unknown" });
    expect((await house.as("aigul", "GET", `/inquiries/${inquiry.id}`)).body.status).toBe("in_wizard");
    expect((await finish({ dispatchQueueId: workshop })).body.inquiry).toMatchObject({ status: "dispatched", dispatchedQueue: { id: workshop } });
    expect(await told("bolat", inquiry.id)).toBe(1);
  });

  test("a member of the queue who receives the call goes on with it, and so does a receiver who chooses to", async () => {
    await target({ dispatch: "queue", queueId: workshop });
    const member = await stranger("bolat");
    expect(member.proposed).toMatchObject({ employee: { id: employees.bolat.id }, why: "me" });
    expect(await responsibleOf((await member.finish()).body.interestId)).toBe(employees.bolat.id);
    const { finish } = await stranger("aigul");
    expect(await responsibleOf((await finish({ dispatchTo: employees.aigul.id })).body.interestId)).toBe(employees.aigul.id);
  });

  test("the Interest that the dialog belongs to stays its own when the matter is handed on", async () => {
    const { finish, dialogId, leadId } = await stranger();
    const kindId = (house.company.catalogues.interestKinds["sale"] as { id: Id }).id;
    const interest = (await house.as("aigul", "POST", "/interests", { kindId, title: "Desk", fromDialogId: dialogId })).body;
    expect((await finish({ dispatchQueueId: workshop, who: { kind: "lead", leadId } })).status).toBe(200);
    expect(await sql`SELECT interest_id FROM dialog_party WHERE dialog_id = ${dialogId}`).toEqual([{ interest_id: interest.id }]);
  });

  test("a queue without people: the head of its department hears of it", async () => {
    const empty = await queue("Empty", []);
    const { inquiry, finish } = await stranger();
    expect((await finish({ dispatchQueueId: empty })).status).toBe(200);
    expect(await told("head", inquiry.id)).toBe(1);
  });

  test("the purpose must name the queue or the person to which it goes", async () => {
    const patch = (body: object) => house.as("admin", "PATCH", `/catalogues/purposes/${purpose("buy")}`, body);
    expect((await patch({ dispatch: "queue" })).body.details.fields).toEqual({ queueId: "required" });
    expect((await patch({ dispatch: "fixed" })).body.details.fields).toEqual({ fixedEmployeeId: "required" });
    const made = { code: "repair-2", name: "Repair", outcome: "information", dispatch: "queue" };
    expect((await house.as("admin", "POST", "/catalogues/purposes", made)).body.details.fields).toEqual({ queueId: "required" });
    expect((await house.as("admin", "POST", "/catalogues/purposes", { ...made, queueId: workshop })).status).toBe(201);
    await target({ dispatch: "queue", queueId: workshop });
    expect((await patch({ queueId: null })).body.details.fields).toEqual({ queueId: "required" });
  });
});

describe("whom the rule of a purpose names (RG-08)", () => {
  test("the least loaded of the purpose's queue, among those who are ready", async () => {
    await target({ dispatch: "least_loaded", queueId: workshop });
    await ready({ bolat: 80, dana: 20, aigul: 0 });
    const { proposed, finish } = await stranger();
    expect(proposed).toMatchObject({ employee: { id: employees.dana.id, name: employees.dana.name }, queue: null, why: "least_loaded" });
    const done = await finish();
    expect(await responsibleOf(done.body.interestId)).toBe(employees.dana.id);
    expect(await told("dana", done.body.interestId)).toBe(1);
    await ready({ bolat: 0, dana: 100 });
    expect((await stranger()).proposed).toMatchObject({ employee: { id: employees.bolat.id } });
    // Who is logged out comes only when nobody is ready.
    await ready({ bolat: 90 });
    expect((await stranger()).proposed).toMatchObject({ employee: { id: employees.bolat.id } });
  });

  test("whoever has closed the page is not ready, nor is one whose working day is over, however little they have to do", async () => {
    await target({ dispatch: "least_loaded", queueId: workshop });
    const proposed = async () => (await stranger()).proposed.employee.id;
    await ready({ bolat: 80, dana: 0 });
    expect(await proposed()).toBe(employees.dana.id);
    await ready({ bolat: 80, dana: 0 }, ["dana"]);
    expect(await proposed()).toBe(employees.bolat.id);
    // Ten in the evening: Dana works office hours.
    await ready({ bolat: 80, dana: 0 });
    await sql`UPDATE employee SET calendar_id = ${calendars.office} WHERE id = ${employees.dana.id}`;
    house.clock.set(NOW + 12 * 3_600_000);
    expect(await proposed()).toBe(employees.bolat.id);
    await sql`UPDATE employee SET calendar_id = ${calendars.always} WHERE id = ${employees.dana.id}`;
  });

  test("the responsible first; without one whoever receives it if the queue is theirs, else the least loaded of it", async () => {
    await target({ dispatch: "owner_then_least_loaded", queueId: workshop });
    await ready({ bolat: 80, dana: 20 });
    const known = await opened("bolat");
    const owned = await reception("bolat", known.dialogId, `?purposeId=${purpose("buy")}`);
    expect(owned.proposed).toMatchObject({ employee: { id: employees.aigul.id }, why: "responsible" });
    expect((await stranger("bolat")).proposed).toMatchObject({ employee: { id: employees.bolat.id }, why: "me" });
    const { proposed, finish } = await stranger("aigul");
    expect(proposed).toMatchObject({ employee: { id: employees.dana.id }, why: "least_loaded" });
    expect(await responsibleOf((await finish()).body.interestId)).toBe(employees.dana.id);
  });

  test("what goes into a colleague's Interest comes to that colleague; handed to another besides, both are told", async () => {
    await target({ dispatch: "queue", queueId: workshop });
    const first = await opened("bolat");
    const theirs = await interestOf(first.who.customerId, "Chairs", "sale", { responsible: "dana" });
    const interest = { kind: "existing", interestId: theirs };
    expect((await first.finish({ interest })).body.inquiry).toMatchObject({ status: "processed", dispatchedTo: { id: employees.dana.id } });
    expect(await told("dana", theirs)).toBe(1);
    const second = await opened("bolat");
    const other = { kind: "existing", interestId: await interestOf(second.who.customerId, "Desks", "sale", { responsible: "dana" }) };
    const done = await second.finish({ interest: other, dispatchTo: employees.aigul.id });
    expect(done.body.inquiry).toMatchObject({ dispatchedTo: { id: employees.aigul.id } });
    expect([await told("dana", other.interestId), await told("aigul", other.interestId)]).toEqual([1, 1]);
  });

  test("a purpose of nobody's queue, and a fixed person who has left: whoever receives it goes on", async () => {
    expect((await stranger("aigul")).proposed).toMatchObject({ employee: { id: employees.aigul.id }, why: "me" });
    await target({ dispatch: "fixed", fixedEmployeeId: employees.dana.id });
    expect((await stranger("aigul")).proposed).toMatchObject({ employee: { id: employees.dana.id }, why: "fixed" });
    const nobody = await queue("Nobody's", []);
    await target({ dispatch: "fixed", fixedEmployeeId: employees.dana.id, queueId: nobody });
    await sql`UPDATE employee SET state = 'suspended' WHERE id = ${employees.dana.id}`;
    expect((await stranger("aigul")).proposed).toMatchObject({ employee: { id: employees.aigul.id }, why: "me" });
    await sql`UPDATE employee SET state = 'active' WHERE id = ${employees.dana.id}`;
  });

  test("a purpose that is a service task gives whom the rule names a task until the deadline", async () => {
    const made = await house.as("admin", "POST", "/catalogues/purposes", {
      code: "fitting",
      name: "Fitting",
      outcome: "service_task",
      dispatch: "least_loaded",
      queueId: workshop,
      slaS: 3600,
    });
    await ready({ bolat: 80, dana: 20 });
    const { finish, inquiry } = await stranger();
    const done = await finish({ purposeId: made.body.id, interest: { kind: "none" }, next: null, note: "Fit the shelf\nSecond floor" });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    expect(done.body).toMatchObject({ interestId: null, undoUntil: null, inquiry: { status: "processed", dispatchedTo: { id: employees.dana.id } } });
    const tasks = (await house.as("dana", "GET", "/tasks")).body.items as { title: string; dueAt: string; subject: object }[];
    expect(tasks.filter((t) => t.title === "Fit the shelf")).toMatchObject([
      { dueAt: expect.stringContaining(new Date(NOW + 3_600_000).toISOString().slice(0, 19)), subject: { kind: "inquiry", id: inquiry.id } },
    ]);
    expect(await told("dana", inquiry.id)).toBe(1);
  });
});

describe("reception by rule when nobody need be there (RG-12, B1)", () => {
  /** A letter of a stranger, on which the mailbox's rule acts. */
  async function letter(address: string) {
    const d = await house.dialog({ kind: "email", value: address }, { medium: "mail", at: NOW });
    await house.message(d.id, "in", NOW, undefined, "Six chairs please");
    await house.emit([{ kind: "entry.queued", dialogId: d.id, payload: { entryId: d.id, queueId: house.company.queueId, priority: 0 } }]);
    await house.read();
    const [row] = await sql<{ id: Id }[]>`SELECT id FROM inquiry WHERE dialog_id = ${d.id}`;
    return { ...(await house.as("admin", "GET", `/inquiries/${row?.id}`)).body, leadId: d.identification.leadId };
  }
  const ruled = async <T>(work: () => Promise<T>): Promise<T> => {
    const rule = { name: "Orders", channelId: house.channels.mail, action: "create_interest", purposeId: purpose("buy") };
    const made = await house.as("admin", "POST", "/dispatch-rules", rule);
    expect(made.status).toBe(201);
    try {
      return await work();
    } finally {
      await house.as("admin", "DELETE", `/dispatch-rules/${made.body.id}`);
    }
  };

  test("at night it goes to the least loaded of those who serve; by day to the least loaded of those who are there", async () => {
    await target({ dispatch: "least_loaded", queueId: workshop });
    await ruled(async () => {
      await sql`INSERT INTO agent_load (employee_id, planned_points, norm_points) VALUES (${employees.bolat.id}, 10, 100), (${employees.dana.id}, 60, 100)`;
      const night = await letter("night@acme.example");
      expect(night).toMatchObject({ status: "processed", dispatchedTo: { id: employees.bolat.id } });
      expect(await responsibleOf(night.interestId)).toBe(employees.bolat.id);
      expect(await told("bolat", night.interestId)).toBe(1);
      const [made] = await sql`SELECT executor_id FROM interaction WHERE interest_id = ${night.interestId} AND state = 'done'`;
      expect(made).toEqual({ executor_id: employees.bolat.id });

      await ready({ dana: 60 });
      const day = await letter("day@acme.example");
      expect(day).toMatchObject({ status: "processed", dispatchedTo: { id: employees.dana.id } });
      expect(await responsibleOf(day.interestId)).toBe(employees.dana.id);
    });
  });

  test("where nobody serves it waits unprocessed in the queue, and nothing without an owner is made", async () => {
    const nobody = await queue("Night shift", []);
    await target({ dispatch: "least_loaded", queueId: nobody });
    await ruled(async () => {
      const left = await letter("nobody@acme.example");
      expect(left).toMatchObject({ status: "dispatched", interestId: null, dispatchedTo: null, dispatchedQueue: { name: "Night shift" } });
      expect(await sql`SELECT 1 FROM interest WHERE lead_id = ${left.leadId}`).toHaveLength(0);
      expect(await told("head", left.id)).toBe(1);
      const ask = { channelId: house.channels.mail, kind: "email", value: "nobody-2@acme.example", text: "chairs" };
      expect((await house.as("head", "POST", "/dispatch-test", ask)).body.outcome).toMatchObject({ interest: "human", employee: null, queue: { id: nobody } });
    });
  });

  test("a purpose that goes to a queue is left to the queue", async () => {
    await target({ dispatch: "queue", queueId: workshop });
    await ruled(async () => {
      const left = await letter("to-queue@acme.example");
      expect(left).toMatchObject({ status: "dispatched", interestId: null, dispatchedQueue: { id: workshop } });
      expect([await told("bolat", left.id), await told("aigul", left.id)]).toEqual([1, 0]);
    });
  });

  test("a rule of a bot acts on what is written to that bot alone", async () => {
    const bot = await house.channel("telegram", "Sales bot");
    const other = await house.channel("telegram", "Other bot");
    const rule = await house.as("admin", "POST", "/dispatch-rules", {
      name: "Bot",
      channelId: bot,
      action: "assign",
      purposeId: purpose("buy"),
      queueId: workshop,
    });
    expect(rule.status, JSON.stringify(rule.body)).toBe(201);
    const written = async (channelId: Id, value: string) => {
      const d = await house.dialog({ kind: "telegram", value }, { medium: "message", channelId, at: NOW });
      await house.message(d.id, "in", NOW, undefined, "Good day");
      await house.emit([{ kind: "entry.queued", dialogId: d.id, payload: { entryId: d.id, queueId: house.company.queueId, priority: 0 } }]);
      await house.read();
      const [row] = await sql<{ id: Id }[]>`SELECT id FROM inquiry WHERE dialog_id = ${d.id}`;
      return (await house.as("admin", "GET", `/inquiries/${row?.id}`)).body;
    };
    const mine = await written(bot, "555001");
    expect(mine).toMatchObject({ status: "dispatched", rule: { name: "Bot" }, dispatchedQueue: { id: workshop } });
    expect(await told("dana", mine.id)).toBe(1);
    expect(await written(other, "555002")).toMatchObject({ status: "new", rule: null });
    await house.as("admin", "DELETE", `/dispatch-rules/${rule.body.id}`);
  });
});

test("the caller hangs up while the wizard is open: the draft stays and the inquiry waits (B1)", async () => {
  const who = phone();
  const d = await house.dialog(who, { at: NOW });
  await house.assign(d.id, "aigul");
  const [k] = await sql<{ id: Id }[]>`
    INSERT INTO call (dialog_id, channel_id, external_id, direction, state, started_at, answered_at)
    VALUES (${d.id}, ${house.channels.voice}, ${d.id}, 'in', 'talking', ${new Date(NOW)}, ${new Date(NOW + 5000)}) RETURNING id`;
  const { inquiry } = await reception("aigul", d.id);
  await house.as("aigul", "PUT", `/inquiries/${inquiry.id}/draft`, { draft: { note: "half a word" }, purposeId: purpose("service") });
  await sql`UPDATE call SET state = 'ended', ended_at = ${new Date(NOW + 20_000)}, disposition = 'answered', answered_by = ${employees.aigul.id} WHERE id = ${k?.id as Id}`;
  const ended = { callId: k?.id as Id, disposition: "answered" as const, answeredBy: employees.aigul.id, talkMs: 15_000, source: "live" as const };
  await house.emit([{ kind: "call.ended", dialogId: d.id, payload: ended }]);
  await house.read();
  expect((await reception("aigul", d.id)).inquiry).toMatchObject({ status: "in_wizard", draft: { note: "half a word" }, purposeId: purpose("service") });
  const waiting = (await house.as("aigul", "GET", "/inquiries?status=unprocessed&limit=200")).body.items as { id: Id }[];
  expect(waiting.map((each) => each.id)).toContain(inquiry.id);
});
