import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  absent,
  at,
  customerOf,
  everybodyIsBack,
  executor,
  handover,
  holder,
  house,
  idOf,
  iso,
  july,
  letter,
  openHouse,
  planned,
  route,
} from "./absence.fixture.ts";

beforeAll(openHouse);
afterAll(() => house.close());
beforeEach(everybodyIsBack);

test("the worked example of B8, number for number: Aigul is away from the 1st to the 10th of July, Bolat stands in", async () => {
  const client = await customerOf("aigul");
  const task = async (day: number) =>
    (await house.as("head", "POST", "/tasks", { title: `By ${day} July`, executorId: idOf("aigul"), dueAt: iso(july(day)) })).body.id as Id;
  const does = async (id: Id) => (await house.sql`SELECT executor_id FROM task WHERE id = ${id}`)[0]?.["executor_id"];
  // Open: task due 3 July, task due 20 July, call planned 5 July, dialog waiting.
  const [third, twentieth] = [await task(3), await task(20)];
  const call = await planned("aigul", 5, client.id);
  const waiting = (await letter(client.email)).dialogId;
  const { body: absence } = await absent("aigul", 1, 10, "bolat");

  // Start: task 3 July, call and dialog go to Bolat; task 20 July stays.
  await at(1);
  expect([await does(third), await executor(call), await holder(waiting), await does(twentieth)]).toEqual([
    idOf("bolat"),
    idOf("bolat"),
    idOf("bolat"),
    idOf("aigul"),
  ]);
  await house.sql`UPDATE dialog SET closed_at = ${iso(july(2))} WHERE id = ${waiting}`;
  await house.sql`UPDATE assignment SET ended_at = ${iso(july(2))} WHERE dialog_id = ${waiting} AND ended_at IS NULL`;

  // A new letter from Aigul's client on 4 July goes to Bolat, and that is written down.
  await at(4);
  const fresh = await letter(client.email);
  expect([fresh.to, fresh.rung]).toEqual([idOf("bolat"), "substitute"]);
  expect(
    await house.sql`SELECT object_id, original_id, substitute_id FROM delegation WHERE absence_id = ${absence.id} AND object_kind = 'dialog' AND outcome IS NULL AND object_id = ${fresh.dialogId}`,
  ).toEqual([{ object_id: fresh.dialogId, original_id: idOf("aigul"), substitute_id: idOf("bolat") }]);

  // On the 6th Bolat completes the call.
  await at(6);
  const [{ version }] = await house.sql<[{ version: number }]>`SELECT version FROM interaction WHERE id = ${call}`;
  expect((await house.as("bolat", "POST", `/interactions/${call}/complete`, { result: "Agreed", version })).status).toBe(200);

  // On the 11th Aigul is offered task 3 July (still open, overdue) and the dialog of the letter; the call is listed as done by Bolat.
  await at(11);
  const list = await handover(absence.id);
  expect(list.absence.state).toBe("returning");
  const offered = list.items.filter((i: { preselected: boolean }) => i.preselected);
  expect(offered.map((i: { objectId: Id }) => i.objectId).sort()).toEqual([third, fresh.dialogId].sort());
  expect((await house.as("bolat", "GET", `/tasks/${third}`)).body).toMatchObject({ state: "new", overdue: true, executor: { id: idOf("bolat") } });
  expect(list.items.find((i: { objectId: Id }) => i.objectId === call)).toMatchObject({
    preselected: false,
    outcome: "done_by_substitute",
    substitute: { id: idOf("bolat") },
  });
  expect(list.items.map((i: { objectId: Id }) => i.objectId)).not.toContain(twentieth);
  expect(list.report).toEqual({ delegated: 4, doneBySubstitute: 2, returned: 0, kept: 0, elsewhere: 0 });

  const { body: after } = await house.as("aigul", "POST", `/absences/${absence.id}/take-back`, { take: "all" });
  await route();
  expect(after).toMatchObject({ absence: { state: "closed" }, report: { delegated: 4, doneBySubstitute: 2, returned: 2, kept: 0, elsewhere: 0 } });
  expect([await does(third), await holder(fresh.dialogId), await does(twentieth), await executor(call)]).toEqual([
    idOf("aigul"),
    idOf("aigul"),
    idOf("aigul"),
    idOf("bolat"),
  ]);
});

test("the end of that example: Bolat is away himself from the 4th to the 6th; what falls on these days goes to his substitute, and back to Aigul directly", async () => {
  const client = await customerOf("aigul");
  const soon = await planned("aigul", 3, client.id);
  const later = await planned("aigul", 20, client.id);
  const call = await planned("aigul", 5, client.id);
  const waiting = (await letter(client.email)).dialogId;
  expect(await holder(waiting)).toBe(idOf("aigul"));
  const { body: absence } = await absent("aigul", 1, 10, "bolat");
  expect(absence).toMatchObject({ state: "scheduled", substitute: { id: idOf("bolat") }, standIn: { id: idOf("bolat") } });
  await house.sql`UPDATE employee SET substitute_id = ${idOf("dana")} WHERE id = ${idOf("bolat")}`;
  const { body: second } = await absent("bolat", 4, 6, null);

  await at(1);
  expect([await executor(soon), await executor(call), await executor(later)]).toEqual([idOf("bolat"), idOf("bolat"), idOf("aigul")]);
  expect(await holder(waiting)).toBe(idOf("bolat"));

  // On the 4th Bolat is away himself: a new letter goes to his substitute, and so does what is due on his days.
  await at(4);
  const fresh = await letter(client.email);
  expect([fresh.to, fresh.rung]).toEqual([idOf("dana"), "substitute"]);
  expect([await executor(call), await executor(soon)]).toEqual([idOf("dana"), idOf("dana")]);
  await at(7);
  expect((await handover(second.id, "bolat")).items.map((i: { kind: string }) => i.kind)).toEqual([]);

  await house.sql`UPDATE interaction SET state = 'done', status_id = (SELECT id FROM interaction_status s WHERE s.type_id = interaction.type_id AND s.code = 'done'), occurred = tstzrange(${iso(july(6))}, ${iso(july(6, 10))}) WHERE id = ${call}`;
  await at(11);
  const list = await handover(absence.id);
  expect(list.absence.state).toBe("returning");
  const of = (objectId: Id) => list.items.find((i: { objectId: Id }) => i.objectId === objectId);
  expect(of(soon)).toMatchObject({ preselected: true, outcome: null, substitute: { id: idOf("dana") } });
  expect(of(fresh.dialogId)).toMatchObject({ preselected: true, outcome: null });
  expect(of(call)).toMatchObject({ preselected: false, outcome: "done_by_substitute" });
  expect(of(later)).toBeUndefined();
  expect(list.report).toEqual({ delegated: 4, doneBySubstitute: 1, returned: 0, kept: 0, elsewhere: 0 });

  const { body: after } = await house.as("aigul", "POST", `/absences/${absence.id}/take-back`, { take: "all" });
  await route();
  expect(after).toMatchObject({ absence: { state: "closed" }, report: { delegated: 4, doneBySubstitute: 1, returned: 3, kept: 0, elsewhere: 0 } });
  expect([await executor(soon), await executor(call), await holder(fresh.dialogId), await holder(waiting)]).toEqual([
    idOf("aigul"),
    idOf("dana"),
    idOf("aigul"),
    idOf("aigul"),
  ]);
  expect((await house.sql`SELECT responsible_id FROM customer WHERE id = ${client.id}`)[0]).toEqual({ responsible_id: idOf("aigul") });
});
