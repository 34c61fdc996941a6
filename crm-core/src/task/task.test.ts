import type { Id } from "@kommutator/contract/ids";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";
import { AFTER, actionsOf, type TaskState } from "./rules.ts";

let house: CrmHouse;
const NOW = Date.parse("2026-03-11T05:00:00Z");
const HOUR = 3_600_000;
beforeAll(async () => {
  house = await crmHouse();
  house.clock.set(NOW);
});
afterAll(() => house.close());

const iso = (at: number) => new Date(at).toISOString();
const id = (person: Person) => house.company.employees[person].id;
async function give(body: object, by: Person = "aigul") {
  const r = await house.as(by, "POST", "/tasks", { title: "Send the price list", ...body });
  expect(r.status, JSON.stringify(r.body)).toBe(201);
  return r.body;
}
const act = (by: Person, task: { id: Id; version: number }, action: string, words: object = {}) =>
  house.as(by, "POST", `/tasks/${task.id}/${action}`, { version: task.version, ...words });
const told = async (person: Person) =>
  (await house.as(person, "GET", "/notifications?limit=200")).body.items.map((n: { kind: string; payload: { title?: string; action?: string } }) =>
    [n.kind, n.payload.action ?? n.payload.title].join(" "),
  );

describe("errands (BP-05)", () => {
  test("given, accepted, started, done, confirmed by its author, who controls it; everybody concerned is told once of each step", async () => {
    const task = await give({ title: "Count the stock", executorId: id("bolat"), coExecutorIds: [id("dana")], dueAt: iso(NOW + HOUR), controlled: true });
    expect(task).toMatchObject({
      kind: "errand",
      state: "new",
      author: { id: id("aigul") },
      executor: { id: id("bolat") },
      coExecutors: [{ id: id("dana") }],
      overdue: false,
    });
    expect(task.actions).toEqual(["edit", "cancel"]);
    expect(await told("bolat")).toContain("task.new Count the stock");
    expect(await told("dana")).toContain("task.new Count the stock");
    expect(await told("aigul")).toEqual([]);
    const accepted = await act("bolat", task, "accept");
    expect(accepted.body).toMatchObject({ state: "accepted", actions: ["start", "refuse", "done"] });
    const started = await act("dana", accepted.body, "start");
    const done = await act("bolat", started.body, "done", { result: "312 pieces" });
    expect(done.body).toMatchObject({ state: "done", result: "312 pieces", awaitsControl: true });
    expect((await house.as("aigul", "GET", "/tasks?role=control")).body.items).toMatchObject([{ id: task.id }]);
    expect((await act("bolat", done.body, "confirm")).body.details.fields).toEqual({ action: "done" });
    expect((await act("aigul", done.body, "return")).body.details.fields).toEqual({ reason: "required" });
    const returned = await act("aigul", done.body, "return", { reason: "Count the cellar too" });
    expect(returned.body).toMatchObject({ state: "in_work", refuseReason: "Count the cellar too", doneAt: null });
    const again = await act("bolat", returned.body, "done", { result: "340 pieces" });
    const confirmed = await act("aigul", again.body, "confirm");
    expect(confirmed.body).toMatchObject({ state: "done", awaitsControl: false, actions: [] });
    expect((await told("aigul")).sort()).toEqual(["task.changed accept", "task.changed done", "task.changed done", "task.changed start"]);
    const audit = await house.sql`SELECT action FROM audit_log WHERE object_id = ${task.id} ORDER BY id`;
    expect(audit.map((a) => a["action"])).toEqual(["create", "accept", "start", "done", "return", "done", "confirm"]);
  });

  test("refused with a reason it goes back to its author, who gives it to somebody else; that one accepts anew", async () => {
    const task = await give({ executorId: id("bolat") });
    expect((await act("bolat", task, "refuse")).body.details.fields).toEqual({ reason: "required" });
    const refused = await act("bolat", task, "refuse", { reason: "On leave" });
    expect(refused.body).toMatchObject({ state: "rejected", refuseReason: "On leave" });
    const moved = await house.as("aigul", "PATCH", `/tasks/${task.id}`, { executorId: id("dana"), version: refused.body.version });
    expect(moved.body).toMatchObject({ state: "new", executor: { id: id("dana") }, refuseReason: null });
    expect(await told("dana")).toContain("task.new Send the price list");
    expect((await house.as("bolat", "GET", `/tasks/${task.id}`)).status).toBe(404);
    expect((await act("dana", moved.body, "accept")).body.state).toBe("accepted");
  });

  test("the overdue stand first; the lists of what is mine and what I gave; counts are those of the lists", async () => {
    const late = await give({ title: "Late", executorId: id("bolat"), dueAt: iso(NOW - HOUR) }, "head");
    const soon = await give({ title: "Soon", executorId: id("bolat"), dueAt: iso(NOW + HOUR) }, "head");
    const some = await give({ title: "Some day", executorId: id("bolat") }, "head");
    const mine = (await house.as("bolat", "GET", "/tasks?role=mine&open=true")).body.items;
    expect(mine.map((t: { title: string }) => t.title)).toEqual(["Late", "Soon", "Some day"]);
    expect(mine[0]).toMatchObject({ overdue: true });
    expect((await house.as("head", "GET", "/tasks?role=given")).body.items.map((t: { id: Id }) => t.id).sort()).toEqual([late.id, soon.id, some.id].sort());
    expect((await house.as("bolat", "GET", "/tasks?overdue=true")).body.items).toMatchObject([{ id: late.id }]);
    expect((await house.as("bolat", "GET", "/tasks/count?role=mine&open=true")).body.count).toBe(3);
    await house.crm.jobs.find((j) => j.name === "reminders")?.run();
    expect(await told("bolat")).toContain("task.overdue Late");
    expect(await told("head")).toContain("task.overdue Late");
    const page = (await house.as("bolat", "GET", "/tasks?role=mine&open=true&limit=2")).body;
    expect((await house.as("bolat", "GET", `/tasks?role=mine&open=true&limit=2&cursor=${page.nextCursor}`)).body.items).toMatchObject([{ title: "Some day" }]);
  });

  test("about a customer it stands in the customer's history and on the Interaction; whoever may not see the customer sees no name of it", async () => {
    const customer = (await house.as("aigul", "POST", "/customers", { kind: "company", name: "Romashka", responsibleId: id("aigul") })).body;
    const talk = (
      await house.as("aigul", "POST", "/interactions", {
        typeId: house.company.catalogues.interactionTypes["call"]?.id,
        subject: "Talked",
        customerId: customer.id,
      })
    ).body;
    const task = await give({ title: "Call again", executorId: id("dana"), subject: { kind: "interaction", id: talk.id } });
    expect(task.subject).toEqual({ kind: "interaction", id: talk.id, name: "Talked" });
    const feed = (await house.as("aigul", "GET", `/customers/${customer.id}/feed?kind=task`)).body.items;
    expect(feed).toMatchObject([{ kind: "task", title: "Call again", objectId: task.id, state: "new", employee: { id: id("dana") } }]);
    expect((await house.as("aigul", "GET", `/tasks?object=customer&objectId=${customer.id}`)).body.items).toMatchObject([{ id: task.id }]);
    expect((await house.as("aigul", "GET", `/interactions/${talk.id}`)).body.tasks).toBe(1);
    expect((await house.as("dana", "GET", `/tasks/${task.id}`)).body).toMatchObject({ title: "Call again", subject: null });
    expect((await house.as("dana", "GET", `/tasks?object=customer&objectId=${customer.id}`)).status).toBe(404);
  });

  test("a stranger's task answers like none, an old version with the row as it is, a wrong person or subject clearly", async () => {
    const task = await give({ executorId: id("aigul") });
    const ghost = "00000000-0000-4000-8000-000000000000";
    for (const [method, path, body] of [
      ["GET", "", undefined],
      ["PATCH", "", { title: "X", version: 0 }],
      ["POST", "/done", { version: 0 }],
    ] as const) {
      const foreign = await house.as("dana", method, `/tasks/${task.id}${path}`, body);
      expect(foreign).toEqual(await house.as("dana", method, `/tasks/${ghost}${path}`, body));
      expect(foreign.status).toBe(404);
    }
    const changed = await house.as("aigul", "PATCH", `/tasks/${task.id}`, { title: "Send both lists", version: 0 });
    expect((await house.as("aigul", "PATCH", `/tasks/${task.id}`, { title: "Lost", version: 0 })).body).toMatchObject({
      code: "version_conflict",
      details: { current: { title: "Send both lists", version: changed.body.version } },
    });
    const post = (body: object) => house.as("aigul", "POST", "/tasks", { title: "X", ...body });
    expect((await post({ executorId: ghost })).status).toBe(404);
    expect((await post({ subject: { kind: "customer", id: ghost } })).status).toBe(404);
    expect((await post({ title: "  " })).status).toBe(422);
  });
});

test("in whatever order the steps are taken, only allowed ones change a task, and a confirmed or cancelled one rests", () => {
  const actions = Object.keys(AFTER) as (keyof typeof AFTER)[];
  const step = fc.record({ action: fc.constantFrom(...actions), executes: fc.boolean(), gave: fc.boolean(), edits: fc.boolean() });
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 30 }), (controlled, steps) => {
      let task = { state: "new" as TaskState, controlled, confirmed: false };
      for (const { action, ...hand } of steps) {
        const allowed = actionsOf(task, hand);
        if (!hand.executes && !hand.gave && !hand.edits) expect(allowed).toEqual([]);
        if (task.confirmed) expect(allowed).toEqual([]);
        if (!allowed.includes(action)) continue;
        if (action === "confirm" || action === "return") expect(task.state).toBe("done");
        task = { state: AFTER[action], controlled, confirmed: action === "confirm" };
      }
    }),
  );
});
