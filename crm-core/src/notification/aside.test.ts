import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

// Whoever keeps the channels hears of what the router set aside.
let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

const run = () => house.crm.jobs.find((j) => j.name === "routing-aside")?.run();
const told = async (person: Person) =>
  (await house.as(person, "GET", "/notifications?unread=true&limit=200")).body.items.filter((n: { kind: string }) => n.kind === "routing.aside");
const setAside = (id: number) => house.sql`
  INSERT INTO routing_quarantine (id, input, error) VALUES (${id}, ${house.sql.json({ kind: "dialog.opened", dialogId: "x", at: 1 })}, ${"Error: the queue is unknown\n    at decide"})`;

test("each is told once to who may change channels, with its reason and a link; what has left the list is no news any more", async () => {
  await setAside(4711);
  await run();
  await run();
  const [notice, ...more] = await told("admin");
  expect([more, await told("head"), await told("aigul")]).toEqual([[], [], []]);
  expect(notice).toMatchObject({ object: { kind: "routing_input" }, payload: { reason: "Error: the queue is unknown", at: expect.any(String) } });
  await setAside(4712);
  await run();
  expect(await told("admin")).toHaveLength(2);
  await house.sql`DELETE FROM routing_quarantine WHERE id = 4711`;
  await run();
  expect(await told("admin")).toHaveLength(1);
  await house.sql`DELETE FROM routing_quarantine`;
  await run();
  expect(await told("admin")).toEqual([]);
});

test("whoever wants no such notice gets none", async () => {
  await house.as("admin", "PUT", "/notifications/preferences", { events: [{ event: "routing.aside", channels: [], leadMinutes: null }] });
  await setAside(4713);
  await run();
  expect(await told("admin")).toEqual([]);
});
