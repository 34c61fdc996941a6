import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
let customerId: Id;
beforeAll(async () => {
  house = await crmHouse();
  customerId = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Romashka" })).body.id;
});
afterAll(() => house.close());

const admin = (method: "POST" | "PATCH" | "PUT", path: string, body: object = {}) => house.as("admin", method, path, body);
async function kind(stages: string[], processMode = "manual") {
  let view = (await admin("POST", "/interest-kinds", { name: `Kind ${Math.random()}`, processMode })).body;
  for (const name of stages) view = (await admin("POST", `/interest-kinds/${view.id}/stages`, { name, plannedSeconds: 3600 })).body;
  return view;
}
async function open(kindId: Id, body: object = {}, by: "aigul" | "dana" = "aigul") {
  const r = await house.as(by, "POST", "/interests", { kindId, title: "Chairs", customerId, parallelReason: "test", ...body });
  expect(r.status, JSON.stringify(r.body)).toBe(201);
  return r.body;
}
const names = (view: { stages: { name: string; archived: boolean }[] }) => view.stages.filter((s) => !s.archived).map((s) => s.name);

describe("kinds and stages (IN-03)", () => {
  test("an administrator makes a kind with any stages, sets plan, instruction and required fields, and puts them in order; an agent may only read", async () => {
    const k = await kind(["Contact", "Offer", "Need"]);
    const [contact, offer, need] = k.stages;
    expect((await house.as("aigul", "PATCH", `/stages/${offer.id}`, { name: "X", version: 0 })).status).toBe(403);
    expect((await house.as("aigul", "POST", "/interest-kinds", { name: "X", processMode: "none" })).status).toBe(403);
    const edited = await admin("PATCH", `/stages/${need.id}`, {
      plannedSeconds: 7200,
      instruction: "Ask why",
      requiredFields: ["amount"],
      version: need.version,
    });
    expect(edited.body.stages[2]).toMatchObject({ plannedSeconds: 7200, instruction: "Ask why", requiredFields: ["amount"] });
    const ordered = await admin("PUT", `/interest-kinds/${k.id}/order`, { stageIds: [contact.id, need.id, offer.id], version: edited.body.version });
    expect(names(ordered.body)).toEqual(["Contact", "Need", "Offer"]);
    const half = await admin("PUT", `/interest-kinds/${k.id}/order`, { stageIds: [contact.id], version: ordered.body.version });
    expect(half.body.details.fields.stageIds).toBe("incomplete");
    expect((await house.as("aigul", "GET", "/interest-kinds")).body.map((x: { id: Id }) => x.id)).toContain(k.id);
    for (const bad of [{ name: " " }, { name: "X", plannedSeconds: 0 }, { name: "X", requiredFields: ["colour"] }, { name: "X", branches: [customerId] }])
      expect((await admin("POST", `/interest-kinds/${k.id}/stages`, bad)).status).toBe(422);
    expect((await admin("POST", "/interest-kinds", { code: "sale", name: "Sale", processMode: "none" })).body.code).toBe("duplicate");
  });

  test("a stage is named in the reader's language, in the lists and in histories", async () => {
    const k = await kind(["Contact", "Need"]);
    const [, need] = k.stages;
    expect((await admin("PATCH", `/stages/${need.id}`, { translations: { kk: "Қажеттілік" }, version: need.version })).body.stages[1]).toMatchObject({
      name: "Need",
      translations: { kk: "Қажеттілік" },
    });
    const i = await open(k.id);
    await admin("POST", `/interests/${i.id}/stage`, { stageId: need.id, version: i.version });
    await house.sql`UPDATE interest SET created_at = created_at - interval '1 hour' WHERE id = ${i.id}`;
    const read = async () => ({
      name: (await house.as("admin", "GET", "/catalogues")).body.names[need.id],
      moved: (await house.as("admin", "GET", `/customers/${customerId}/feed?interestId=${i.id}&kind=stage`)).body.items
        .map((x: { title: string }) => x.title)
        .sort(),
    });
    expect(await read()).toEqual({ name: undefined, moved: ["Contact", "Need"] });
    await admin("PATCH", "/me", { locale: "kk" });
    expect(await read()).toEqual({ name: "Қажеттілік", moved: ["Contact", "Қажеттілік"] });
    await admin("PATCH", "/me", { locale: "ru" });
  });

  test("renaming keeps the history; two administrators: the second sees the kind as it is", async () => {
    const k = await kind(["Contact", "Need"]);
    const i = await open(k.id);
    const [stage] = k.stages;
    expect((await admin("PATCH", `/stages/${stage.id}`, { name: "First contact", version: stage.version })).status).toBe(200);
    const late = await admin("PATCH", `/stages/${stage.id}`, { name: "Hello", version: stage.version });
    expect(late).toMatchObject({ status: 409, body: { code: "version_conflict", details: { current: { stages: [{ name: "First contact" }, {}] } } } });
    expect((await house.as("aigul", "GET", `/interests/${i.id}`)).body.stageHistory).toMatchObject([{ stage: { id: stage.id, name: "First contact" } }]);
    const [row] = await house.sql`SELECT changes FROM audit_log WHERE object_id = ${stage.id} AND action = 'edit'`;
    expect(row?.["changes"]).toEqual({ name: ["Contact", "First contact"] });
  });

  test("a used stage is archived, never deleted; Interests in it are moved first, and it stays in their history", async () => {
    const k = await kind(["Contact", "Need", "Offer"]);
    const i = await open(k.id);
    const [contact, need] = k.stages;
    expect((await admin("POST", `/stages/${contact.id}/archive`)).body).toMatchObject({ code: "in_use", details: { count: 1 } });
    const archived = await admin("POST", `/stages/${contact.id}/archive`, { moveToId: need.id });
    expect(names(archived.body)).toEqual(["Need", "Offer"]);
    const now = (await house.as("aigul", "GET", `/interests/${i.id}`)).body;
    expect(now).toMatchObject({ stage: { id: need.id }, stageHistory: [{ stage: { id: contact.id } }, { stage: { id: need.id }, to: null }] });
    expect((await house.as("aigul", "POST", `/interests/${i.id}/stage`, { stageId: contact.id, version: now.version })).body.details.fields.stageId).toBe(
      "not_of_kind",
    );
    expect(names((await admin("POST", `/stages/${contact.id}/restore`)).body)).toEqual(["Need", "Offer", "Contact"]);
  });

  test("an archived kind takes no new Interests, running ones go on", async () => {
    const k = await kind(["A", "B"]);
    const i = await open(k.id);
    expect((await admin("POST", `/interest-kinds/${k.id}/archive`)).body.archived).toBe(true);
    expect((await house.as("aigul", "POST", "/interests", { kindId: k.id, title: "X", customerId, parallelReason: "x" })).body.details.fields.kindId).toBe(
      "unknown",
    );
    expect((await house.as("aigul", "POST", `/interests/${i.id}/stage`, { stageId: k.stages[1].id, version: i.version })).status).toBe(200);
    expect((await admin("POST", `/interest-kinds/${k.id}/restore`)).body.archived).toBe(false);
  });

  test("conditions and lists keep their ticks when they are renamed; what is left out is archived", async () => {
    const k = await kind(["A"]);
    const made = (await admin("PATCH", `/interest-kinds/${k.id}`, { conditions: [{ name: "Paid" }, { name: "Signed" }], version: k.version })).body;
    const i = await open(k.id);
    const [paid] = made.conditions;
    await house.as("aigul", "PUT", `/interests/${i.id}/checks/${paid.id}`, { checked: true });
    await admin("PATCH", `/interest-kinds/${k.id}`, { conditions: [{ id: paid.id, name: "Paid in full" }], version: made.version });
    expect((await house.as("aigul", "GET", `/interests/${i.id}`)).body.checks).toMatchObject([
      { id: paid.id, name: "Paid in full", checkedAt: expect.any(String) },
    ]);
    const foreign = await admin("PATCH", `/interest-kinds/${k.id}`, { conditions: [{ id: k.id, name: "X" }], version: made.version + 1 });
    expect(foreign.body.details.fields.conditions).toBe("unknown");
  });
});

describe("the board of a kind (IN-10)", () => {
  test("a column for each stage with count and sum, the cards one may see with timers, and who may move them", async () => {
    const k = await kind(["A", "B"]);
    const mine = await open(k.id, { amount: 100 });
    await open(k.id, { amount: 50, currency: "USD" });
    const theirs = await open(
      k.id,
      { customerId: (await house.as("dana", "POST", "/customers", { kind: "company", name: "Lotos" })).body.id, amount: 1000 },
      "dana",
    );
    await house.as("aigul", "POST", `/interests/${mine.id}/stage`, { stageId: k.stages[1].id, version: mine.version });
    const board = (await house.as("aigul", "GET", `/interests/board?kindId=${k.id}`)).body;
    expect(board.columns).toMatchObject([
      { name: "A", count: 1, sums: [{ currency: "USD", amount: 50 }], plannedSeconds: 3600 },
      { name: "B", count: 1, sums: [{ currency: "KZT", amount: 100 }] },
    ]);
    expect(board.cards).toHaveLength(2);
    expect(board.cards.find((c: { id: Id }) => c.id === mine.id)).toMatchObject({
      stageId: k.stages[1].id,
      party: "Romashka",
      movable: true,
      flags: [],
      timer: { state: "on_time", plannedSeconds: 3600 },
    });
    expect((await house.as("bolat", "GET", `/interests/board?kindId=${k.id}`)).body.cards.map((c: { movable: boolean }) => c.movable)).toEqual([false, false]);
    expect((await house.as("admin", "GET", `/interests/board?kindId=${k.id}`)).body.cards).toHaveLength(3);
    const some = (await house.as("aigul", "GET", `/interests/board/cards?kindId=${k.id}&ids=${mine.id},${theirs.id}`)).body;
    expect(some.cards.map((c: { id: Id }) => c.id)).toEqual([mine.id]);
    expect(some.columns[1].count).toBe(1);
    expect((await house.as("aigul", "GET", `/interests/board?kindId=${customerId}`)).status).toBe(404);
    expect((await house.as("aigul", "GET", `/interests/board/cards?kindId=${k.id}&ids=x`)).status).toBe(422);
    const responsibleId = house.company.employees.bolat.id;
    expect(
      (await house.as("aigul", "GET", `/interests/board?kindId=${k.id}&responsibleId=${responsibleId}`)).body.columns.map((c: { count: number }) => c.count),
    ).toEqual([0, 0]);
  });

  test("two people move the same card at once: one moves it, the other gets it as it is", async () => {
    const k = await kind(["A", "B", "C"]);
    const i = await open(k.id);
    const answers = await Promise.all(
      [k.stages[1].id, k.stages[2].id].map((stageId, n) =>
        house.as(n === 0 ? "aigul" : "head", "POST", `/interests/${i.id}/stage`, { stageId, version: i.version }),
      ),
    );
    expect(answers.map((a) => a.status).sort()).toEqual([200, 409]);
    const [won, lost] = answers[0]?.status === 200 ? answers : answers.toReversed();
    expect(lost?.body.details.current).toMatchObject({ stage: won?.body.stage, version: i.version + 1 });
  });
});
