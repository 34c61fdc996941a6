import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
let customerId: Id;
/** 10:00 in Almaty. */
const NOW = Date.parse("2026-03-11T05:00:00Z");
const DAY = 86_400_000;
beforeAll(async () => {
  house = await crmHouse();
  house.clock.set(NOW);
  customerId = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Romashka" })).body.id;
});
afterAll(() => house.close());
const typeId = () => house.company.catalogues.interactionTypes["call"]?.id as Id;
const plan = async (at: number, body: object = {}, by: "aigul" | "dana" = "aigul") => {
  const r = await house.as(by, "POST", "/interactions", { typeId: typeId(), subject: "Call", plannedFrom: new Date(at).toISOString(), customerId, ...body });
  expect(r.status, JSON.stringify(r.body)).toBe(201);
  return r.body;
};

describe("plan and complete (IA-01)", () => {
  test("a call planned for tomorrow at ten is completed with the next step in three days, in one save", async () => {
    const planned = await plan(NOW + DAY);
    expect(planned).toMatchObject({
      state: "planned",
      executor: { id: house.company.employees.aigul.id },
      plannedFrom: new Date(NOW + DAY).toISOString().replace("Z", "+00:00").replace(".000", ""),
    });
    house.clock.set(NOW + DAY + 60_000);
    const done = await house.as("aigul", "POST", `/interactions/${planned.id}/complete`, {
      result: "Agreed",
      version: planned.version,
      next: { typeId: typeId(), subject: "Send the offer", plannedFrom: new Date(NOW + 4 * DAY).toISOString() },
    });
    expect(done.body).toMatchObject({ state: "done", result: "Agreed", version: planned.version + 1 });
    const { items } = (await house.as("aigul", "GET", `/interactions?customerId=${customerId}&state=planned`)).body;
    expect(items).toMatchObject([{ subject: "Send the offer", customerId }]);
    const [row] = await house.sql`SELECT parent_id, points FROM interaction WHERE id = ${items[0].id}`;
    expect(row?.["parent_id"]).toBe(planned.id);
    expect((await house.sql`SELECT points, is_touch FROM interaction WHERE id = ${planned.id}`)[0]).toEqual({ points: 5, is_touch: true });

    const patch = (body: object) => house.as("aigul", "PATCH", `/interactions/${planned.id}`, { ...body, version: done.body.version });
    for (const [field, value] of Object.entries({ subject: "Other", place: "Office", minutes: 5, plannedFrom: new Date(NOW).toISOString() })) {
      const refused = await patch({ [field]: value });
      expect([refused.status, refused.body.details.fields]).toEqual([422, { [field]: "immutable" }]);
    }
    const again = await house.as("aigul", "POST", `/interactions/${planned.id}/complete`, { version: done.body.version });
    expect(again.body.details.fields).toEqual({ state: "done" });

    const reminder = NOW + 4 * DAY - 15 * 60_000;
    expect(Date.parse((await house.as("aigul", "GET", `/interactions/${items[0].id}`)).body.remindAt)).toBe(reminder);
    const reminded = async (at: number) => {
      house.clock.set(at);
      await house.crm.jobs.find((j) => j.name === "reminders")?.run();
      const list = (await house.as("aigul", "GET", "/notifications?unread=true&limit=200")).body.items;
      return list.map((n: { kind: string; payload: { title: string } }) => [n.kind, n.payload.title]);
    };
    expect(await reminded(reminder - 1000)).toEqual([]);
    expect(await reminded(reminder)).toEqual([["interaction.soon", "Send the offer"]]);
    house.clock.set(NOW);
  });

  test("completed late, it took place just now, as long as it was planned; or when one says it did", async () => {
    const late = async (body: object) => {
      const planned = await plan(NOW - 3 * DAY);
      const r = await house.as("aigul", "POST", `/interactions/${planned.id}/complete`, { version: planned.version, ...body });
      return { status: r.status, body: r.body, times: [Date.parse(r.body.occurredFrom) - NOW, Date.parse(r.body.occurredTo) - NOW] };
    };
    expect((await late({})).times).toEqual([-15 * 60_000, 0]);
    expect((await late({ minutes: 40 })).times).toEqual([-40 * 60_000, 0]);
    const said = await late({ occurredFrom: new Date(NOW - 2 * DAY).toISOString(), minutes: 30 });
    expect(said.times).toEqual([-2 * DAY, -2 * DAY + 30 * 60_000]);
    const refused = await late({ occurredFrom: new Date(NOW + 3_600_000).toISOString() });
    expect([refused.status, refused.body.details.fields]).toEqual([422, { occurredFrom: "in_future" }]);
    const words = await house.as("aigul", "PATCH", `/interactions/${said.body.id}`, { result: "A day to put the words right", version: said.body.version });
    expect(words.status, "the day begins when it was said to be over").toBe(200);
    expect((await house.as("aigul", "GET", `/interactions/${said.body.id}`)).body.actions).toContain("correct");
  });

  test("what was done is registered with its time, direction, Interest and result; a plan has none, and nothing took place in the future", async () => {
    const kind = house.company.catalogues.interestKinds["sale"] as { id: Id };
    const { aigul } = house.company.employees;
    const lotos = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Lotos", responsibleId: aigul.id })).body.id;
    const interest = (await house.as("admin", "POST", "/interests", { kindId: kind.id, title: "Chairs", customerId: lotos, responsibleId: aigul.id })).body;
    const post = (body: object) => house.as("aigul", "POST", "/interactions", { typeId: typeId(), subject: "Talked", customerId: lotos, ...body });
    const from = new Date(NOW - 5 * 3_600_000).toISOString();
    const r = await post({ occurredFrom: from, minutes: 20, direction: "in", interestId: interest.id, result: "Wants six" });
    expect(r.body).toMatchObject({ state: "done", direction: "in", interestId: interest.id, result: "Wants six" });
    expect([Date.parse(r.body.occurredFrom), Date.parse(r.body.occurredTo)]).toEqual([NOW - 5 * 3_600_000, NOW - 5 * 3_600_000 + 20 * 60_000]);
    const [card] = await house.sql`SELECT last_touch_at FROM customer WHERE id = ${lotos}`;
    expect(card?.["last_touch_at"]).toEqual(new Date(NOW - 5 * 3_600_000 + 20 * 60_000));
    const [trace] = await house.sql`SELECT changes FROM audit_log WHERE object_id = ${r.body.id} AND action = 'create'`;
    expect(trace?.["changes"]["occurred_from"]).toEqual([null, new Date(NOW - 5 * 3_600_000).toISOString()]);
    expect((await post({ occurredFrom: new Date(NOW + 3_600_000).toISOString() })).body.details.fields).toEqual({ occurredFrom: "in_future" });
    expect((await post({ occurredFrom: from, plannedFrom: from })).body.details.fields).toEqual({ occurredFrom: "planned" });
  });

  test("a bad next step leaves the planned one planned", async () => {
    const planned = await plan(NOW + DAY);
    const r = await house.as("aigul", "POST", `/interactions/${planned.id}/complete`, { version: planned.version, next: { typeId: planned.id, subject: "X" } });
    expect(r.body.code).toBe("validation");
    expect((await house.sql`SELECT state FROM interaction WHERE id = ${planned.id}`)[0]?.["state"]).toBe("planned");
  });

  test("a done one is immutable but for its words, by its author, for a day; the change is audited", async () => {
    const r = await house.as("aigul", "POST", "/interactions", { typeId: typeId(), subject: "Talked", customerId });
    expect(r.body).toMatchObject({ state: "done" });
    const patch = (body: object, version: number, by: "aigul" | "head" = "aigul") => house.as(by, "PATCH", `/interactions/${r.body.id}`, { ...body, version });
    expect((await patch({ subject: "Other" }, 0)).body.details.fields).toEqual({ subject: "immutable" });
    expect((await patch({ plannedFrom: new Date(NOW).toISOString() }, 0)).body.details.fields).toEqual({ plannedFrom: "immutable" });
    expect((await patch({ result: "Not mine" }, 0, "head")).body.details.fields).toEqual({ result: "not_author" });
    expect((await patch({ result: "Better words" }, 0)).body).toMatchObject({ result: "Better words", version: 1 });
    const [row] = await house.sql`SELECT changes FROM audit_log WHERE object_id = ${r.body.id} AND action = 'edit'`;
    expect(row?.["changes"]).toEqual({ result: [null, "Better words"] });
    house.clock.set(NOW + DAY + 1000);
    expect((await patch({ result: "Too late" }, 1)).body.details.fields).toEqual({ result: "too_late" });
    expect((await house.as("aigul", "POST", `/interactions/${r.body.id}/complete`, { version: 1 })).body.details.fields).toEqual({ state: "done" });
    house.clock.set(NOW);
  });

  test("moved, cancelled, and the old version refused", async () => {
    const planned = await plan(NOW + DAY);
    const moved = await house.as("aigul", "PATCH", `/interactions/${planned.id}`, {
      plannedFrom: new Date(NOW + 2 * DAY).toISOString(),
      version: planned.version,
    });
    expect(new Date(moved.body.plannedFrom).getTime()).toBe(NOW + 2 * DAY);
    expect(new Date(moved.body.plannedTo).getTime()).toBe(NOW + 2 * DAY + 15 * 60_000);
    expect((await house.sql`SELECT reschedule_count FROM interaction WHERE id = ${planned.id}`)[0]?.["reschedule_count"]).toBe(1);
    expect((await house.as("aigul", "POST", `/interactions/${planned.id}/cancel`, { version: planned.version })).body).toMatchObject({
      code: "version_conflict",
      details: { current: { id: planned.id } },
    });
    expect((await house.as("aigul", "POST", `/interactions/${planned.id}/cancel`, { version: moved.body.version })).body.state).toBe("cancelled");
  });

  test("nobody to relate it to, an unknown type, a foreign executor are refused", async () => {
    const post = (body: object) => house.as("aigul", "POST", "/interactions", { typeId: typeId(), subject: "X", ...body });
    expect((await post({})).body.details.fields).toEqual({ customerId: "required" });
    expect((await post({ typeId: customerId, customerId })).body.details.fields).toEqual({ typeId: "unknown" });
    expect((await post({ customerId, executorId: house.company.employees.bolat.id })).status).toBe(403);
  });

  test("another department's planned calls answer like none", async () => {
    const lead = (await house.as("dana", "POST", "/leads", { noContact: true })).body;
    const theirs = await plan(NOW + DAY, { customerId: null, leadId: lead.id }, "dana");
    const ghost = "00000000-0000-4000-8000-000000000000";
    for (const [method, path, body] of [
      ["PATCH", "", { subject: "X", version: 0 }],
      ["POST", "/complete", { version: 0 }],
      ["POST", "/cancel", { version: 0 }],
    ] as const) {
      const foreign = await house.as("aigul", method, `/interactions/${theirs.id}${path}`, body);
      expect(foreign).toEqual(await house.as("aigul", method, `/interactions/${ghost}${path}`, body));
      expect(foreign.status).toBe(404);
    }
    expect((await house.as("aigul", "GET", `/interactions?leadId=${lead.id}`)).body.items).toEqual([]);
    expect((await house.as("aigul", "POST", "/interactions", { typeId: typeId(), subject: "X", leadId: lead.id })).status).toBe(404);
    expect((await house.as("dana", "GET", `/interactions?leadId=${lead.id}`)).body.items).toHaveLength(1);
  });
});
