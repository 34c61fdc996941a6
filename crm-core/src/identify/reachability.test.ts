import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";
import { pointsToWriteTo } from "../contact-point/writable.ts";

let house: CrmHouse;
let bot: Id;
let otherBot: Id;
const NOW = Date.parse("2026-03-11T05:00:00Z");
beforeAll(async () => {
  house = await crmHouse();
  house.clock.set(NOW);
  bot = await house.channel("telegram", "Sales bot", "telegram");
  otherBot = await house.channel("telegram", "Service bot", "telegram");
});
afterAll(() => house.close());

let next = 500_000_000;
const telegram = (displayName = "Olga") => ({ kind: "telegram" as const, value: String(next++), displayName });
type From = ReturnType<typeof telegram> | { kind: "viber" | "email"; value: string };
const say = (from: From, channelId: Id, reachable: boolean, at: number, reason?: string) =>
  house.sql.begin((tx) => house.crm.identify.markReachable(tx, from, channelId, { reachable, at, ...(reason === undefined ? {} : { reason }) }));
/** The lead's contact points as a manager of the department sees them. */
const points = async (leadId: Id | null) => (await house.as("aigul", "GET", `/leads/${leadId}`)).body.contactPoints;
/** What was written down of a point since it was made. */
const audited = async (pointId: Id) =>
  (
    await house.sql<
      { action: string }[]
    >`SELECT action FROM audit_log WHERE object_kind = 'contact_point' AND object_id = ${pointId} AND action <> 'create' ORDER BY id`
  ).map((r) => r.action);

describe("who blocked the bot cannot be written to", () => {
  test("the contact point says so, with the channel and its word for why, and the audit too", async () => {
    const olga = telegram();
    const { identification } = await house.dialog(olga, { medium: "chat", channelId: bot });
    expect((await points(identification.leadId))[0].unreachable).toEqual([]);
    await say(olga, bot, false, NOW, "blocked");
    const [point] = await points(identification.leadId);
    expect(point.unreachable).toEqual([{ channelId: bot, channelName: "Sales bot", reason: "blocked", at: expect.any(String) }]);
    expect(Date.parse(point.unreachable[0].at)).toBe(NOW);
    expect(await audited(point.id)).toEqual(["unreachable"]);
  });

  test("one bot blocked says nothing about another", async () => {
    const olga = telegram();
    const { identification } = await house.dialog(olga, { medium: "chat", channelId: bot });
    await house.dialog(olga, { medium: "chat", channelId: otherBot });
    await say(olga, bot, false, NOW, "blocked");
    await say(olga, otherBot, false, NOW + 1, "denied");
    await say(olga, bot, true, NOW + 2);
    expect((await points(identification.leadId))[0].unreachable.map((u: { channelId: Id }) => u.channelId)).toEqual([otherBot]);
  });

  test("a Viber user is known to one bot alone, and so is its block", async () => {
    const from = { kind: "viber" as const, value: "01234567890A=" };
    const viber = await house.channel("viber", "Viber one", "viber");
    const viberTwo = await house.channel("viber", "Viber two", "viber");
    const one = await house.dialog(from, { medium: "chat", channelId: viber });
    const two = await house.dialog(from, { medium: "chat", channelId: viberTwo });
    expect(two.identification.leadId).not.toBe(one.identification.leadId);
    await say(from, viber, false, NOW, "unsubscribed");
    expect((await points(one.identification.leadId))[0].unreachable).toHaveLength(1);
    expect((await points(two.identification.leadId))[0].unreachable).toEqual([]);
  });

  test("told twice it is audited once; an older word that comes late changes nothing", async () => {
    const olga = telegram();
    const { identification } = await house.dialog(olga, { medium: "chat", channelId: bot });
    await say(olga, bot, false, NOW, "blocked");
    await say(olga, bot, false, NOW, "blocked");
    await say(olga, bot, true, NOW - 5_000);
    const [point] = await points(identification.leadId);
    expect(point.unreachable).toHaveLength(1);
    expect(await audited(point.id)).toEqual(["unreachable"]);
  });

  test("somebody whom no card has changes nothing", async () => {
    const stranger = telegram();
    await say(stranger, bot, false, NOW, "blocked");
    await say({ kind: "email", value: "not an address" }, bot, false, NOW);
    expect(await house.sql`SELECT 1 FROM identity_reachability WHERE value_norm = ${stranger.value}`).toHaveLength(0);
  });
});

describe("whoever writes again can be written to", () => {
  test("a message after the block takes it back, once for every card that has the identity", async () => {
    const olga = telegram();
    const { id, identification } = await house.dialog(olga, { medium: "chat", channelId: bot });
    await house.message(id, "in", NOW);
    await say(olga, bot, false, NOW + 1_000, "blocked");
    await house.read();
    expect((await points(identification.leadId))[0].unreachable).toHaveLength(1);
    await house.message(id, "in", NOW + 60_000);
    await house.read();
    const [point] = await points(identification.leadId);
    expect(point.unreachable).toEqual([]);
    expect(await audited(point.id)).toEqual(["unreachable", "reachable"]);
  });

  test("the message before the block does not take it back, though both bear the same second", async () => {
    const olga = telegram();
    const { id, identification } = await house.dialog(olga, { medium: "chat", channelId: bot });
    await house.message(id, "in", NOW);
    await say(olga, bot, false, NOW, "blocked");
    await house.read();
    expect((await points(identification.leadId))[0].unreachable).toHaveLength(1);
    await house.message(id, "in", NOW);
    await house.read();
    expect((await points(identification.leadId))[0].unreachable).toEqual([]);
  });

  test("our own message and an internal note take nothing back", async () => {
    const olga = telegram();
    const { id, identification } = await house.dialog(olga, { medium: "chat", channelId: bot });
    await say(olga, bot, false, NOW, "blocked");
    await house.message(id, "out", NOW + 5_000, "aigul");
    await house.read();
    expect((await points(identification.leadId))[0].unreachable).toHaveLength(1);
  });

  test("a bounced address is shown and audited; a letter from it takes the bounce back, an earlier one does not", async () => {
    const from = { kind: "email" as const, value: "olga@romashka.example" };
    const { id, identification } = await house.dialog(from, { medium: "mail" });
    await house.message(id, "in", NOW - 60_000);
    await house.sql.begin((tx) => house.crm.identify.markBounced(tx, "Olga@Romashka.example"));
    await house.read();
    const [point] = await points(identification.leadId);
    expect(Date.parse(point.bouncedAt)).toBe(NOW);
    await house.message(id, "in", NOW + 60_000);
    await house.read();
    expect((await points(identification.leadId))[0].bouncedAt).toBeNull();
    expect(await audited(point.id)).toEqual(["unreachable", "reachable"]);
  });
});

test("an address typed into a form takes no bounce back", async () => {
  const from = { kind: "email" as const, value: "typed@romashka.example" };
  const { identification } = await house.dialog(from, { medium: "mail" });
  await house.sql.begin((tx) => house.crm.identify.markBounced(tx, from.value));
  const form = await house.dialog(from, { medium: "mail", channelId: await house.channel("web-form", "Order form", "form") });
  await house.message(form.id, "in", NOW + 60_000);
  await house.read();
  expect((await points(identification.leadId))[0].bouncedAt).not.toBeNull();
});

describe("what may be written to, for whom", () => {
  const principal = async (person: "aigul" | "dana" | "admin") => {
    const { resolvePrincipal, createSession } = await import("../access/session.ts");
    return house.sql.begin(async (tx) => {
      const { token } = await createSession(tx, house.company.employees[person].id, Date.now(), null);
      const found = await resolvePrincipal(tx, token);
      if (found === null) throw new Error("no principal");
      return found;
    });
  };

  test("a customer's own points and those of its people, not of whoever left; a stranger to the card sees none", async () => {
    const { body: customer } = await house.as("aigul", "POST", "/customers", {
      kind: "company",
      name: "Romashka",
      doNotContact: true,
      responsibleId: house.company.employees.aigul.id,
      contactPoints: [{ kind: "phone", value: "+77012220011" }],
    });
    const contacts = [];
    for (const [lastName, value] of [
      ["Here", "+77012220012"],
      ["Gone", "+77012220013"],
    ]) {
      const { body } = await house.as("aigul", "POST", `/customers/${customer.id}/contacts`, { lastName, contactPoints: [{ kind: "phone", value }] });
      contacts.push(body);
    }
    await house.as("aigul", "PATCH", `/contacts/${contacts[1].id}`, { customerId: customer.id, leftAt: "2026-03-01", version: contacts[1].version });
    const sms = await house.channel("sms-smpp", "SMS", "sms");
    await house.sql.begin((tx) =>
      house.crm.identify.markReachable(tx, { kind: "phone", value: "8 701 222 00 12" }, sms, { reachable: false, reason: "unknown-number", at: NOW }),
    );
    const aigul = await principal("aigul");
    expect(await pointsToWriteTo(house.sql, aigul, { customerId: customer.id })).toMatchObject([
      { value: "+77012220011", name: "Romashka", doNotContact: true, unreachable: [] },
      { value: "+77012220012", name: "Here", doNotContact: true, unreachable: [{ channelId: sms, reason: "unknown-number" }] },
    ]);
    const [own] = await pointsToWriteTo(house.sql, aigul, { contactId: contacts[0].id });
    expect(own).toMatchObject({ value: "+77012220012" });
    expect(await pointsToWriteTo(house.sql, aigul, { contactPointId: own?.contactPointId as Id })).toEqual([own]);
    const dana = await principal("dana");
    for (const whom of [{ customerId: customer.id }, { contactId: contacts[0].id }, { contactPointId: own?.contactPointId as Id }])
      expect(await pointsToWriteTo(house.sql, dana, whom)).toEqual([]);
  });

  test("a lead's points while it is one", async () => {
    const { identification } = await house.dialog(telegram("Timur"), { medium: "chat", channelId: bot });
    const leadId = identification.leadId as Id;
    expect(await pointsToWriteTo(house.sql, await principal("aigul"), { leadId })).toMatchObject([{ kind: "telegram", name: "Timur", unreachable: [] }]);
    await house.as("admin", "POST", `/leads/${leadId}/convert`, { qualify: true });
    expect(await pointsToWriteTo(house.sql, await principal("admin"), { leadId })).toEqual([]);
  });
});
