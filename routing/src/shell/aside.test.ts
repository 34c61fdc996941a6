import { randomUUID } from "node:crypto";
import type { AsideInput } from "@kommutator/contract/api/aside";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { adminOf, Desk, headOf } from "./desk.fixture.ts";

// What the router could not decide and set aside: seen, tried again, done with.
let desk: Desk;
let ann: Id;

beforeAll(async () => {
  desk = await Desk.build();
});
afterAll(() => desk.db.drop());
beforeEach(async () => {
  [ann] = (await desk.open(1)) as [Id];
  const admin = adminOf(ann, desk.made.department);
  desk.who = { ...admin, permissions: { ...admin.permissions, channel: { edit: "all" } } };
});
afterEach(async () => {
  await desk.db.sql`DELETE FROM routing_quarantine`;
  await desk.close();
});

const list = async () => (await desk.call("GET", "/routing/aside")).body as AsideInput[];
/** Something comes about a dialog that has no row: it cannot be stored. */
async function setAside(dialogId: Id): Promise<AsideInput> {
  await desk.house.send(desk.house.opened(dialogId, desk.made.queue, "chat"));
  await desk.house.quiet();
  const [first] = await list();
  return first as AsideInput;
}
const row = (id: Id) => desk.db.sql`
  INSERT INTO dialog (id, channel_id, thread_key, medium, identity_kind, identity_value, identity_result, opened_at) VALUES (${id}, ${desk.made.channels.chat}, ${id}, 'chat', 'web', ${id}, 'new', now())`;

test("an input set aside is listed with its reason; mended, it is tried again, and the dialog waits or is offered at last", async () => {
  const dialogId = randomUUID();
  const aside = await setAside(dialogId);
  expect(aside).toMatchObject({
    kind: "dialog.opened",
    dialog: null,
    error: expect.stringContaining("foreign key"),
    details: expect.stringContaining("foreign key"),
  });
  expect(aside.error).not.toContain("\n");
  await row(dialogId);
  expect((await list())[0]).toMatchObject({ dialog: { id: dialogId, open: true, channelName: expect.any(String) } });
  const again = await desk.call("POST", `/routing/aside/${aside.id}/retry`);
  expect([again.status, again.body]).toEqual([200, { outcome: "decided" }]);
  expect(await list()).toEqual([]);
  expect(await desk.db.sql`SELECT count(*)::int AS n FROM entry WHERE dialog_id = ${dialogId} AND ended_at IS NULL`).toEqual([{ n: 1 }]);
  expect(desk.house.audited).toEqual([{ by: ann, object: "routing_input", action: "retry-event" }]);
  expect((await desk.call("POST", `/routing/aside/${aside.id}/retry`)).status).toBe(404);
});

test("what fails again stands in the list anew; what nobody can mend is done with", async () => {
  const aside = await setAside(randomUUID());
  expect((await desk.call("POST", `/routing/aside/${aside.id}/retry`)).body).toEqual({ outcome: "aside" });
  const [later] = await list();
  expect(later).toMatchObject({ kind: "dialog.opened" });
  expect(later?.id).toBeGreaterThan(aside.id);
  expect((await desk.call("DELETE", `/routing/aside/${aside.id}`)).status).toBe(404);
  expect((await desk.call("DELETE", `/routing/aside/${later?.id}`)).status).toBe(204);
  expect(await list()).toEqual([]);
  expect(desk.house.audited.map((a) => a.action)).toEqual(["retry-event", "drop-event"]);
});

test("only whoever keeps the channels sees and touches them", async () => {
  const aside = await setAside(randomUUID());
  desk.who = headOf(ann, desk.made.department);
  expect((await desk.call("GET", "/routing/aside")).status).toBe(403);
  expect((await desk.call("POST", `/routing/aside/${aside.id}/retry`)).status).toBe(403);
  expect((await desk.call("DELETE", `/routing/aside/${aside.id}`)).status).toBe(403);
});
