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
    house.clock.set(NOW);
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
