import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
const NOW = Date.parse("2026-03-11T05:00:00Z");
beforeAll(async () => {
  house = await crmHouse();
  house.clock.set(NOW);
});
afterAll(() => house.close());

let next = 1000;
const phone = () => ({ kind: "phone" as const, value: `+7701400${next++}` });
const missed = (value: string | null) =>
  house.sql`SELECT id, attempts, status, dispatched_to, due_at, suggested_purpose_id FROM inquiry WHERE origin = 'missed_call' AND identity_value IS NOT DISTINCT FROM ${value} ORDER BY number`;
const queued = (dialogId: Id) => house.emit([{ kind: "entry.queued", dialogId, payload: { entryId: dialogId, queueId: house.company.queueId, priority: 0 } }]);

test("a caller who got nobody leaves one open inquiry; a further attempt raises its counter (CC-21)", async () => {
  const p = phone();
  await house.call(p, { disposition: "abandoned_queue", startedAt: NOW, seconds: 12 });
  await house.read();
  await house.call(p, { disposition: "no_answer", startedAt: NOW + 60_000, seconds: 12 });
  await house.call(p, { disposition: "fallback", startedAt: NOW + 120_000, seconds: 12 });
  await house.read();
  const rows = await missed(p.value);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ attempts: 3, status: "new", dispatched_to: null, suggested_purpose_id: house.company.catalogues.purposes["buy"] });
  expect(rows[0]?.["due_at"]).not.toBeNull();
});

test.each(["in", "out"] as const)("an answered call with that number (%s) closes it, and the next missed one opens another", async (direction) => {
  const p = phone();
  await house.call(p, { disposition: "abandoned_queue", startedAt: NOW, seconds: 12 });
  await house.call(p, { direction, disposition: "answered", startedAt: NOW + 60_000, seconds: 60, talkers: [{ person: "bolat", seconds: 50 }] });
  await house.read();
  const [closed] = await house.sql`SELECT status, processed_by FROM inquiry WHERE origin = 'missed_call' AND identity_value = ${p.value}`;
  expect(closed).toEqual({ status: "processed", processed_by: house.company.employees.bolat.id });
  await house.call(p, { disposition: "abandoned_queue", startedAt: NOW + 120_000, seconds: 12 });
  await house.read();
  expect((await missed(p.value)).map((r) => r["status"])).toEqual(["processed", "new"]);
});

test("a known customer's missed call goes to the responsible", async () => {
  const p = phone();
  await house.as("admin", "POST", "/customers", {
    kind: "person",
    name: "Ivan",
    responsibleId: house.company.employees.aigul.id,
    contactPoints: [{ kind: "phone", value: p.value }],
  });
  await house.call(p, { disposition: "abandoned_queue", startedAt: NOW, seconds: 12 });
  await house.read();
  expect((await missed(p.value))[0]).toMatchObject({ status: "dispatched", dispatched_to: house.company.employees.aigul.id });
});

test("missed calls stand in a list of their own with number, attempts and deadline, until somebody closes one by hand with a reason", async () => {
  const p = phone();
  await house.call(p, { disposition: "abandoned_queue", startedAt: NOW, seconds: 12 });
  await house.call(p, { disposition: "no_answer", startedAt: NOW + 1_000, seconds: 12 });
  await house.read();
  const listed = async (query: string) =>
    (await house.as("head", "GET", `/inquiries?${query}&limit=200`)).body.items.find((i: { identityValue: string | null }) => i.identityValue === p.value);
  const item = await listed("origin=missed_call&status=unprocessed");
  expect(item).toMatchObject({ origin: "missed_call", attempts: 2, status: "new", dueAt: expect.any(String) });
  expect(await listed("origin=email")).toBeUndefined();
  expect((await house.as("dana", "POST", `/inquiries/${item.id}/reject`, { version: item.version, reason: "" })).status).toBe(422);
  const closed = await house.as("aigul", "POST", `/inquiries/${item.id}/reject`, { version: item.version, reason: "Reached by e-mail" });
  expect(closed.body).toMatchObject({ status: "rejected", rejectReason: "Reached by e-mail", processedBy: { id: house.company.employees.aigul.id } });
  expect(await listed("origin=missed_call&status=unprocessed")).toBeUndefined();
  await house.call(p, { disposition: "abandoned_queue", startedAt: NOW + 60_000, seconds: 12 });
  await house.read();
  expect(await listed("origin=missed_call&status=unprocessed")).toMatchObject({ attempts: 1, status: "new" });
});

test("withheld numbers cannot be told apart: each call has its own inquiry", async () => {
  for (let i = 0; i < 2; i++) await house.call({ kind: "phone", value: null }, { disposition: "abandoned_queue", startedAt: NOW + i, seconds: 12 });
  await house.read();
  expect(await missed(null)).toHaveLength(2);
});

test("a blocked caller leaves none", async () => {
  const p = phone();
  await house.sql`INSERT INTO exclusion (kind, value_norm, reason) VALUES ('phone', ${p.value}, 'spam')`;
  await house.call(p, { disposition: "abandoned_queue", startedAt: NOW, seconds: 12 });
  await house.read();
  expect(await missed(p.value)).toHaveLength(0);
});

test("the reception of a ringing call that is given up becomes the missed call", async () => {
  const p = phone();
  const d = await house.dialog(p);
  expect((await house.as("admin", "GET", `/dialogs/${d.id}/reception`)).status).toBe(200);
  await house.call(p, { dialogId: d.id, disposition: "abandoned_queue", startedAt: NOW, seconds: 12 });
  await house.read();
  expect(await house.sql`SELECT origin, status FROM inquiry WHERE dialog_id = ${d.id}`).toEqual([{ origin: "missed_call", status: "new" }]);
});

test("a waiting chat and a waiting letter open one inquiry each, a waiting call none before it is answered", async () => {
  const chat = await house.dialog({ kind: "site_visitor", value: "v-1" }, { medium: "chat" });
  const letter = await house.dialog({ kind: "email", value: "ivan@acme.example" }, { medium: "mail" });
  const call = await house.dialog(phone());
  for (const d of [chat, letter, call]) {
    await queued(d.id);
    await queued(d.id);
  }
  await house.read();
  const origins = async (id: Id) => (await house.sql`SELECT origin FROM inquiry WHERE dialog_id = ${id}`).map((r) => r["origin"]);
  expect([await origins(chat.id), await origins(letter.id), await origins(call.id)]).toEqual([["message"], ["email"], []]);
  await house.emit([{ kind: "dialog.assigned", dialogId: call.id, payload: { employeeId: house.company.employees.aigul.id, by: null, offerId: null } }]);
  await house.read();
  expect(await origins(call.id)).toEqual(["call"]);
});

test("outgoing dialogs open none", async () => {
  const d = await house.dialog(phone(), { direction: "out" });
  await house.emit([{ kind: "dialog.assigned", dialogId: d.id, payload: { employeeId: house.company.employees.aigul.id, by: null, offerId: null } }]);
  await house.read();
  expect(await house.sql`SELECT 1 FROM inquiry WHERE dialog_id = ${d.id}`).toHaveLength(0);
});
