import type { CallOffered } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type IngestFixture, ingestFixture } from "./ingest.fixture.ts";

let house: IngestFixture;
let trunk: Id;
let purpose: Id;
let other: Id;
beforeAll(async () => {
  house = await ingestFixture();
  trunk = await house.channel("asterisk-ari");
  [purpose, other] = [house.company.catalogues.purposes["buy"] as Id, house.company.catalogues.purposes["complaint"] as Id];
});
afterAll(() => house.close());

const at = Date.now() - 60_000;
const offered = (callKey: string, from: string | null, to: string): CallOffered => ({
  kind: "call.offered",
  eventKey: `${callKey}:offered`,
  occurredAt: at,
  callKey,
  direction: "in",
  from: { kind: "phone", value: from },
  to,
  source: "live",
});
const line = async (number: string, more: { country?: string; archived_at?: Date; channel?: Id } = {}): Promise<Id> => {
  const { channel = trunk, ...columns } = more;
  const [row] = await house.sql<{ id: Id }[]>`INSERT INTO line ${house.sql({ channel_id: channel, number, ...columns })} RETURNING id`;
  return (row as { id: Id }).id;
};
async function call(callKey: string, from: string | null, to: string, channel = trunk) {
  await house.report(channel, offered(callKey, from, to));
  await house.settled();
  const [row] = await house.sql<{ dialog_id: Id; line_id: Id | null; from_raw: string; from_norm: string; to_norm: string; identity_value: string }[]>`
    SELECT k.dialog_id, k.line_id, k.from_raw, k.from_norm, k.to_norm, d.identity_value FROM call k JOIN dialog d ON d.id = k.dialog_id WHERE k.channel_id = ${channel} AND k.external_id = ${callKey}`;
  return row;
}

describe("a line's country (RG-02)", () => {
  test("tells the national form of its callers' numbers and of its own; the same caller stays one", async () => {
    const abroad = await line("+380442000001", { country: "UA" });
    const home = await line("+77272000001");
    const first = await call("ua-1", "067 123 45 67", "044 200 00 01");
    expect(first).toMatchObject({
      line_id: abroad,
      from_raw: "067 123 45 67",
      from_norm: "+380671234567",
      to_norm: "+380442000001",
      identity_value: "+380671234567",
    });
    const again = await call("ua-2", "+380 67 123-45-67", "380442000001");
    expect(again).toMatchObject({ line_id: abroad, identity_value: "+380671234567" });
    expect(await house.sql`SELECT value_norm FROM contact_point WHERE value_norm LIKE '%671234567%'`).toEqual([{ value_norm: "+380671234567" }]);
    // At home the same digits are read as ever.
    expect(await call("kz-1", "8 701 123 45 67", "8 727 200 00 01")).toMatchObject({
      line_id: home,
      from_norm: "+77011234567",
      identity_value: "+77011234567",
    });
    expect(await call("kz-2", "8 701 123 45 67", "8 727 999 99 99")).toMatchObject({ line_id: null, from_norm: "+77011234567" });
    expect(await call("ua-3", "112", "+380442000001")).toMatchObject({ line_id: abroad, identity_value: "short:112" });
    const hidden = await call("ua-4", null, "+380442000001");
    expect(hidden).toMatchObject({ line_id: abroad, identity_value: null });
  });

  test("a line out of use is nobody's, and its number may be a new line's", async () => {
    await line("+77272000050", { archived_at: new Date() });
    expect(await call("gone-1", "+77010000050", "+77272000050")).toMatchObject({ line_id: null });
    const fresh = await line("+77272000050");
    expect(await call("gone-2", "+77010000050", "8 727 200 00 50")).toMatchObject({ line_id: fresh });
  });
});

describe("a line's menu (RG-07)", () => {
  let menu: Id;
  let keys = 0;
  const press = (callKey: string, digit: string, channel = trunk) =>
    house.report(channel, { kind: "call.digit", eventKey: `${callKey}:digit:${++keys}`, occurredAt: at + keys, callKey, digit });
  const pressed = async (callKey: string) => (await house.sql`SELECT pressed FROM call WHERE external_id = ${callKey}`)[0]?.["pressed"];
  const callbacks = async (dialogId: Id | undefined) =>
    (await house.inputs()).filter((i) => i.kind === "callback.requested" && i["dialogId"] === dialogId).length;
  beforeAll(async () => {
    menu = await line("+77272000060");
    const rows = [
      { line_id: menu, key: "1", purpose_id: purpose },
      { line_id: menu, key: "2", purpose_id: other },
    ];
    await house.sql`INSERT INTO line_key ${house.sql(rows)}`;
  });

  test("keeps the key that a waiting caller pressed last, of those it has", async () => {
    await call("m1", "+77010000061", "+77272000060");
    for (const key of ["9", "2", "5"]) await press("m1", key);
    await house.settled();
    expect(await pressed("m1")).toBe("2");
    await call("m2", "+77010000062", "+77272000001");
    await press("m2", "2");
    await house.settled();
    expect(await pressed("m2")).toBeNull();
  });

  test("where the queue offers a callback, the key 1 asks for it; where it does not, or nobody can be called back, it is the menu's", async () => {
    const offeredOne = await call("m3", "+77010000063", "+77272000060");
    await press("m3", "1");
    await house.settled();
    expect([await pressed("m3"), await callbacks(offeredOne?.dialog_id)]).toEqual([null, 1]);
    const hidden = await call("m4", null, "+77272000060");
    await press("m4", "1");
    await house.settled();
    expect([await pressed("m4"), await callbacks(hidden?.dialog_id)]).toEqual(["1", 0]);
    await house.sql`UPDATE queue SET callback_offered = false`;
    await call("m5", "+77010000065", "+77272000060");
    await press("m5", "1");
    await house.settled();
    expect(await pressed("m5")).toBe("1");
    await house.sql`UPDATE queue SET callback_offered = true`;
  });

  test("a key in the talk is none of the menu's", async () => {
    await call("m6", "+77010000066", "+77272000060");
    const leg = { kind: "call.leg", callKey: "m6", legKey: "agent-leg", party: "agent", source: "live" } as const;
    await house.report(trunk, { ...leg, eventKey: "m6:bridged", occurredAt: at + 1, employeeId: house.company.employees.aigul.id, state: "bridged" });
    await press("m6", "2");
    await house.settled();
    expect(await pressed("m6")).toBeNull();
  });
});
