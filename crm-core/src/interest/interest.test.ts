import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
let customerId: Id;
const NOW = Date.parse("2026-03-11T05:00:00Z");
beforeAll(async () => {
  house = await crmHouse();
  customerId = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Romashka" })).body.id;
});
afterAll(() => house.close());

const kinds = () => house.company.catalogues.interestKinds as Record<string, { id: Id; stageIds: Id[] }>;
const sale = () => kinds()["sale"] as { id: Id; stageIds: [Id, Id, Id, Id] };
async function open(body: object = {}) {
  const r = await house.as("aigul", "POST", "/interests", { kindId: sale().id, title: "Chairs", customerId, parallelReason: "test", ...body });
  expect(r.status, JSON.stringify(r.body)).toBe(201);
  return r.body;
}
const stage = (i: { id: Id; version: number }, stageId: Id, by: "aigul" | "admin" = "aigul") =>
  house.as(by, "POST", `/interests/${i.id}/stage`, { stageId, version: i.version });

describe("an Interest (IN-01)", () => {
  test("begins open in the first stage with number, responsible, currency of the company, and a history", async () => {
    const i = await open({ amount: 150000.5, expectedClose: "2026-04-01" });
    expect(i).toMatchObject({
      status: "open",
      stage: { id: sale().stageIds[0] },
      responsible: { id: house.company.employees.aigul.id },
      amount: 150000.5,
      currency: "KZT",
      expectedClose: "2026-04-01",
      processMode: "typical",
      customer: { id: customerId, name: "Romashka" },
    });
    expect(i.number).toBeGreaterThan(0);
    expect(i.stageHistory).toMatchObject([{ stage: { id: sale().stageIds[0] }, to: null, by: { id: house.company.employees.aigul.id } }]);
    const [event] = await house.sql`SELECT payload FROM dialog_event WHERE kind = 'interest.changed' ORDER BY id DESC LIMIT 1`;
    expect(event?.["payload"]).toEqual({ interestId: i.id, status: "open" });
  });

  test("two users save the same one: the second gets the row as it is, and the audit shows both", async () => {
    const i = await open();
    const [a, b] = await Promise.all([
      house.as("aigul", "PATCH", `/interests/${i.id}`, { title: "Tables", version: i.version }),
      house.as("head", "PATCH", `/interests/${i.id}`, { title: "Sofas", version: i.version }),
    ]);
    const [won, lost] = a.status === 200 ? [a, b] : [b, a];
    expect(lost).toMatchObject({ status: 409, body: { code: "version_conflict", details: { current: { title: won.body.title, version: i.version + 1 } } } });
    const actions = await house.sql`SELECT action FROM audit_log WHERE object_kind = 'interest' AND object_id = ${i.id} ORDER BY id`;
    expect(actions.map((r) => r["action"]).sort()).toEqual(["conflict", "create", "edit"]);
  });

  test("a field left out stays; an amount is cleared together with its currency", async () => {
    const i = await open({ amount: 10 });
    const renamed = await house.as("aigul", "PATCH", `/interests/${i.id}`, { title: "Renamed", version: i.version });
    expect(renamed.body).toMatchObject({ title: "Renamed", amount: 10, currency: "KZT" });
    expect((await house.as("aigul", "PATCH", `/interests/${i.id}`, { amount: null, version: renamed.body.version })).body).toMatchObject({
      amount: null,
      currency: null,
    });
  });

  test("a second one of the same kind needs the reason why, of another kind none", async () => {
    const c = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Parallel" })).body.id;
    await open({ customerId: c, parallelReason: null });
    const again = await house.as("aigul", "POST", "/interests", { kindId: sale().id, title: "Again", customerId: c });
    expect(again.body).toMatchObject({ code: "parallel_interest_reason_required", details: { interest: { title: "Chairs" } } });
    expect((await house.as("aigul", "POST", "/interests", { kindId: kinds()["service"]?.id, title: "Repair", customerId: c })).status).toBe(201);
  });
});

describe("stages (B9)", () => {
  test("typical: only the next; skipping is refused with what is left; no way back", async () => {
    const i = await open();
    const skipped = await stage(i, sale().stageIds[2]);
    expect(skipped.body).toMatchObject({ code: "validation", details: { fields: { stageId: "skipped" }, unmet: [{ id: sale().stageIds[1] }] } });
    const moved = await stage(i, sale().stageIds[1]);
    expect(moved.body.stage.id).toBe(sale().stageIds[1]);
    expect(moved.body.stageHistory).toHaveLength(2);
    expect(moved.body.stageHistory[0].to).toBe(moved.body.stageHistory[1].from);
    expect((await stage(moved.body, sale().stageIds[0])).body.details.fields.stageId).toBe("back_not_allowed");
    expect((await stage(i, sale().stageIds[2])).body.code).toBe("version_conflict");
    const service = kinds()["service"] as { stageIds: Id[] };
    expect((await stage(moved.body, service.stageIds[0] as Id)).body.details.fields.stageId).toBe("not_of_kind");
  });

  test("manual: any stage, forward and back; what was passed over is remembered", async () => {
    const k = (await house.as("admin", "POST", "/catalogues/interest-kinds", { code: "project", name: "Project", processMode: "manual" })).body.id;
    const stages: Id[] = [];
    for (const name of ["Contact", "Need", "Offer"])
      stages.push((await house.as("admin", "POST", `/interest-kinds/${k}/stages`, { name })).body.stages.at(-1).id);
    const i = await open({ kindId: k });
    const moved = await stage(i, stages[2] as Id);
    expect(moved.body.stage.name).toBe("Offer");
    const [row] = await house.sql`SELECT skipped_stage_ids FROM interest_stage_history WHERE interest_id = ${i.id} AND upper_inf(during)`;
    expect(row?.["skipped_stage_ids"]).toEqual([stages[1]]);
    expect((await stage(moved.body, stages[0] as Id)).status).toBe(200);
  });

  test("planned Interactions change their points with the stage", async () => {
    const { aigul } = house.company.employees;
    const callType = house.company.catalogues.interactionTypes["call"]?.id as Id;
    const i = await open();
    house.clock.set(NOW);
    await house.as("aigul", "POST", "/interactions", {
      typeId: callType,
      subject: "Call",
      plannedFrom: new Date(NOW + 60_000).toISOString(),
      interestId: i.id,
    });
    expect((await house.enqueued()).at(-1)).toMatchObject({ kind: "agent.load", employeeId: aigul.id, plannedPoints: 5, normPoints: null });
    await stage(i, sale().stageIds[1]);
    expect((await house.enqueued()).at(-1)).toMatchObject({ kind: "agent.load", plannedPoints: 8 });
  });
});

describe("the end (IN-02)", () => {
  const close = (i: { id: Id; version: number }, body: object, by: "aigul" | "admin" = "aigul") =>
    house.as(by, "POST", `/interests/${i.id}/close`, { version: i.version, ...body });

  test("lost without a reason is refused; won before the last stage is refused with the stages left; cancelling is a right of its own", async () => {
    const i = await open();
    expect((await close(i, { status: "lost" })).body.code).toBe("loss_reason_required");
    expect((await close(i, { status: "won" })).body).toMatchObject({
      code: "validation",
      details: { unmet: [{ id: sale().stageIds[1] }, { id: sale().stageIds[2] }, { id: sale().stageIds[3] }] },
    });
    expect((await close(i, { status: "cancelled" })).status).toBe(403);
    expect((await close(i, { status: "cancelled" }, "admin")).body).toMatchObject({ status: "cancelled" });
  });

  test("won from the last stage", async () => {
    let i = await open();
    for (const s of sale().stageIds.slice(1)) i = (await stage(i, s)).body;
    const won = await close(i, { status: "won" });
    expect(won.body).toMatchObject({ status: "won", stage: { id: sale().stageIds[3] } });
    expect(won.body.closedAt).not.toBeNull();
    expect(won.body.stageHistory.every((h: { to: string | null }) => h.to !== null)).toBe(true);
    expect((await stage(won.body, sale().stageIds[0])).body.details.fields.status).toBe("won");
  });

  test("with a planned call ahead it asks to keep or cancel it; reopening keeps the history", async () => {
    const i = await open();
    const planned = await house.as("aigul", "POST", "/interactions", {
      typeId: house.company.catalogues.interactionTypes["call"]?.id,
      subject: "Call",
      plannedFrom: new Date(Date.now() + 86_400_000).toISOString(),
      interestId: i.id,
    });
    const lost = { status: "lost", lossReasonId: house.company.catalogues.lossReasons[0] };
    expect((await close(i, lost)).body).toMatchObject({ code: "planned_interactions_remain", details: { count: 1 } });
    house.clock.set(house.clock.now() + 3_600_000);
    const closed = await close(i, { ...lost, plannedInteractions: "cancel", comment: "Too dear" });
    expect(closed.body).toMatchObject({ status: "lost", lossReasonId: lost.lossReasonId });
    expect((await house.as("aigul", "GET", `/interactions?interestId=${i.id}`)).body.items).toMatchObject([{ id: planned.body.id, state: "cancelled" }]);
    const again = await house.as("aigul", "POST", `/interests/${i.id}/reopen`, { version: closed.body.version });
    expect(again.body).toMatchObject({ status: "open", closedAt: null, lossReasonId: null });
    expect(again.body.stageHistory).toHaveLength(2);
  });
});

describe("from a dialog (RG-13)", () => {
  async function dialogOf(person: "aigul" | "dana" = "aigul") {
    const d = await house.dialog({ kind: "site_visitor", value: `v-${Math.random()}` }, { medium: "chat" });
    await house.sql`INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at) VALUES (gen_random_uuid(), ${d.id}, ${house.company.employees[person].id}, 'chat', now())`;
    return d;
  }
  test("one action: person, source and responsible prefilled, the dialog linked, earlier and later messages belong to it", async () => {
    const d = await dialogOf();
    await house.message(d.id, "in", NOW);
    await house.read();
    const i = await open({ customerId: null, title: "From the chat", fromDialogId: d.id });
    expect(i).toMatchObject({ leadId: d.identification.leadId, responsible: { id: house.company.employees.aigul.id } });
    expect(i.sourceId).not.toBeNull();
    await house.message(d.id, "in", NOW + 86_400_000);
    await house.read();
    const rows = await house.sql`SELECT interest_id FROM interaction WHERE dialog_id = ${d.id}`;
    expect(rows.map((r) => r["interest_id"])).toEqual([i.id, i.id]);
  });

  test("the card suggests the title that the customer's first line gives, cut after a whole word, and the source; a letter's subject goes before", async () => {
    const d = await dialogOf();
    await house.message(d.id, "in", NOW);
    await house.sql`UPDATE message SET body = ${`\n  ${"Twelve oak chairs ".repeat(12)}\nSecond line`} WHERE dialog_id = ${d.id}`;
    const suggested = async () => (await house.as("aigul", "GET", `/dialogs/${d.id}/card`)).body.newInterest;
    const first = await suggested();
    expect(first.title).toBe(`${"Twelve oak chairs ".repeat(6).trim()} Twelve oak…`);
    expect(first.sourceId).not.toBeNull();
    await house.sql`UPDATE dialog SET subject = 'Chairs for the hall' WHERE id = ${d.id}`;
    expect((await suggested()).title).toBe("Chairs for the hall");
  });

  test("moved to another Interest with a trace; one of another person is not found; another's dialog neither", async () => {
    const d = await dialogOf();
    const first = await open({ customerId: null, fromDialogId: d.id });
    const second = await open({ customerId: null, leadId: d.identification.leadId });
    const stranger = await open();
    const moved = await house.as("aigul", "PATCH", `/dialogs/${d.id}/party`, { interestId: second.id });
    expect(moved.status, JSON.stringify(moved.body)).toBe(200);
    const [trace] = await house.sql`SELECT changes FROM audit_log WHERE object_kind = 'dialog' AND object_id = ${d.id} ORDER BY id DESC LIMIT 1`;
    expect(trace?.["changes"]).toEqual({ interest_id: [first.id, second.id] });
    expect((await house.as("aigul", "PATCH", `/dialogs/${d.id}/party`, { interestId: stranger.id })).status).toBe(404);
    expect((await house.as("dana", "PATCH", `/dialogs/${d.id}/party`, { interestId: null })).status).toBe(404);
    expect((await house.as("dana", "POST", "/interests", { kindId: sale().id, title: "X", fromDialogId: d.id })).status).toBe(404);
  });
});

test("another department's Interests answer like none: list, card and every change", async () => {
  const theirs = (
    await house.as("dana", "POST", "/interests", {
      kindId: sale().id,
      title: "Danas",
      leadId: (await house.as("dana", "POST", "/leads", { noContact: true })).body.id,
    })
  ).body;
  const ghost = "00000000-0000-4000-8000-000000000000";
  for (const [method, path, body] of [
    ["GET", "", undefined],
    ["PATCH", "", { title: "X", version: 0 }],
    ["POST", "/stage", { stageId: sale().stageIds[1], version: 0 }],
    ["POST", "/close", { status: "won", version: 0 }],
    ["POST", "/reopen", { version: 0 }],
  ] as const) {
    const foreign = await house.as("aigul", method, `/interests/${theirs.id}${path}`, body);
    expect(foreign).toEqual(await house.as("aigul", method, `/interests/${ghost}${path}`, body));
    expect(foreign.status).toBe(404);
  }
  const listed = async (who: "aigul" | "dana") => (await house.as(who, "GET", "/interests?limit=200")).body.items.map((i: { id: Id }) => i.id);
  expect(await listed("aigul")).not.toContain(theirs.id);
  expect(await listed("dana")).toContain(theirs.id);
  expect((await house.as("aigul", "POST", "/interests", { kindId: sale().id, title: "X", leadId: theirs.leadId })).status).toBe(404);
});
