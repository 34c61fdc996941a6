import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

// Wednesday; the office works 09:00-18:00 in Almaty (UTC+5).
const at = (text: string) => Date.parse(`${text}+05:00`);
const HOUR = 3600;
const DAY = 9 * HOUR;
type Row = { id: Id; version: number };

let house: CrmHouse;
let customerId: Id;
let meeting: Id;
beforeAll(async () => {
  house = await crmHouse();
  await house.sql`UPDATE employee SET calendar_id = ${house.company.calendars.office}`;
  customerId = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Romashka" })).body.id;
  meeting = house.company.catalogues.interactionTypes["meeting"]?.id as Id;
});
afterAll(() => house.close());

/** A kind with these stages, made by the administrator; ids of the stages in their order. */
async function kindOf(processMode: string, stages: object[], kind: object = {}): Promise<{ id: Id; stages: Id[]; view: Answer["body"] }> {
  const made = await house.as("admin", "POST", "/interest-kinds", { name: `Kind ${Math.random()}`, processMode, ...kind });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  let view = made.body;
  for (const stage of stages) {
    const answer = await house.as("admin", "POST", `/interest-kinds/${view.id}/stages`, stage);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    view = answer.body;
  }
  return { id: view.id, stages: view.stages.map((s: { id: Id }) => s.id), view };
}
async function open(kindId: Id, body: object = {}) {
  const r = await house.as("aigul", "POST", "/interests", { kindId, title: "Chairs", customerId, parallelReason: "test", ...body });
  expect(r.status, JSON.stringify(r.body)).toBe(201);
  return r.body;
}
const move = (i: Row, stageId: Id | undefined, body: object = {}, by: Person = "aigul") =>
  house.as(by, "POST", `/interests/${i.id}/stage`, { stageId, version: i.version, ...body });
const post = (i: Row, path: string, body: object = {}, by: Person = "aigul") =>
  house.as(by, "POST", `/interests/${i.id}/${path}`, { version: i.version, ...body });
const read = async (i: Row, by: Person = "aigul") => (await house.as(by, "GET", `/interests/${i.id}`)).body;
const watch = () => house.crm.jobs.find((j) => j.name === "interest-watch")?.run();
const told = async (person: Person) =>
  (await house.as(person, "GET", "/notifications?limit=200")).body.items.filter((n: { kind: string }) => n.kind.startsWith("interest."));
/** Nothing else is in work: whoever is told is told of what the test does. */
async function alone(): Promise<void> {
  await house.sql`UPDATE interest_flag SET cleared_at = now() WHERE cleared_at IS NULL`;
  await house.sql`UPDATE interest SET status = 'cancelled', closed_at = now() WHERE status = 'open'`;
}
const done = (i: Row, typeId: Id) => house.as("aigul", "POST", "/interactions", { typeId, subject: "Done", interestId: i.id });

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

describe("the end of an Interest (IN-02, IN-11)", () => {
  test("won only when every condition of the kind is ticked, by whom and when; the refusal lists them", async () => {
    const k = await kindOf("manual", [{ name: "A" }], { conditions: [{ name: "Paid" }, { name: "Confirmed" }] });
    const i = await open(k.id);
    const refused = await post(i, "close", { status: "won" });
    expect(refused.body.details).toMatchObject({ fields: { status: "conditions_left" }, conditions: [{ name: "Paid" }, { name: "Confirmed" }] });
    for (const { id } of i.checks) expect((await house.as("aigul", "PUT", `/interests/${i.id}/checks/${id}`, { checked: true })).status).toBe(200);
    const ticked = await read(i);
    expect(ticked.checks).toMatchObject([{ name: "Paid", by: { id: house.company.employees.aigul.id } }, { name: "Confirmed" }]);
    expect((await post(ticked, "close", { status: "won" })).body.status).toBe("won");
  });

  test("what is planned and the open tasks are asked about together, then cancelled, kept or moved to another Interest of the customer", async () => {
    const k = await kindOf("none", []);
    const reason = { status: "lost", lossReasonId: house.company.catalogues.lossReasons[0] };
    const plan = async () => {
      const i = await open(k.id);
      const call = { typeId: meeting, subject: "Call", interestId: i.id, plannedFrom: new Date(house.clock.now() + 86_400_000).toISOString() };
      await house.as("aigul", "POST", "/interactions", call);
      await house.as("aigul", "POST", "/tasks", { title: "Bring samples", subject: { kind: "interest", id: i.id } });
      return i;
    };
    const states = async (i: Row) => {
      const { interactions, tasks } = (await house.as("aigul", "GET", `/interests/${i.id}/hub`)).body;
      return [interactions, tasks].map((list: { state: string }[]) => list.map((x) => x.state));
    };
    const i = await plan();
    expect((await post(i, "close", reason)).body).toMatchObject({ code: "planned_interactions_remain", details: { count: 1, tasks: 1 } });
    expect((await read(i)).status).toBe("open");
    await post(i, "close", { ...reason, plannedInteractions: "cancel" });
    expect(await states(i)).toEqual([["cancelled"], ["cancelled"]]);
    const kept = await plan();
    await post(kept, "close", { ...reason, plannedInteractions: "keep" });
    expect(await states(kept)).toEqual([["planned"], ["accepted"]]);
    const [from, to] = [await plan(), await open(k.id)];
    expect((await post(from, "close", { ...reason, plannedInteractions: "move", moveToId: from.id })).body.details.fields.moveToId).toBe("unknown");
    await post(from, "close", { ...reason, plannedInteractions: "move", moveToId: to.id });
    expect([await states(from), await states(to)]).toEqual([
      [[], []],
      [["planned"], ["accepted"]],
    ]);
  });

  test("two catalogues of reasons; 'other' needs words; the report adds up by reason, of those one may see", async () => {
    const { lossReasons } = (await house.as("aigul", "GET", "/catalogues")).body;
    const pick = (kind: string, needsText: boolean) =>
      lossReasons.find((r: { kind: string; needsText: boolean }) => r.kind === kind && r.needsText === needsText).id;
    const [dear, unmet, other, disqualified] = [
      pick("deal_lost", false),
      pick("demand_unmet", false),
      pick("deal_lost", true),
      pick("lead_disqualified", false),
    ];
    const k = await kindOf("none", []);
    house.clock.set(at("2026-06-10T10:00"));
    const lose = async (lossReasonId: Id, amount: number | null, comment: string | null = null) =>
      post(await open(k.id, { amount }), "close", { status: "lost", lossReasonId, comment });
    expect((await lose(other, 1)).body.details.fields.comment).toBe("required");
    expect((await lose(disqualified, 1)).body.details.fields.lossReasonId).toBe("unknown");
    for (const [reason, amount] of [
      [dear, 100],
      [dear, 50],
      [dear, null],
      [unmet, 30],
    ] as const)
      expect((await lose(reason, amount)).status).toBe(200);
    expect((await lose(other, 7, "They moved to Paris")).status).toBe(200);
    const report = await house.as("aigul", "GET", `/interests/loss-reasons?from=2026-06-01&to=2026-06-30&kindId=${k.id}`);
    expect(report.body.total).toEqual({ count: 5, sums: [{ currency: "KZT", amount: 187 }] });
    expect(report.body.reasons.map((r: { id: Id; kind: string; count: number; withoutAmount: number }) => [r.id, r.kind, r.count, r.withoutAmount])).toEqual(
      expect.arrayContaining([
        [dear, "deal_lost", 3, 1],
        [unmet, "demand_unmet", 1, 0],
        [other, "deal_lost", 1, 0],
      ]),
    );
    expect((await house.as("aigul", "GET", `/interests?status=lost&lossReasonId=${dear}&kindId=${k.id}`)).body.items).toHaveLength(3);
    expect((await house.as("dana", "GET", `/interests/loss-reasons?from=2026-06-01&to=2026-06-30&kindId=${k.id}`)).body.total.count).toBe(0);
    expect((await house.as("aigul", "GET", "/interests/loss-reasons?from=2026-06-30&to=2026-06-01")).body.details.fields.to).toBe("before_from");
  });

  test("reopened it goes on in its stage with all of its history, its timer begins anew", async () => {
    const k = await kindOf("manual", [{ name: "A", plannedSeconds: DAY }]);
    house.clock.set(at("2026-06-15T09:00"));
    let i = await open(k.id);
    house.clock.set(at("2026-06-15T12:00"));
    i = (await post(i, "close", { status: "lost", lossReasonId: house.company.catalogues.lossReasons[0] })).body;
    expect(i).toMatchObject({ timer: null, stageHistory: [{ workSeconds: 3 * HOUR }] });
    house.clock.set(at("2026-07-15T10:00"));
    i = (await post(i, "reopen")).body;
    house.clock.set(at("2026-07-15T11:00"));
    expect(await read(i)).toMatchObject({ status: "open", timer: { spentSeconds: HOUR }, stages: [{ visits: 2, spentSeconds: 4 * HOUR }] });
  });
});

describe("the template of a stage (IN-16, IN-17)", () => {
  test("entering plans what is asked for on working days for whom; again only what is not planned; one may decline with a reason", async () => {
    const call = house.company.catalogues.interactionTypes["call"]?.id as Id;
    const actions = [
      { typeId: call, subject: "Call back", offsetDays: 1 },
      { typeId: meeting, subject: "Meet", offsetDays: 3, executor: "head" },
    ];
    const k = await kindOf("manual", [{ name: "A" }, { name: "B", actions, instruction: "Listen first", checks: [{ name: "Budget asked" }] }]);
    house.clock.set(at("2026-07-17T17:00"));
    let i = await open(k.id);
    i = (await move(i, k.stages[1])).body;
    const planned = async () =>
      (await house.as("head", "GET", `/interests/${i.id}/hub`)).body.interactions.filter((x: { state: string }) => x.state === "planned");
    expect(await planned()).toMatchObject([
      { title: "Call back", at: new Date(at("2026-07-20T09:00")).toISOString().replace(".000Z", "+00:00"), employee: { id: house.company.employees.aigul.id } },
      { title: "Meet", employee: { id: house.company.employees.head.id } },
    ]);
    const [first] = await planned();
    expect((await house.as("aigul", "POST", `/interests/${i.id}/actions/${first.id}/decline`, { reason: "Called yesterday" })).status).toBe(200);
    i = (await move(await read(i), k.stages[0])).body;
    i = (await move(i, k.stages[1])).body;
    expect((await planned()).map((x: { title: string }) => x.title)).toEqual(["Call back", "Meet"]);
    expect(i.stages[1].instruction).toBe("Listen first");
    expect(i.checks).toMatchObject([{ name: "Budget asked", checkedAt: null, stageId: k.stages[1] }]);
  });
});

test("the hub shows what is linked by the rights of each kind; new things are prefilled from the Interest (IN-15)", async () => {
  const k = await kindOf("none", []);
  const dialog = await house.dialog({ kind: "site_visitor", value: "hub-visitor" }, { medium: "chat" });
  await house.assign(dialog.id, "aigul");
  const i = await open(k.id, { customerId: null, fromDialogId: dialog.id });
  const offer = house.company.catalogues.interactionTypes["proposal"]?.id as Id;
  const made = await house.as("aigul", "POST", "/interactions", {
    typeId: offer,
    subject: "Offer",
    interestId: i.id,
    plannedFrom: new Date(house.clock.now() + 3_600_000).toISOString(),
  });
  expect(made.body).toMatchObject({ leadId: i.leadId, interestId: i.id });
  const task = await house.as("aigul", "POST", "/tasks", { title: "Count the boxes", subject: { kind: "interest", id: i.id } });
  expect(task.status, JSON.stringify(task.body)).toBe(201);
  const hub = (await house.as("aigul", "GET", `/interests/${i.id}/hub`)).body;
  expect(hub).toMatchObject({
    interactions: [{ title: "Offer", state: "planned", type: { code: "proposal" } }],
    dialogs: [{ id: dialog.id, state: "open", medium: "chat" }],
    tasks: [{ title: "Count the boxes", state: "accepted" }],
    counts: { interactions: 1, dialogs: 1, tasks: 1, files: 0 },
  });
  // A colleague of the department sees the Interest, not Aigul's dialog or task.
  expect((await house.as("bolat", "GET", `/interests/${i.id}/hub`)).body).toMatchObject({ interactions: [{ title: "Offer" }], dialogs: [], tasks: [] });
  expect((await house.as("dana", "GET", `/interests/${i.id}/hub`)).status).toBe(404);
});
