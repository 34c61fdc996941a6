import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { absent, at, customerOf, everybodyIsBack, executor, handover, house, idOf, iso, july, letter, notes, openHouse, planned } from "./absence.fixture.ts";

beforeAll(openHouse);
afterAll(() => house.close());
beforeEach(everybodyIsBack);

/** Nobody of the department is there but the one who goes away. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  const { a } = house.company.departments;
  await house.sql`UPDATE employee SET state = 'suspended' WHERE department_id = ${a} AND id NOT IN (${idOf("aigul")}, ${idOf("head")})`;
  expect((await absent("head", 1, 20, null, "admin")).status).toBe(201);
  try {
    return await work();
  } finally {
    await house.sql`UPDATE employee SET state = 'active' WHERE department_id = ${a}`;
  }
}
const matter = async (id: Id) => (await house.as("admin", "GET", `/inquiries/${id}`)).body;
const given = async (dialogId: Id) =>
  (await house.enqueued()).flatMap((i) =>
    i.kind === "dialog.assign" && i.dialogId === dialogId ? [{ to: i.employeeId, queue: i.queueId, from: i.from }] : [],
  );

/** A missed call of a client: the matter is dispatched to the responsible. */
async function missed(phone: string): Promise<Id> {
  await house.as("admin", "POST", "/customers", {
    kind: "person",
    name: "Ivan",
    responsibleId: idOf("aigul"),
    contactPoints: [{ kind: "phone", value: phone }],
  });
  await house.call({ kind: "phone", value: phone }, { disposition: "abandoned_queue", startedAt: house.clock.now(), seconds: 12 });
  await house.read();
  await house.read();
  // The stream tells the machine's time; the house of this test stands in July.
  const [row] = await house.sql<{ id: Id }[]>`UPDATE inquiry SET due_at = ${iso(july(2))} WHERE identity_value = ${phone} RETURNING id`;
  return row?.id as Id;
}

test("where nobody stands in dialogs go to the department's queue with a note and so do inquiries; what nobody took comes back by the list", async () => {
  house.clock.set(july(1, 0) - 3_600_000);
  const client = await customerOf("aigul");
  const [held, answered] = [(await letter(client.email)).dialogId, (await letter((await customerOf("aigul")).email)).dialogId];
  const [waits, taken] = [await missed("+77015550201"), await missed("+77015550202")];
  const call = await planned("aigul", 3, client.id);
  const before = await matter(waits);
  expect(before).toMatchObject({ status: "dispatched", dispatchedTo: { id: idOf("aigul") } });
  await house.sql`DELETE FROM routing_input`;
  await alone(async () => {
    const { body: absence } = await absent("aigul", 1, 5, null, "admin");
    house.clock.set(july(1));
    await house.crm.jobs.find((j) => j.name === "absences")?.run();
    // The router has them offered there; the thread says why.
    for (const dialogId of [held, answered]) {
      expect(await given(dialogId)).toEqual([{ to: null, queue: house.company.queueId, from: idOf("aigul") }]);
      expect(notes.filter((n) => n.dialogId === dialogId)).toMatchObject([{ code: "delegated_queue", params: { to: null } }]);
    }
    const { queueId } = house.company;
    expect(await matter(waits)).toMatchObject({ status: "dispatched", dispatchedTo: null, dispatchedQueue: { id: queueId }, dueAt: before.dueAt });
    const { body: history } = await house.as("admin", "GET", `/inquiries/${waits}/dispatches`);
    expect(history.at(-1)).toMatchObject({ from: { id: idOf("aigul") }, to: null, queue: { id: queueId } });
    // Planned Interactions have no queue: they stay.
    expect(await executor(call)).toBe(idOf("aigul"));
    const news = (await house.as("dana", "GET", "/notifications?unread=true&limit=200")).body.items;
    expect(news.some((n: { kind: string; object: { id: Id } }) => n.kind === "handover" && n.object.id === waits)).toBe(true);
    // What comes while nobody is there goes the same way.
    const fresh = await missed("+77015550203");
    expect(await matter(fresh)).toMatchObject({ status: "dispatched", dispatchedTo: null, dispatchedQueue: { id: queueId } });
    // Dana, of the queue, has taken one matter and one letter.
    const { version } = await matter(taken);
    expect((await house.as("dana", "POST", `/inquiries/${taken}/dispatch`, { version, employeeId: idOf("dana") })).status).toBe(200);
    await house.sql`UPDATE assignment SET ended_at = now(), end_reason = 'returned' WHERE dialog_id IN (${held}, ${answered}) AND ended_at IS NULL`;
    await house.assign(answered, "dana");
    await house.sql`DELETE FROM routing_input`;

    await at(6);
    const { items } = await handover(absence.id);
    const fate = (id: Id) => items.find((i: { objectId: Id }) => i.objectId === id);
    for (const id of [held, waits, fresh]) expect(fate(id)).toMatchObject({ substitute: null, outcome: null, preselected: true });
    for (const id of [answered, taken]) expect(fate(id)).toMatchObject({ substitute: null, outcome: "reassigned_elsewhere", preselected: false });
    const { body: after } = await house.as("aigul", "POST", `/absences/${absence.id}/take-back`, { take: "all" });
    expect(after).toMatchObject({ absence: { state: "closed" }, report: { delegated: 5, returned: 3, elsewhere: 2 } });
    expect([await given(held), await given(answered)]).toEqual([[{ to: idOf("aigul"), queue: undefined, from: null }], []]);
    for (const id of [waits, fresh])
      expect(await matter(id)).toMatchObject({ status: "dispatched", dispatchedTo: { id: idOf("aigul") }, dispatchedQueue: null });
    expect(await matter(taken)).toMatchObject({ dispatchedTo: { id: idOf("dana") } });
  });
});

test("a department without a queue of its own leaves its matters in the queue that they came by, else in that of the department above", async () => {
  const { departmentQueue } = await import("./stand-in.ts");
  const { sql, company } = house;
  const [up] = await sql<{ id: Id }[]>`SELECT parent_id AS id FROM department WHERE id = ${company.departments.b}`;
  const [general] = await sql<
    { id: Id }[]
  >`INSERT INTO queue (name, department_id, calendar_id) VALUES ('House', ${up?.id as Id}, ${company.calendars.always}) RETURNING id`;
  const dana = idOf("dana");
  expect([await departmentQueue(sql, dana, company.queueId), await departmentQueue(sql, dana, null)]).toEqual([company.queueId, general?.id]);
  const own = async (name: string) =>
    (
      await sql<
        { id: Id }[]
      >`INSERT INTO queue (name, department_id, calendar_id) VALUES (${name}, ${company.departments.b}, ${company.calendars.always}) RETURNING id`
    )[0]?.id as Id;
  const [workshop, archive] = [await own("Workshop"), await own("Archive")];
  // The department's before the one it came by; of two the one it came by, else the first by name.
  expect(await departmentQueue(sql, dana, company.queueId)).toBe(archive);
  expect(await departmentQueue(sql, dana, workshop)).toBe(workshop);
  await sql`UPDATE queue SET archived_at = now() WHERE id IN (${workshop}, ${archive}, ${general?.id as Id})`;
  expect(await departmentQueue(sql, dana, null)).toBeNull();
});

test("a letter that came by the queue of another department goes to a queue of one's own department where somebody serves letters", async () => {
  house.clock.set(july(1, 0) - 3_600_000);
  const { sql, company } = house;
  const { a, b } = company.departments;
  const [queue] = await sql<
    { id: Id }[]
  >`INSERT INTO queue (name, department_id, calendar_id) VALUES ('Elsewhere', ${b}, ${company.calendars.always}) RETURNING id`;
  const [calls] = await sql<
    { id: Id }[]
  >`INSERT INTO queue (name, department_id, calendar_id) VALUES ('Alone calls', ${a}, ${company.calendars.always}) RETURNING id`;
  await sql`INSERT INTO queue_member (queue_id, employee_id, media) VALUES (${calls?.id as Id}, ${idOf("bolat")}, '{voice}')`;
  const came = async (queueId: Id) => {
    const { dialogId } = await letter((await customerOf("aigul")).email);
    await sql`UPDATE assignment SET queue_id = ${queueId} WHERE dialog_id = ${dialogId} AND ended_at IS NULL`;
    return dialogId;
  };
  const [foreign, own] = [await came(queue?.id as Id), await came(company.queueId)];
  await sql`DELETE FROM routing_input`;
  const leave = async (from: number) => {
    await alone(async () => {
      await absent("aigul", from, from, null, "admin");
      house.clock.set(july(from));
      await house.crm.jobs.find((j) => j.name === "absences")?.run();
    });
  };
  await leave(11);
  const back = { to: null, queue: company.queueId, from: idOf("aigul") };
  expect([await given(foreign), await given(own)]).toEqual([[back], [back]]);
  // Nobody of the department serves letters at all: then it stays with who sent it.
  await sql`UPDATE absence SET state = 'cancelled'`;
  await sql`DELETE FROM routing_input`;
  await sql`UPDATE queue_member SET media = '{voice}'`;
  try {
    await leave(12);
    expect(await given(foreign)).toEqual([{ ...back, queue: null }]);
  } finally {
    await sql`UPDATE queue_member SET media = '{voice,chat,message,mail}' WHERE queue_id = ${company.queueId}`;
    await sql`UPDATE queue SET archived_at = now() WHERE id IN (${queue?.id as Id}, ${calls?.id as Id})`;
  }
});
