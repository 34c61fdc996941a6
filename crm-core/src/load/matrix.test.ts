import type { LoadMatrix } from "@kommutator/contract/api/load-point";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
let customerId: Id;
const NOW = Date.parse("2026-03-11T05:00:00Z");
beforeAll(async () => {
  house = await crmHouse();
  house.clock.set(NOW);
  customerId = (await house.as("aigul", "POST", "/customers", { kind: "company", name: "Romashka" })).body.id;
});
afterAll(() => house.close());

/** Points of each type by stage as the rules have them (B2): first contact, need analysis, offer, contract. */
const STARTER = { call: [5, 8, 10, 6], letter: [3, 4, 6, 4], meeting: [20, 30, 30, 25], message: [1, 1, 1, 1], sms: [1, 1, 1, 1] };
const TYPES = Object.keys(STARTER) as (keyof typeof STARTER)[];

const typeId = (code: string) => house.company.catalogues.interactionTypes[code]?.id as Id;
const stages = () => house.company.catalogues.interestKinds["sale"]?.stageIds as [Id, Id, Id, Id];
const read = async (): Promise<LoadMatrix> => (await house.as("aigul", "GET", "/load-points")).body;
const write = async (cells: object[], version?: number, by: "admin" | "aigul" = "admin") =>
  house.as(by, "PUT", "/load-points", { cells, version: version ?? (await read()).version });
async function interest(): Promise<{ id: Id; version: number }> {
  const { body } = await house.as("aigul", "POST", "/interests", {
    kindId: house.company.catalogues.interestKinds["sale"]?.id,
    title: "Chairs",
    customerId,
    parallelReason: "another floor",
  });
  return body;
}
async function plan(type: string, interestId?: Id): Promise<{ id: Id; version: number }> {
  const answer = await house.as("aigul", "POST", "/interactions", {
    typeId: typeId(type),
    subject: type,
    plannedFrom: new Date(NOW + 3_600_000).toISOString(),
    ...(interestId === undefined ? { customerId } : { interestId }),
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}
const weighs = async ({ id }: { id: Id }): Promise<number> => (await house.as("aigul", "GET", `/interactions/${id}`)).body.loadPoints;
const told = async () => (await house.enqueued()).filter((i) => i.kind === "agent.load").at(-1);

describe("the load matrix (IA-09, B2)", () => {
  test("the starter matrix, number for number: what is planned weighs by the stage its Interest is in, what is done stays as it was", async () => {
    let i = await interest();
    const planned = Object.fromEntries(await Promise.all(TYPES.map(async (type) => [type, await plan(type, i.id)] as const)));
    const done = await plan("call", i.id);
    expect((await house.as("aigul", "POST", `/interactions/${done.id}/complete`, { state: "done", result: "Spoke", version: done.version })).status).toBe(200);
    for (const [at, stageId] of stages().entries()) {
      if (at > 0) i = (await house.as("aigul", "POST", `/interests/${i.id}/stage`, { stageId, version: i.version })).body;
      const weights = Object.fromEntries(await Promise.all(TYPES.map(async (type) => [type, await weighs(planned[type] as { id: Id })] as const)));
      expect(weights).toEqual(Object.fromEntries(TYPES.map((type) => [type, STARTER[type][at]])));
      expect(await told()).toMatchObject({ plannedPoints: TYPES.reduce((sum, type) => sum + (STARTER[type][at] ?? 0), 0) });
      expect(await weighs(done)).toBe(5);
    }
  });

  test("a changed cell is planned by at once, and the router hears of it; what is done keeps its points, and the audit tells old and new", async () => {
    const before = (await told()) as { plannedPoints: number };
    const i = await interest();
    const [item, done] = [await plan("call", i.id), await plan("call", i.id)];
    await house.as("aigul", "POST", `/interactions/${done.id}/complete`, { state: "done", result: "Spoke", version: done.version });
    const cell = { typeId: typeId("call"), stageId: stages()[0], points: 7.5 };
    const { version } = await read();
    const changed = await write([cell], version);
    expect(changed).toMatchObject({ status: 200, body: { version: version + 1 } });
    expect(changed.body.cells).toContainEqual(cell);
    expect([await weighs(item), await weighs(done)]).toEqual([7.5, 5]);
    expect(await told()).toMatchObject({ employeeId: house.company.employees.aigul.id, plannedPoints: before.plannedPoints + 7.5 });
    const [row] = await house.sql`SELECT action, changes FROM audit_log WHERE object_kind = 'load_matrix' ORDER BY id DESC LIMIT 1`;
    expect(row).toEqual({ action: "edit", changes: { "Call · Sale · Contact": [5, 7.5] } });
    expect((await write([cell])).body.version).toBe(version + 1);
  });

  test("an emptied cell falls back to any stage, and that to one point; without an Interest any stage is meant", async () => {
    const i = await interest();
    const [within, alone] = [await plan("call", i.id), await plan("call")];
    const call = typeId("call");
    await write([
      { typeId: call, stageId: stages()[0], points: 12 },
      { typeId: call, stageId: null, points: 4 },
    ]);
    expect([await weighs(within), await weighs(alone)]).toEqual([12, 4]);
    await write([{ typeId: call, stageId: stages()[0], points: null }]);
    expect([await weighs(within), await weighs(alone)]).toEqual([4, 4]);
    await write([{ typeId: call, stageId: null, points: null }]);
    expect([await weighs(within), await weighs(alone)]).toEqual([1, 1]);
    await write([{ typeId: call, stageId: null, points: 0 }]);
    expect([await weighs(within), await weighs(alone)]).toEqual([0, 0]);
  });

  test("a type that is added weighs one point until it is given points, and takes them at once (IA-02)", async () => {
    const body = { name: "Visit", code: "visit" };
    const made = await house.as("admin", "POST", "/catalogues/interaction-types", body);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const item = await house.as("aigul", "POST", "/interactions", {
      typeId: made.body.id,
      subject: "Visit",
      plannedFrom: new Date(NOW + 3_600_000).toISOString(),
      customerId,
    });
    expect(await weighs(item.body)).toBe(1);
    expect((await write([{ typeId: made.body.id, stageId: null, points: 15 }])).status).toBe(200);
    expect(await weighs(item.body)).toBe(15);
  });

  test("two administrators: the second gets the matrix as it is, nothing of hers is written, and the audit knows of the attempt", async () => {
    const { version } = await read();
    const mine = { typeId: typeId("letter"), stageId: stages()[1], points: 9 };
    expect((await write([mine], version)).status).toBe(200);
    const late = await write([{ ...mine, points: 2 }], version);
    expect(late).toMatchObject({ status: 409, body: { code: "version_conflict", details: { current: { version: version + 1 } } } });
    expect(late.body.details.current.cells).toContainEqual(mine);
    expect((await read()).cells).toContainEqual(mine);
    const [row] = await house.sql`SELECT action FROM audit_log WHERE object_kind = 'load_matrix' ORDER BY id DESC LIMIT 1`;
    expect(row?.["action"]).toBe("conflict");
  });

  test("an agent reads it and may not change it; every fault is named", async () => {
    const cell = { typeId: typeId("call"), stageId: null, points: 3 };
    expect((await write([cell], undefined, "aigul")).status).toBe(403);
    const faults = async (...cells: object[]) => (await write(cells)).body.details.fields;
    expect(await faults({ ...cell, typeId: customerId, stageId: customerId })).toEqual({ typeId: "unknown", stageId: "unknown" });
    expect(await faults(cell, cell)).toEqual({ cells: "duplicate" });
    for (const points of [-1, 10_000, 0.001, "3"]) expect((await write([{ ...cell, points }])).status).toBe(422);
  });
});
