import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { at, DAY, HOUR, house, kindOf, meeting, move, open, openHouse, post, type Row, read } from "./course.fixture.ts";

beforeAll(openHouse);
afterAll(() => house.close());

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

test("closing orphans nothing: an open dialog stays with its agent, an inquiry with its receiver, both linked and shown with their states (IN-15)", async () => {
  const k = await kindOf("none", []);
  const dialog = await house.dialog({ kind: "site_visitor", value: "closing-visitor" }, { medium: "chat" });
  await house.assign(dialog.id, "aigul");
  const i = await open(k.id, { customerId: null, fromDialogId: dialog.id });
  const made = (await house.as("aigul", "POST", "/inquiries", { purposeId: null })).body;
  await house.sql`
    UPDATE inquiry SET interest_id = ${i.id}, status = 'dispatched', dispatched_to = ${house.company.employees.bolat.id}, dispatched_at = now() WHERE id = ${made.id}`;
  const closed = await post(i, "close", { status: "lost", lossReasonId: house.company.catalogues.lossReasons[0] });
  expect(closed.body.status, JSON.stringify(closed.body)).toBe("lost");
  const hub = (await house.as("admin", "GET", `/interests/${i.id}/hub`)).body;
  expect(hub).toMatchObject({
    dialogs: [{ id: dialog.id, state: "open" }],
    inquiries: [{ id: made.id, state: "dispatched", employee: { id: house.company.employees.bolat.id } }],
  });
  expect(await house.sql`SELECT employee_id FROM assignment WHERE dialog_id = ${dialog.id} AND ended_at IS NULL`).toEqual([
    { employee_id: house.company.employees.aigul.id },
  ]);
  expect((await house.as("bolat", "GET", `/inquiries/${made.id}`)).body).toMatchObject({ status: "dispatched", interestId: i.id });
});
