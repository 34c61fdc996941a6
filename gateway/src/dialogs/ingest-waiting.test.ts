import type { CallOffered } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type IngestFixture, ingestFixture, letter } from "./ingest.fixture.ts";

let house: IngestFixture;
let channel: Id;
beforeAll(async () => {
  house = await ingestFixture();
  channel = await house.channel("asterisk-ari");
});
afterAll(() => house.close());

const at = Date.now() - 60_000;
const offered = (callKey: string, number: string | null = "+7 701 123 45 67"): CallOffered => ({
  kind: "call.offered",
  eventKey: `${callKey}:offered`,
  occurredAt: at,
  callKey,
  direction: "in",
  from: { kind: "phone", value: number },
  to: "7272000000",
  source: "live",
});
const digit = (callKey: string, key: string, n = 1) =>
  ({ kind: "call.digit", eventKey: `${callKey}:digit:${n}`, occurredAt: at + n, callKey, digit: key }) as const;
async function inputsOf(callKey: string) {
  const [call] = await house.sql`SELECT dialog_id FROM call WHERE channel_id = ${channel} AND external_id = ${callKey}`;
  return (await house.inputs()).filter((i) => i["dialogId"] === call?.["dialog_id"]);
}

test("the key 1 of a waiting caller asks for a callback to the number that calls; other keys mean nothing", async () => {
  await house.report(channel, offered("w1"));
  for (const [key, n] of [
    ["5", 1],
    ["1", 2],
    ["#", 3],
  ] as const)
    await house.report(channel, digit("w1", key, n));
  await house.settled();
  expect((await inputsOf("w1")).slice(1)).toMatchObject([{ kind: "callback.requested", number: "+77011234567", at: at + 2 }]);
});

test("who withholds the number cannot be called back, and a key after the end is too late", async () => {
  await house.report(channel, offered("w2", null));
  await house.report(channel, digit("w2", "1"));
  await house.report(channel, offered("w3"));
  await house.report(channel, { kind: "call.ended", eventKey: "w3:end", occurredAt: at + 5, callKey: "w3", by: "customer", source: "live" });
  await house.report(channel, digit("w3", "1", 9));
  await house.settled();
  expect((await inputsOf("w2")).map((i) => i.kind)).toEqual(["dialog.opened"]);
  expect((await inputsOf("w3")).map((i) => i.kind)).toEqual(["dialog.opened", "dialog.left", "dialog.closed"]);
});

test("whoever calls again is the same person to the router; a withheld number is nobody", async () => {
  await house.report(channel, offered("w4", "8 (702) 000-11-22"));
  await house.report(channel, offered("w5", "+77020001122"));
  await house.report(channel, offered("w6", null));
  await house.settled();
  const [[first], [again], [hidden]] = [await inputsOf("w4"), await inputsOf("w5"), await inputsOf("w6")];
  expect(first?.["person"]).toEqual(expect.any(String));
  expect(again?.["person"]).toBe(first?.["person"]);
  expect(again?.["number"]).toBe("+77020001122");
  expect(hidden).toMatchObject({ person: null, number: null });
});

test("a dialog asks for what its queue asks for, and for its customer's language, else that in which its line speaks", async () => {
  const { sql, company } = house;
  const [queue] = await sql<
    { id: Id }[]
  >`INSERT INTO queue (name, calendar_id) SELECT 'Boilers', calendar_id FROM queue WHERE id = ${company.queueId} RETURNING id`;
  const skill = async (name: string, language: boolean) =>
    ((await sql<{ id: Id }[]>`INSERT INTO skill (name, language) VALUES (${name}, ${language}) RETURNING id`)[0] as { id: Id }).id;
  const [boilers, kazakh] = [await skill("Boilers", false), await skill("Қазақша", true)];
  const russian = await skill("Russian", true);
  await sql`INSERT INTO queue_skill (queue_id, skill_id, level, relax_s) VALUES (${queue?.id as Id}, ${boilers}, 3, 90)`;
  await sql`UPDATE channel SET queue_id = ${queue?.id as Id}, config = ${sql.json({ language: "kk" })} WHERE id = ${channel}`;
  const [olga] = await sql<{ id: Id }[]>`INSERT INTO contact (last_name, language) VALUES ('Olga', 'ru') RETURNING id`;
  const [romashka] = await sql<{ id: Id }[]>`INSERT INTO customer (kind, name) VALUES ('company', 'Romashka') RETURNING id`;
  await sql`INSERT INTO customer_contact (customer_id, contact_id) VALUES (${romashka?.id as Id}, ${olga?.id as Id})`;
  await sql`INSERT INTO contact_point (contact_id, kind, value_raw, value_norm, verified_at) VALUES (${olga?.id as Id}, 'phone', '+77023334455', '+77023334455', now())`;
  const mail = await house.channel("email");
  await house.report(channel, offered("w7 known", "+77023334455"));
  await house.report(channel, offered("w7"));
  await house.report(mail, letter("a@b.example", "boiler"));
  await house.settled();
  expect((await inputsOf("w7"))[0]?.["requires"]).toEqual([
    { skillId: boilers, level: 3, relaxMs: 90_000 },
    { skillId: kazakh, level: 1, relaxMs: 120_000 },
  ]);
  expect((await inputsOf("w7 known"))[0]?.["requires"]).toEqual([
    { skillId: boilers, level: 3, relaxMs: 90_000 },
    { skillId: russian, level: 1, relaxMs: 120_000 },
  ]);
  const opened = (await house.inputs()).findLast((i) => i.kind === "dialog.opened" && i["medium"] === "mail");
  expect(opened).toMatchObject({ requires: [], number: null, person: expect.any(String) });
});

test("a caller sent on to an outside number has talked, with a hop that says whither, and no agent hears of the leg", async () => {
  await house.report(channel, offered("w8"));
  const hop = {
    kind: "call.leg",
    callKey: "w8",
    legKey: "4f8fad5b-d9cb-469f-a165-708677289504",
    party: "outside",
    target: "+77019998877",
    source: "live",
  } as const;
  for (const [i, state] of (["trying", "answered", "bridged"] as const).entries())
    await house.report(channel, { ...hop, eventKey: `w8:${state}`, occurredAt: at + 10 + i, state });
  await house.report(channel, { kind: "call.ended", eventKey: "w8:end", occurredAt: at + 5000, callKey: "w8", by: "customer", source: "live" });
  await house.settled();
  const [call] =
    await house.sql`SELECT k.disposition, k.answered_by, l.party, l.target, l.cause FROM call k JOIN call_leg l ON l.call_id = k.id WHERE k.external_id = 'w8'`;
  expect(call).toEqual({ disposition: "answered", answered_by: null, party: "outside", target: "+77019998877", cause: "hung-up" });
  expect((await inputsOf("w8")).map((i) => i.kind)).toEqual(["dialog.opened", "dialog.left", "dialog.closed"]);
});
