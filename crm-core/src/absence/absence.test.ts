import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "../../../tests/support/crm.ts";
import { absent, at, customerOf, everybodyIsBack, executor, handover, house, idOf, iso, july, openHouse, planned } from "./absence.fixture.ts";

beforeAll(openHouse);
afterAll(() => house.close());
beforeEach(everybodyIsBack);

test("open tasks and what is planned, with their reminders, go to who stands in, also those given meanwhile; they come back by the list", async () => {
  const task = async (title: string, due: number | null, executor: Person = "aigul") =>
    (await house.as("head", "POST", "/tasks", { title, executorId: idOf(executor), dueAt: due === null ? null : iso(july(due)) })).body.id as Id;
  const does = async (id: Id) => (await house.sql`SELECT executor_id FROM task WHERE id = ${id}`)[0]?.["executor_id"];
  const unread = async (person: Person) =>
    (await house.as(person, "GET", "/notifications?unread=true&limit=200")).body.items.map(
      (n: { kind: string; object: { id: Id } }) => `${n.kind} ${n.object?.id}`,
    );
  const remind = async (hour: number) => {
    house.clock.set(july(3, hour));
    await house.crm.jobs.find((j) => j.name === "reminders")?.run();
  };
  const client = await customerOf("aigul");
  const [soon, late, refused] = [await task("Soon", 3), await task("After the return", 20), await task("Refused", 3)];
  const [{ version }] = await house.sql<[{ version: number }]>`SELECT version FROM task WHERE id = ${refused}`;
  await house.as("aigul", "POST", `/tasks/${refused}/refuse`, { version, reason: "Not mine" });
  const call = await planned("aigul", 3, client.id);
  const { body: absence } = await absent("aigul", 1, 5, "bolat");
  await at(1);
  expect([await does(soon), await does(late), await does(refused)]).toEqual([idOf("bolat"), idOf("aigul"), idOf("aigul")]);
  expect([(await unread("bolat")).includes(`task.new ${soon}`), (await unread("aigul")).includes(`task.new ${soon}`)]).toEqual([true, false]);

  // Given while away: by a new task, by handing one over, by planning for the absent one.
  const fresh = await task("Given meanwhile", null);
  const other = await task("Was the head's", 4, "head");
  const [{ version: now }] = await house.sql<[{ version: number }]>`SELECT version FROM task WHERE id = ${other}`;
  await house.as("head", "PATCH", `/tasks/${other}`, { executorId: idOf("aigul"), version: now });
  const added = await planned("aigul", 3, client.id);
  await house.read();
  expect([await does(fresh), await does(other), await executor(added)]).toEqual([idOf("bolat"), idOf("bolat"), idOf("bolat")]);

  await remind(8);
  await remind(12);
  const [his, hers] = [await unread("bolat"), await unread("aigul")];
  for (const told of [`task.overdue ${soon}`, `interaction.overdue ${call}`, `interaction.overdue ${added}`])
    expect([told, his.includes(told), hers.includes(told)]).toEqual([told, true, false]);

  const [{ version: done }] = await house.sql<[{ version: number }]>`SELECT version FROM task WHERE id = ${fresh}`;
  await house.as("bolat", "POST", `/tasks/${fresh}/done`, { version: done });
  await at(6);
  const { items } = await handover(absence.id);
  const of = (id: Id) => items.find((i: { objectId: Id }) => i.objectId === id);
  expect(of(soon)).toMatchObject({ kind: "task", title: "Soon", dueAt: expect.stringContaining("2026-07-03"), preselected: true, outcome: null });
  expect(of(fresh)).toMatchObject({ outcome: "done_by_substitute", preselected: false });
  const { body: after } = await house.as("aigul", "POST", `/absences/${absence.id}/take-back`, {
    take: [of(soon).id, of(call).id, of(added).id],
    keep: [of(other).id],
  });
  expect(after).toMatchObject({ absence: { state: "closed" }, report: { delegated: 5, doneBySubstitute: 1, returned: 3, kept: 1 } });
  expect([await does(soon), await does(other), await executor(call)]).toEqual([idOf("aigul"), idOf("bolat"), idOf("aigul")]);
  expect((await unread("bolat")).filter((n: string) => n.includes(soon) || n.includes(call))).toEqual([]);
});

test("handing back in part: some are kept by the substitute, what a third person got meanwhile stays there; the absence closes when nothing is left to decide", async () => {
  const client = await customerOf("aigul");
  const [one, two, three] = [await planned("aigul", 2, client.id), await planned("aigul", 3, client.id), await planned("aigul", 4, client.id)] as [Id, Id, Id];
  const { body: absence } = await absent("aigul", 1, 5, "bolat");
  await at(1);
  await house.sql`UPDATE interaction SET executor_id = ${idOf("head")} WHERE id = ${three}`;
  await at(6);
  const item = async (objectId: Id) => (await handover(absence.id)).items.find((i: { objectId: Id }) => i.objectId === objectId);
  expect(await item(three)).toMatchObject({ outcome: "reassigned_elsewhere", preselected: false });
  await house.as("aigul", "POST", `/absences/${absence.id}/take-back`, { take: [(await item(one)).id] });
  expect((await handover(absence.id)).absence.state).toBe("returning");
  const { body } = await house.as("aigul", "POST", `/absences/${absence.id}/take-back`, { take: [], keep: [(await item(two)).id] });
  expect(body).toMatchObject({ absence: { state: "closed" }, report: { delegated: 3, returned: 1, kept: 1, elsewhere: 1 } });
  expect([await executor(one), await executor(two), await executor(three)]).toEqual([idOf("aigul"), idOf("bolat"), idOf("head")]);
});

test("whoever is back is reminded once a day; after three working days the head is told as well, and decides", async () => {
  const client = await customerOf("aigul");
  await planned("aigul", 2, client.id);
  await house.sql`UPDATE department SET head_id = ${idOf("head")} WHERE id = ${house.company.departments.a}`;
  await house.sql`UPDATE employee SET calendar_id = ${house.company.calendars.office} WHERE id = ${idOf("aigul")}`;
  // Back on Monday, the 6th of July 2026.
  const { body: absence } = await absent("aigul", 1, 5, "bolat");
  const told = async (person: Person) =>
    (await house.as(person, "GET", "/notifications")).body.items.filter(
      (n: { kind: string; absence: { id: Id } | null }) => n.kind === "hand_back" && n.absence?.id === absence.id,
    );
  await at(1);
  await at(6);
  await at(6, 12);
  expect(await told("aigul")).toMatchObject([{ by: { id: idOf("bolat") }, absence: { employee: { id: idOf("aigul") } }, dialog: null, readAt: null }]);
  await at(7);
  await at(8);
  expect([(await told("aigul")).length, (await told("head")).length]).toEqual([3, 0]);
  await at(9);
  expect([(await told("aigul")).length, (await told("head")).length]).toEqual([4, 1]);
  await house.as("head", "POST", `/absences/${absence.id}/take-back`, { take: "all" });
  await at(10);
  const settled = await told("aigul");
  expect([settled.length, settled.filter((n: { readAt: string | null }) => n.readAt === null).length]).toEqual([4, 0]);
  await house.sql`UPDATE employee SET calendar_id = ${house.company.calendars.always}`;
});

test("half an hour into the shift the head is told, once a day, of an agent who has not been seen; nothing moves by itself", async () => {
  const { sql } = house;
  await sql`UPDATE department SET head_id = ${idOf("head")} WHERE id = ${house.company.departments.a}`;
  await sql`UPDATE employee SET calendar_id = ${house.company.calendars.office} WHERE id IN (${idOf("aigul")}, ${idOf("bolat")})`;
  const seen = (person: Person, from: number, to: number | null) =>
    sql`INSERT INTO presence_log (employee_id, state, intent, from_at, to_at) VALUES (${idOf(person)}, 'idle', 'available', ${iso(from)}, ${to === null ? null : iso(to)})`;
  // Both worked on Tuesday; on Wednesday, the 8th, Bolat came for ten minutes and Aigul did not.
  await seen("aigul", july(7), july(7, 18));
  await seen("bolat", july(7), july(7, 18));
  await seen("bolat", july(8), july(8) + 600_000);
  const missed = async (minutes: number) => {
    house.clock.set(july(8) + minutes * 60_000);
    await house.crm.jobs.find((j) => j.name === "no-shows")?.run();
    const { body } = await house.as("head", "GET", "/notifications");
    return body.items.filter((n: { kind: string }) => n.kind === "no_show").map((n: { by: { id: Id } }) => n.by.id);
  };
  expect(await missed(29)).toEqual([]);
  expect(await missed(31)).toEqual([idOf("aigul")]);
  expect(await missed(90)).toEqual([idOf("aigul")]);
  expect(await sql`SELECT 1 FROM absence WHERE employee_id = ${idOf("aigul")} AND state <> 'cancelled'`).toHaveLength(0);
  // Whoever wants it by no channel is told by none.
  await sql`DELETE FROM notification WHERE kind = 'no_show'`;
  await house.as("head", "PUT", "/notifications/preferences", { events: [{ event: "no_show", channels: [], leadMinutes: null }] });
  expect(await missed(95)).toEqual([]);
  await house.as("head", "PUT", "/notifications/preferences", { events: [{ event: "no_show", channels: ["app"], leadMinutes: null }] });
  expect(await missed(100)).toEqual([idOf("aigul")]);
  // With an absence entered nobody is missed the next day.
  await absent("aigul", 9, 9, null);
  await seen("bolat", july(9), null);
  expect(await missed(24 * 60 + 60)).toEqual([idOf("aigul")]);
  await sql`DELETE FROM presence_log`;
  await sql`UPDATE employee SET calendar_id = ${house.company.calendars.always}`;
});

describe("the period", () => {
  test("two absences of one person may not overlap; a longer one moves nothing; back before the time, the list is there at once", async () => {
    const { body: absence } = await absent("aigul", 1, 5, "bolat");
    expect((await absent("aigul", 5, 7, null)).body).toMatchObject({ code: "duplicate" });
    expect((await absent("aigul", 8, 7, null)).body).toMatchObject({ code: "validation", details: { fields: { to: "before_from" } } });
    const client = await customerOf("aigul");
    const call = await planned("aigul", 3, client.id);
    const afterwards = await planned("aigul", 7, client.id);
    await at(2);
    expect((await house.as("head", "PATCH", `/absences/${absence.id}`, { to: iso(july(9, 0)) })).body).toMatchObject({
      state: "active",
      to: expect.stringContaining("2026-07-08T19"),
    });
    expect([await executor(call), await executor(afterwards)]).toEqual([idOf("bolat"), idOf("aigul")]);
    expect((await house.as("aigul", "POST", `/absences/${absence.id}/return`)).body).toMatchObject({ state: "returning" });
    expect((await handover(absence.id)).items).toMatchObject([{ objectId: call, preselected: true }]);
    // The days that are free again may be another absence's.
    expect((await absent("aigul", 7, 8, null)).status).toBe(201);
  });

  test("shortened by an earlier end that is past already: the list is there at once, the days after are free", async () => {
    const client = await customerOf("aigul");
    const call = await planned("aigul", 3, client.id);
    const { body: absence } = await absent("aigul", 1, 8, "bolat");
    await at(2);
    const patch = (to: number) => house.as("head", "PATCH", `/absences/${absence.id}`, { to: iso(to) });
    // Earlier, but still to come: it goes on until then.
    expect((await patch(july(5, 0))).body).toMatchObject({ state: "active" });
    expect(await executor(call)).toBe(idOf("bolat"));
    await at(4);
    expect((await patch(july(4))).body).toMatchObject({ state: "returning" });
    expect((await handover(absence.id)).items).toMatchObject([{ objectId: call, preselected: true, outcome: null }]);
    expect((await absent("aigul", 6, 7, null)).status).toBe(201);
    await house.as("aigul", "POST", `/absences/${absence.id}/take-back`, { take: "all" });
    expect(await executor(call)).toBe(idOf("aigul"));
  });

  test("one that has not begun is called off; one in force is not", async () => {
    const { body: absence } = await absent("aigul", 1, 5, null);
    expect((await house.as("aigul", "POST", `/absences/${absence.id}/cancel`)).body).toMatchObject({ state: "cancelled" });
    const { body: other } = await absent("aigul", 1, 5, null);
    await at(1);
    expect((await house.as("aigul", "POST", `/absences/${other.id}/cancel`)).body).toMatchObject({ code: "in_use" });
  });

  test("the router is told at each change, so that its gate opens and closes on the minute", async () => {
    const told = async () => {
      const inputs = (await house.enqueued()).filter((i) => i.kind === "facts.changed" && i.id === idOf("aigul")).length;
      await house.sql`DELETE FROM routing_input`;
      return inputs > 0;
    };
    const { body: absence } = await absent("aigul", 1, 5, null);
    expect(await told()).toBe(true);
    await house.as("head", "PATCH", `/absences/${absence.id}`, { to: iso(july(9, 0)) });
    expect(await told()).toBe(true);
    await house.as("aigul", "POST", `/absences/${absence.id}/cancel`);
    expect(await told()).toBe(true);
  });

  test("with automatic return everything comes back by itself", async () => {
    const client = await customerOf("aigul");
    const call = await planned("aigul", 3, client.id);
    const { body: absence } = await house.as("head", "POST", "/absences", {
      employeeId: idOf("aigul"),
      kind: "unplanned",
      to: iso(july(5, 0)),
      substituteId: idOf("bolat"),
      autoReturn: true,
    });
    expect([absence.state, await executor(call)]).toEqual(["active", idOf("bolat")]);
    await at(5);
    expect([(await handover(absence.id)).absence.state, await executor(call)]).toEqual(["closed", idOf("aigul")]);
  });
});

describe("who stands in", () => {
  const standIn = async (person: Person) => {
    const { body } = await absent(person, 1, 5, null);
    await house.as("admin", "POST", `/absences/${body.id}/cancel`);
    return body.standIn?.id ?? null;
  };
  test("the personal substitute, else the department's head, else the least loaded of the department", async () => {
    await house.as("aigul", "PUT", `/employees/${idOf("aigul")}/substitute`, { substituteId: idOf("dana") });
    expect(await standIn("aigul")).toBe(idOf("dana"));
    await house.as("aigul", "PUT", `/employees/${idOf("aigul")}/substitute`, { substituteId: null });
    await house.sql`UPDATE department SET head_id = ${idOf("head")} WHERE id = ${house.company.departments.a}`;
    expect(await standIn("aigul")).toBe(idOf("head"));
    await house.sql`UPDATE department SET head_id = NULL`;
    await house.sql`INSERT INTO agent_load (employee_id, planned_points, norm_points) VALUES (${idOf("head")}, 90, 100), (${idOf("bolat")}, 10, 100)
      ON CONFLICT (employee_id) DO UPDATE SET planned_points = excluded.planned_points, norm_points = excluded.norm_points`;
    expect(await standIn("aigul")).toBe(idOf("bolat"));
  });

  test("an absent substitute's substitute is followed, five steps at most, and nobody is asked twice", async () => {
    const people = await house.sql<{ id: Id }[]>`
      INSERT INTO employee (login, full_name, department_id, calendar_id)
      SELECT 'chain' || i, 'Chain ' || i, ${house.company.departments.b}, ${house.company.calendars.always} FROM generate_series(1, 7) i RETURNING id`;
    const ids = people.map((p) => p.id);
    const away = async (id: Id, substituteId: Id | null) =>
      house.sql`INSERT INTO absence (employee_id, kind, during, substitute_id) VALUES (${id}, 'planned', tstzrange(${iso(july(1))}, ${iso(july(9))}), ${substituteId})`;
    await house.sql`UPDATE employee SET state = 'suspended' WHERE id = ${idOf("dana")}`;
    const { standInOf, findSubstitute } = await import("./stand-in.ts");
    const of = (from: number) => findSubstitute(house.sql, ids[from] as Id, new Date(july(2))).then((r) => r.substituteId);
    for (const n of [0, 1, 2, 3]) await away(ids[n] as Id, ids[n + 1] as Id);
    expect(await of(0)).toBe(ids[4]);
    await away(ids[4] as Id, ids[5] as Id);
    expect(await of(0)).toBe(ids[5]);
    await away(ids[5] as Id, ids[6] as Id);
    expect([await of(0), await of(1)]).toEqual([null, ids[6]]);
    // Two who name each other: the circle is cut, and the least loaded of the rest has it.
    await house.sql`UPDATE absence SET substitute_id = ${ids[0] as Id} WHERE employee_id = ${ids[1] as Id}`;
    expect(await of(0)).toBe(ids[6]);
    expect(await standInOf(house.sql, { employeeId: ids[6] as Id, namedId: ids[0] as Id }, new Date(july(2)))).not.toBe(ids[6]);
    await house.sql`UPDATE employee SET state = 'active' WHERE id = ${idOf("dana")}`;
  });

  test("an inquiry dispatched to somebody absent passes on to who stands in, and is written down", async () => {
    const phone = "+77015550001";
    await house.as("admin", "POST", "/customers", {
      kind: "person",
      name: "Ivan",
      responsibleId: idOf("aigul"),
      contactPoints: [{ kind: "phone", value: phone }],
    });
    const { body: absence } = await absent("aigul", 1, 5, "bolat");
    await at(2);
    await house.call({ kind: "phone", value: phone }, { disposition: "abandoned_queue", startedAt: july(2), seconds: 12 });
    await house.read();
    await house.read();
    expect((await house.sql`SELECT dispatched_to, status FROM inquiry WHERE identity_value = ${phone}`)[0]).toEqual({
      dispatched_to: idOf("bolat"),
      status: "dispatched",
    });
    expect((await handover(absence.id)).items).toMatchObject([{ kind: "inquiry", substitute: { id: idOf("bolat") }, outcome: null }]);
  });
});

describe("rights", () => {
  test("one enters one's own planned absence; for others, and for an unplanned one, one heads them", async () => {
    expect((await absent("aigul", 1, 2, null, "aigul")).status).toBe(201);
    expect((await absent("bolat", 1, 2, null, "aigul")).status).toBe(404);
    expect((await absent("bolat", 1, 2, null, "head")).status).toBe(201);
    expect((await absent("dana", 1, 2, null, "head")).status).toBe(404);
    expect((await house.as("aigul", "POST", "/absences", { employeeId: idOf("aigul"), kind: "unplanned" })).status).toBe(403);
    expect((await house.as("dana", "GET", `/absences?employeeId=${idOf("aigul")}`)).body).toEqual([]);
    expect(
      (await house.as("bolat", "GET", `/absences?employeeId=${idOf("aigul")}`)).body.filter((a: { state: string }) => a.state === "scheduled"),
    ).toHaveLength(1);
    expect((await house.as("bolat", "PUT", `/employees/${idOf("aigul")}/substitute`, { substituteId: idOf("bolat") })).status).toBe(404);
    expect((await house.as("head", "PUT", `/employees/${idOf("aigul")}/substitute`, { substituteId: idOf("bolat") })).status).toBe(200);
    expect((await house.as("aigul", "PUT", `/employees/${idOf("aigul")}/substitute`, { substituteId: idOf("aigul") })).status).toBe(422);
  });

  test("who stands in works with the customers meanwhile, and no longer afterwards; only the employee and the head take back", async () => {
    const client = await customerOf("aigul");
    const rename = async (person: Person) => {
      const { body } = await house.as("admin", "GET", `/customers/${client.id}`);
      return (await house.as(person, "PATCH", `/customers/${client.id}`, { version: body.version, comment: "x" })).status;
    };
    expect(await rename("bolat")).toBe(403);
    await planned("aigul", 3, client.id);
    const { body: absence } = await absent("aigul", 1, 5, "bolat");
    await at(2);
    expect(await rename("bolat")).toBe(200);
    await at(6);
    expect(await rename("bolat")).toBe(403);
    expect((await house.as("bolat", "POST", `/absences/${absence.id}/take-back`, { take: "all" })).status).toBe(404);
    expect((await house.as("head", "POST", `/absences/${absence.id}/take-back`, { take: "all" })).body).toMatchObject({ absence: { state: "closed" } });
  });
});
