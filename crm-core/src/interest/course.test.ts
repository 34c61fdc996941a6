import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../tests/support/crm.ts";
import { alone, at, DAY, done, HOUR, house, kindOf, meeting, move, open, openHouse, post, type Row, read, told, watch } from "./course.fixture.ts";

beforeAll(openHouse);
afterAll(() => house.close());

describe("a typical Interest (IN-04, B9)", () => {
  test("Contact to Offer is refused: Need asks for the budget and a meeting; then step by step, by a branch, and back where it is allowed", async () => {
    const need = { name: "Need", requiredFields: ["amount"], actions: [{ typeId: meeting, subject: "Meet", compulsory: true, offsetDays: 1 }] };
    const k = await kindOf("typical", [{ name: "Contact" }, need, { name: "Offer", allowBack: true }, { name: "Tender" }, { name: "Contract" }]);
    const [contact, needId, offer, tender, contract] = k.stages;
    await house.as("admin", "PATCH", `/stages/${offer}`, { branches: [contract], version: 0 });
    house.clock.set(at("2026-03-11T10:00"));
    let i = await open(k.id);
    const skipped = await move(i, offer);
    expect(skipped).toMatchObject({ status: 422, body: { code: "validation", details: { fields: { stageId: "skipped" } } } });
    expect(skipped.body.details.unmet).toEqual([{ id: needId, name: "Need", fields: ["amount"], actions: [{ id: meeting, name: "Meeting" }] }]);
    i = (await move(i, needId)).body;
    expect((await move(i, offer)).body.details).toMatchObject({ fields: { stageId: "incomplete" }, unmet: [{ id: needId, fields: ["amount"] }] });
    await done(i, meeting);
    const fields = await move(i, offer);
    expect(fields).toMatchObject({
      status: 422,
      body: { code: "required_fields", details: { fields: [{ object: "interest", field: "amount", objectId: i.id }] } },
    });
    expect((await read(i)).stage.id).toBe(needId);
    // The missing field comes with the move.
    i = (await move(i, offer, { fields: { amount: 150 } })).body;
    expect(i).toMatchObject({ stage: { id: offer }, amount: 150, currency: "KZT" });
    i = (await move(i, needId)).body;
    expect((await move(i, contact)).body.details.fields.stageId).toBe("back_not_allowed");
    i = (await move(i, offer)).body;
    i = (await move(i, contract)).body;
    expect(i.stage.id).toBe(contract);
    expect(i.stages.map((s: { state: string }) => s.state)).toEqual(["done", "done", "done", "skipped", "current"]);
    expect(i.stages.find((s: Row) => s.id === tender).visits).toBe(0);
    const times = (await house.as("aigul", "GET", `/interests/stage-times?kindId=${k.id}`)).body.stages;
    expect(times.map((s: { reworked: number }) => s.reworked)).toEqual([0, 1, 1, 0, 0]);
  });

  test("only the right to stages forces a move, with a reason, audited; whoever lacks it is refused", async () => {
    const k = await kindOf("typical", [{ name: "A" }, { name: "B" }, { name: "C" }]);
    const i = await open(k.id);
    const forced = { force: true, reason: "The director said so" };
    expect((await move(i, k.stages[2], forced)).status).toBe(403);
    expect((await move(i, k.stages[2], { force: true }, "head")).body.details.fields.reason).toBe("required");
    const moved = (await move(i, k.stages[2], forced, "head")).body;
    expect(moved.stageHistory.at(-1)).toMatchObject({ forced: true, reason: "The director said so", skipped: [{ id: k.stages[1] }] });
    const [row] = await house.sql`SELECT actor_id FROM audit_log WHERE object_id = ${i.id} AND action = 'stage-force'`;
    expect(row?.["actor_id"]).toBe(house.company.employees.head.id);
  });

  test("rules of required fields hold on a move as everywhere, in one answer with the stage's own", async () => {
    const k = await kindOf("typical", [{ name: "A", requiredFields: ["expectedClose"] }, { name: "B" }]);
    const rule = await house.as("admin", "POST", "/required-fields", {
      object: "interest",
      field: "amount",
      moment: "stage_enter",
      stageId: k.stages[1],
      severity: "block",
    });
    expect(rule.status, JSON.stringify(rule.body)).toBeLessThan(300);
    const i = await open(k.id);
    const refused = await move(i, k.stages[1]);
    expect(refused.body.details.fields.map((f: { field: string }) => f.field)).toEqual(["expectedClose", "amount"]);
    expect((await move(i, k.stages[1], { fields: { amount: 1, expectedClose: "2026-12-01" } })).status).toBe(200);
  });
});

describe("a manual Interest (IN-05, B9)", () => {
  test("skips Need; history and reports know it; a reason is asked for where the kind wants one", async () => {
    const k = await kindOf("manual", [{ name: "Contact" }, { name: "Need", requiredFields: ["amount"] }, { name: "Offer" }], { skipReason: "required" });
    const i = await open(k.id);
    expect((await move(i, k.stages[2])).body.details.fields).toEqual({ reason: "required" });
    const moved = (await move(i, k.stages[2], { reason: "Knows what he wants" })).body;
    expect(moved.stageHistory.at(-1)).toMatchObject({ skipped: [{ id: k.stages[1], name: "Need" }], reason: "Knows what he wants", forced: false });
    const times = (await house.as("aigul", "GET", `/interests/stage-times?kindId=${k.id}`)).body.stages;
    expect(times.map((s: { reached: number; skipped: number }) => [s.reached, s.skipped])).toEqual([
      [1, 0],
      [1, 1],
      [1, 0],
    ]);
    expect((await move(moved, k.stages[0])).status).toBe(200);
  });

  test("is won from the configured stage on", async () => {
    const k = await kindOf("manual", [{ name: "A" }, { name: "B" }, { name: "C" }]);
    await house.as("admin", "PATCH", `/interest-kinds/${k.id}`, { wonFromStageId: k.stages[1], version: k.view.version });
    const i = await open(k.id);
    expect((await post(i, "close", { status: "won" })).body.details).toMatchObject({ fields: { status: "stages_left" }, unmet: [{ id: k.stages[1] }] });
    expect((await post((await move(i, k.stages[1])).body, "close", { status: "won" })).body.status).toBe("won");
  });
});

describe("a non-process Interest (IN-06)", () => {
  test("has statuses alone and stands in no stage report; it becomes manual at a chosen stage and typical only with all that was asked for", async () => {
    const k = await kindOf("none", [{ name: "A", requiredFields: ["amount"] }, { name: "B" }]);
    let i = await open(k.id);
    expect(i).toMatchObject({ processMode: "none", stage: null, timer: null, stageHistory: [] });
    expect((await house.as("aigul", "GET", `/interests/board?kindId=${k.id}`)).body.cards).toEqual([]);
    expect((await house.as("aigul", "GET", `/interests?kindId=${k.id}`)).body.items).toHaveLength(1);
    expect((await move(i, k.stages[0])).body.details.fields.stageId).toBe("not_of_kind");
    i = (await post(i, "mode", { mode: "manual", stageId: k.stages[1], reason: "It is a sale after all" })).body;
    expect(i).toMatchObject({ processMode: "manual", stage: { id: k.stages[1] } });
    expect((await post(i, "mode", { mode: "typical", reason: "Strictly now" })).body.details).toMatchObject({
      unmet: [{ id: k.stages[0], fields: ["amount"] }],
    });
    i = (await house.as("aigul", "PATCH", `/interests/${i.id}`, { amount: 5, version: i.version })).body;
    i = (await post(i, "mode", { mode: "typical", reason: "Strictly now" })).body;
    expect((await post(i, "mode", { mode: "manual", reason: "Loosely again" })).status).toBe(403);
    expect((await post(i, "mode", { mode: "none", reason: "No stages" }, "head")).body).toMatchObject({ stage: null, processMode: "none" });
  });

  test("a change of the kind does not alter running Interests", async () => {
    const k = await kindOf("manual", [{ name: "A" }, { name: "B" }, { name: "C" }]);
    const i = await open(k.id);
    await house.as("admin", "PATCH", `/interest-kinds/${k.id}`, { processMode: "typical", version: k.view.version });
    expect((await move(i, k.stages[2])).status).toBe(200);
    expect((await open(k.id)).processMode).toBe("typical");
  });
});

describe("the history of stages (IN-07)", () => {
  test("each entry and exit with time, user, planned and actual working time; one current; visits of one stage summed", async () => {
    const k = await kindOf("manual", [
      { name: "A", plannedSeconds: DAY },
      { name: "B", plannedSeconds: 2 * DAY },
    ]);
    const by = (person: Person) => ({ id: house.company.employees[person].id });
    house.clock.set(at("2026-03-13T16:00"));
    let i = await open(k.id);
    house.clock.set(at("2026-03-16T11:00"));
    i = (await move(i, k.stages[1], {}, "head")).body;
    house.clock.set(at("2026-03-16T12:00"));
    i = (await move(i, k.stages[0])).body;
    house.clock.set(at("2026-03-16T15:00"));
    i = await read(i);
    expect(i.stageHistory).toMatchObject([
      { from: expect.any(String), by: by("aigul"), leftBy: by("head"), plannedSeconds: DAY, workSeconds: 4 * HOUR, calendarSeconds: 67 * HOUR },
      { by: by("head"), leftBy: by("aigul"), plannedSeconds: 2 * DAY, workSeconds: HOUR },
      { to: null, by: by("aigul"), leftBy: null, workSeconds: 3 * HOUR },
    ]);
    expect(i.stages).toMatchObject([
      { visits: 2, spentSeconds: 7 * HOUR, state: "current" },
      { visits: 1, spentSeconds: HOUR },
    ]);
    expect(i.timer).toMatchObject({ spentSeconds: 3 * HOUR, state: "on_time", plannedSeconds: DAY });
    const [row] =
      await house.sql`SELECT count(*)::int AS n FROM interest_stage_history WHERE interest_id = ${i.id} AND upper_inf(during) AND reversed_at IS NULL`;
    expect(row?.["n"]).toBe(1);
    // A changed norm is for those who enter from now on.
    const stage = (await house.as("admin", "GET", "/interest-kinds")).body.find((x: Row) => x.id === k.id).stages[0];
    await house.as("admin", "PATCH", `/stages/${k.stages[0]}`, { plannedSeconds: HOUR, version: stage.version });
    expect((await read(i)).timer).toMatchObject({ plannedSeconds: DAY, state: "on_time" });
  });

  test("a move is taken back by right and with a reason: the visit before goes on, the mistake stays to be read", async () => {
    const k = await kindOf("manual", [
      { name: "A", plannedSeconds: DAY },
      { name: "B", plannedSeconds: DAY },
    ]);
    house.clock.set(at("2026-03-16T09:00"));
    let i = await open(k.id);
    expect((await post(i, "stage/reverse", { reason: "Nothing to reverse" }, "head")).body.details.fields.stageId).toBe("no_previous");
    house.clock.set(at("2026-03-16T11:00"));
    i = (await move(i, k.stages[1])).body;
    house.clock.set(at("2026-03-16T14:00"));
    expect((await post(i, "stage/reverse", { reason: "Wrong card" })).status).toBe(403);
    i = (await post(i, "stage/reverse", { reason: "Wrong card" }, "head")).body;
    expect(i).toMatchObject({ stage: { id: k.stages[0] }, timer: { spentSeconds: 5 * HOUR } });
    expect(i.stageHistory).toMatchObject([
      { to: null, reversed: null, workSeconds: 5 * HOUR },
      { stage: { id: k.stages[1] }, reversed: { by: { id: house.company.employees.head.id }, reason: "Wrong card" } },
    ]);
    const [row] = await house.sql`SELECT changes FROM audit_log WHERE object_id = ${i.id} AND action = 'stage-reverse'`;
    expect(row?.["changes"]).toMatchObject({ stage_id: [k.stages[1], k.stages[0]], reason: [null, "Wrong card"] });
    expect((await move(i, k.stages[1])).status).toBe(200);
  });
});

describe("timers, hold and flags (IN-08, IN-09, B10)", () => {
  test("a hold needs a day ahead and a reason, stops the timer and ends by itself", async () => {
    const k = await kindOf("manual", [{ name: "A", plannedSeconds: DAY }]);
    house.clock.set(at("2026-03-16T09:00"));
    let i = await open(k.id);
    const hold = (row: Row, body: object) => house.as("aigul", "PUT", `/interests/${i.id}/hold`, { version: row.version, ...body });
    house.clock.set(at("2026-03-16T15:00"));
    expect((await hold(i, { until: "2026-03-16", reason: "Client on leave" })).body.details.fields.until).toBe("past");
    expect((await hold(i, { until: "2026-03-20", reason: "" })).status).toBe(422);
    i = (await hold(i, { until: "2026-03-19", reason: "Client on leave" })).body;
    expect(i).toMatchObject({
      onHoldUntil: "2026-03-19",
      hold: { reason: "Client on leave" },
      timer: { spentSeconds: 6 * HOUR, dueAt: new Date(at("2026-03-19T12:00")).toISOString() },
    });
    house.clock.set(at("2026-03-18T17:00"));
    await watch();
    expect(await read(i)).toMatchObject({ onHoldUntil: "2026-03-19", flags: [], timer: { spentSeconds: 6 * HOUR } });
    house.clock.set(at("2026-03-19T11:00"));
    await watch();
    i = await read(i);
    expect(i).toMatchObject({ onHoldUntil: null, hold: null, timer: { spentSeconds: 8 * HOUR, state: "due_soon" } });
    i = (await hold(i, { until: "2026-04-01", reason: "Waits for money" })).body;
    house.clock.set(at("2026-03-20T11:00"));
    i = (await post(i, "hold/release")).body;
    expect(i).toMatchObject({ onHoldUntil: null, timer: { spentSeconds: 8 * HOUR } });
    expect((await post(i, "hold/release")).body.details.fields.until).toBe("not_on_hold");
  });

  test("late at its moment, the responsible told once, reminded once a day at most, the head after the kind's days; a move clears it", async () => {
    const k = await kindOf("manual", [{ name: "A", plannedSeconds: 2 * DAY }, { name: "B" }], { headAfterDays: 2 });
    await alone();
    house.clock.set(at("2026-04-06T09:00"));
    let i = await open(k.id);
    const before = { aigul: (await told("aigul")).length, head: (await told("head")).length };
    const fresh = async (p: "aigul" | "head") => (await told(p)).length - before[p];
    house.clock.set(at("2026-04-07T18:00"));
    await watch();
    expect((await read(i)).flags).toEqual([]);
    house.clock.set(at("2026-04-08T09:01"));
    await watch();
    await watch();
    expect(await read(i)).toMatchObject({ flags: ["late"], timer: { state: "late" } });
    expect(await fresh("aigul")).toBe(1);
    expect((await house.as("aigul", "GET", "/interests?flag=late")).body.items.map((r: Row) => r.id)).toContain(i.id);
    house.clock.set(at("2026-04-08T17:00"));
    await watch();
    expect([await fresh("aigul"), await fresh("head")]).toEqual([1, 0]);
    // Before the office opens nobody is reminded; in the morning one digest.
    house.clock.set(at("2026-04-09T08:00"));
    await watch();
    expect(await fresh("aigul")).toBe(1);
    house.clock.set(at("2026-04-09T09:05"));
    await watch();
    await watch();
    expect([await fresh("aigul"), await fresh("head")]).toEqual([2, 0]);
    house.clock.set(at("2026-04-10T09:05"));
    await watch();
    expect(await fresh("head")).toBe(2); // The head of the department: late for two days, and stuck since twice its plan.
    expect((await read(i)).flags).toEqual(["late", "stuck"]);
    i = await read(i);
    expect((await move(i, k.stages[1])).body.flags).toEqual([]);
    const [row] = await house.sql`SELECT count(*)::int AS n FROM interest_flag WHERE interest_id = ${i.id} AND cleared_at IS NOT NULL`;
    expect(row?.["n"]).toBe(2);
  });

  test("late and nobody in touch is stuck: the head is told too; a touch clears it, the lateness stays", async () => {
    await alone();
    const k = await kindOf("manual", [{ name: "A", plannedSeconds: 5 * DAY }], { touchNormDays: 5 });
    house.clock.set(at("2026-05-11T09:00"));
    const lone = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Vasilek" })).body.id;
    const i = await open(k.id, { customerId: lone });
    const before = (await told("head")).length;
    house.clock.set(at("2026-05-18T09:30"));
    await watch();
    expect((await read(i)).flags).toEqual(["late", "stuck"]);
    expect((await told("head")).length).toBe(before + 1);
    await done(i, house.company.catalogues.interactionTypes["call"]?.id as Id);
    expect((await read(i)).flags).toEqual(["late"]);
    await watch();
    expect((await read(i)).flags).toEqual(["late"]);
  });
});
