import type { Id } from "@kommutator/contract/ids";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";
import { afterQuiet } from "./quiet.ts";

let house: CrmHouse;
let customerId: Id;
/** Letters as they would leave the house; the next one fails with `refuse`. */
const letters: { to: string; subject: string; text: string; path: string }[] = [];
const messages: { id: Id; to: string; text: string; path: string }[] = [];
let refuse: Error | null = null;
/** 10:00 in Almaty on a Wednesday: no quiet hours. */
const NOW = Date.parse("2026-03-11T05:00:00Z");
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
beforeAll(async () => {
  house = await crmHouse({
    hooks: {
      async sendMail(letter) {
        if (refuse !== null) throw refuse;
        letters.push(letter);
        return true;
      },
      async sendText(sms) {
        if (refuse !== null) throw refuse;
        messages.push(sms);
        return (await house.sql`SELECT 1 FROM channel WHERE kind = 'sms-http' AND enabled`).length > 0;
      },
    },
  });
  house.clock.set(NOW);
  customerId = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Romashka", responsibleId: house.company.employees.aigul.id })).body.id;
  await house.sql`UPDATE employee SET email = login || '@house.example'`;
});
afterAll(() => house.close());

const iso = (at: number) => new Date(at).toISOString();
const run = async (name: string, at: number) => {
  house.clock.set(at);
  await house.crm.jobs.find((j) => j.name === name)?.run();
};
const plan = async (at: number, subject: string, by: Person = "aigul", body: object = {}) => {
  const typeId = house.company.catalogues.interactionTypes["call"]?.id;
  const r = await house.as(by, "POST", "/interactions", { typeId, subject, plannedFrom: iso(at), customerId, ...body });
  expect(r.status, JSON.stringify(r.body)).toBe(201);
  return r.body;
};
interface Told {
  id: Id;
  kind: string;
  payload: { title: string };
  failures: { channel: string; error: string }[];
}
const unread = async (by: Person = "aigul"): Promise<Told[]> => (await house.as(by, "GET", "/notifications?unread=true&limit=200")).body.items;
const about = async (subject: string, by: Person = "aigul") => (await unread(by)).filter((n) => n.payload.title === subject).map((n) => n.kind);
const prefer = (events: object[], by: Person = "aigul", quiet?: object) =>
  house.as(by, "PUT", "/notifications/preferences", { events, ...(quiet === undefined ? {} : { quiet }) });

describe("reminders (IA-07)", () => {
  test("at the time minus each person's own lead, once", async () => {
    await prefer([{ event: "interaction.soon", channels: ["app"], leadMinutes: 60 }], "bolat");
    await plan(NOW + DAY, "Mine");
    await plan(NOW + DAY, "His", "admin", { executorId: house.company.employees.bolat.id });
    await house.as("bolat", "POST", "/notifications/read", { all: true });
    await run("reminders", NOW + DAY - 61 * MINUTE);
    expect([await about("Mine"), await about("His", "bolat")]).toEqual([[], []]);
    await run("reminders", NOW + DAY - 60 * MINUTE);
    expect([await about("Mine"), await about("His", "bolat")]).toEqual([[], ["interaction.soon"]]);
    await run("reminders", NOW + DAY - 15 * MINUTE);
    await run("reminders", NOW + DAY - 14 * MINUTE);
    expect(await about("Mine")).toEqual(["interaction.soon"]);
  });

  test("snoozed it is silent and comes back; moved, the old one goes and the new time reminds anew; completed, nothing more is said", async () => {
    const at = NOW + 3 * DAY;
    const item = await plan(at, "Move me");
    await run("reminders", at - 10 * MINUTE);
    const [told] = (await unread()).filter((n) => n.payload.title === "Move me");
    expect((await house.as("bolat", "POST", `/notifications/${told?.id}/snooze`, { minutes: 5 })).status).toBe(404);
    expect((await house.as("aigul", "POST", `/notifications/${told?.id}/snooze`, { minutes: 5 })).status).toBe(200);
    expect(await about("Move me")).toEqual([]);
    await run("reminders", at - 4 * MINUTE);
    expect(await about("Move me")).toEqual(["interaction.soon"]);
    await house.as("aigul", "POST", `/notifications/${told?.id}/snooze`, { minutes: 2 });
    const moved = await house.as("aigul", "PATCH", `/interactions/${item.id}`, { plannedFrom: iso(at + DAY), version: item.version });
    await run("reminders", at + 30 * MINUTE);
    expect(await about("Move me")).toEqual([]);
    await run("reminders", at + DAY - 15 * MINUTE);
    expect(await about("Move me")).toEqual(["interaction.soon"]);
    const done = await house.as("aigul", "POST", `/interactions/${item.id}/complete`, { version: moved.body.version });
    expect(done.status).toBe(200);
    expect(await about("Move me")).toEqual([]);
    await run("reminders", at + 2 * DAY);
    expect(await about("Move me")).toEqual([]);
  });

  test("what was missed stands unread at the next login: overdue, once, and gone when it is done", async () => {
    const item = await plan(NOW + 10 * DAY, "Missed");
    await run("reminders", NOW + 11 * DAY);
    expect(await about("Missed")).toEqual(["interaction.overdue"]);
    await run("reminders", NOW + 11 * DAY + MINUTE);
    expect(await about("Missed")).toEqual(["interaction.overdue"]);
    await house.as("aigul", "POST", `/interactions/${item.id}/cancel`, { version: item.version });
    expect(await about("Missed")).toEqual([]);
    house.clock.set(NOW);
  });

  test("a call that the telephone completes ends its reminder too", async () => {
    const number = "+77017771100";
    const who = (
      await house.as("admin", "POST", "/customers", {
        kind: "company",
        name: "Rings",
        responsibleId: house.company.employees.aigul.id,
        contactPoints: [{ kind: "phone", value: number }],
      })
    ).body;
    await plan(NOW + 10 * MINUTE, "Ring them", "aigul", { customerId: who.id });
    await run("reminders", NOW + MINUTE);
    expect(await about("Ring them")).toEqual(["interaction.soon"]);
    await house.call(
      { kind: "phone", value: number },
      { disposition: "answered", startedAt: NOW + MINUTE, seconds: 60, talkers: [{ person: "aigul", seconds: 50 }] },
    );
    await house.read();
    expect(await about("Ring them")).toEqual([]);
    house.clock.set(NOW);
  });
});

describe("notifications (BP-07)", () => {
  test("the preferences name every event; unknown ones, a lead where there is none and bad times are refused", async () => {
    await house.sql`UPDATE employee SET email = NULL WHERE login = 'dana'`;
    const own = (await house.as("dana", "GET", "/notifications/preferences")).body;
    expect(own.quiet).toEqual({ enabled: true, from: "21:00", to: "09:00" });
    expect(own.available).toEqual(["app"]);
    expect(own.events.find((e: { event: string }) => e.event === "interaction.soon")).toEqual({
      event: "interaction.soon",
      channels: ["app"],
      leadMinutes: 15,
    });
    const changed = await prefer([{ event: "interaction.overdue", channels: [], leadMinutes: null }], "dana", { enabled: false, from: "22:00", to: "07:30" });
    expect(changed.body.quiet).toEqual({ enabled: false, from: "22:00", to: "07:30" });
    expect(changed.body.events.find((e: { event: string }) => e.event === "interaction.overdue").channels).toEqual([]);
    expect((await prefer([{ event: "mention", channels: ["app"], leadMinutes: 10 }], "dana")).body.details.fields).toEqual({ mention: "no_lead" });
    expect((await prefer([{ event: "nonsense", channels: ["app"], leadMinutes: null }], "dana")).status).toBe(422);
    expect((await prefer([], "dana", { enabled: true, from: "25:00", to: "07:00" })).status).toBe(422);
    await house.sql`UPDATE employee SET email = 'dana@house.example' WHERE login = 'dana'`;
    expect((await house.as("dana", "GET", "/notifications/preferences")).body.available).toEqual(["app", "email"]);
  });

  test("by letter too: one for each notice, in the person's language, with the page it is about; one who wants none gets none", async () => {
    await prefer([{ event: "interaction.soon", channels: ["app", "email"], leadMinutes: 15 }], "bolat", { enabled: false, from: "21:00", to: "09:00" });
    await house.sql`UPDATE employee SET locale = 'ru' WHERE login = 'bolat'`;
    const item = await plan(NOW + 10 * MINUTE, "Позвонить", "admin", { executorId: house.company.employees.bolat.id });
    await run("reminders", NOW);
    await run("notice-letters", NOW);
    await run("notice-letters", NOW + MINUTE);
    const mine = letters.filter((l) => l.to === "bolat@house.example");
    expect(mine).toMatchObject([{ subject: "Скоро: Позвонить", path: `/events/${item.id}` }]);
    expect(mine[0]?.text).toContain("Клиент: Romashka");
    expect(mine[0]?.text).toContain("10:10");
    expect(letters.filter((l) => l.to === "dana@house.example")).toEqual([]);
    house.clock.set(NOW);
  });

  test("in the quiet hours nothing leaves the house before their end; what was done meanwhile never does", async () => {
    /** 23:00 in Almaty. */
    const night = Date.parse("2026-03-12T18:00:00Z");
    await prefer([{ event: "interaction.soon", channels: ["email"], leadMinutes: 15 }], "aigul", { enabled: true, from: "21:00", to: "09:00" });
    house.clock.set(night);
    const stays = await plan(night + 10 * MINUTE, "Night shift");
    const done = await plan(night + 10 * MINUTE, "Done at night");
    await run("reminders", night);
    await run("notice-letters", night + MINUTE);
    const sent = () => letters.filter((l) => l.to === "aigul@house.example" && l.subject.includes("Soon")).map((l) => l.path);
    expect(sent()).toEqual([]);
    await house.as("aigul", "POST", `/interactions/${done.id}/complete`, { version: done.version });
    await run("notice-letters", Date.parse("2026-03-13T03:59:00Z"));
    expect(sent()).toEqual([]);
    await run("notice-letters", Date.parse("2026-03-13T04:00:00Z"));
    expect(sent()).toEqual([`/events/${stays.id}`]);
    house.clock.set(NOW);
  });

  test("a letter that cannot be delivered is tried again, and then stands in the person's list with the reason", async () => {
    await prefer([{ event: "interaction.soon", channels: ["email"], leadMinutes: 15 }], "aigul", { enabled: false, from: "21:00", to: "09:00" });
    await plan(NOW + 10 * MINUTE, "Unreachable");
    await run("reminders", NOW);
    refuse = new Error("connection refused");
    await run("notice-letters", NOW);
    expect(await about("Unreachable")).toEqual([]);
    for (const minutes of [1, 6, 21, 81]) await run("notice-letters", NOW + minutes * MINUTE + 1000);
    refuse = null;
    const [failed] = (await unread()).filter((n) => n.payload.title === "Unreachable");
    expect(failed?.failures).toEqual([{ channel: "email", error: "Error: connection refused" }]);
    expect((await house.as("aigul", "GET", "/notifications/failures")).body.items).toMatchObject([{ kind: "interaction.soon", channel: "email", attempts: 5 }]);
    expect((await house.as("bolat", "GET", "/notifications/failures")).body.items).toEqual([]);
    house.clock.set(NOW);
  });

  test("by SMS to whoever has a number, where the house has a channel: offered so, one for each notice, after the quiet hours; what fails is seen", async () => {
    const { bolat } = house.company.employees;
    const available = async () => (await house.as("bolat", "GET", "/notifications/preferences")).body.available;
    const both = [{ event: "interaction.soon", channels: ["app", "email", "sms"], leadMinutes: 15 }];
    await prefer(both, "bolat", { enabled: true, from: "21:00", to: "09:00" });
    await house.sql`UPDATE employee SET locale = 'ru', mobile = '+77011234567' WHERE id = ${bolat.id}`;
    expect(await available()).toEqual(["app", "email"]);
    const channelId = await house.channel("sms-http", "Texts");
    expect(await available()).toEqual(["app", "email", "sms"]);

    /** 23:00 in Almaty. */
    const night = Date.parse("2026-03-12T18:00:00Z");
    house.clock.set(night);
    const item = await plan(night + 10 * MINUTE, "Позвонить ночью", "admin", { executorId: bolat.id });
    await run("reminders", night);
    await run("notice-letters", Date.parse("2026-03-13T03:59:00Z"));
    expect(messages).toEqual([]);
    await run("notice-letters", Date.parse("2026-03-13T04:00:00Z"));
    await run("notice-letters", Date.parse("2026-03-13T04:05:00Z"));
    expect(messages).toMatchObject([{ to: "+77011234567", text: "Скоро: Позвонить ночью, 12.03.2026, 23:10", path: `/events/${item.id}` }]);
    expect(letters.filter((l) => l.subject.includes("Позвонить ночью"))).toHaveLength(1);

    const failed = async (subject: string) => (await unread("bolat")).filter((n) => n.kind === "interaction.soon" && n.payload.title === subject)[0]?.failures;
    const day = NOW + 4 * DAY;
    house.clock.set(day);
    await plan(day + 10 * MINUTE, "No number", "admin", { executorId: bolat.id });
    await run("reminders", day);
    await house.sql`UPDATE employee SET mobile = NULL WHERE id = ${bolat.id}`;
    await run("notice-letters", day);
    expect(await failed("No number")).toEqual([{ channel: "sms", error: "no_number" }]);
    await house.sql`UPDATE employee SET mobile = '+77011234567' WHERE id = ${bolat.id}`;
    await house.sql`UPDATE channel SET enabled = false WHERE id = ${channelId}`;
    await plan(day + 12 * MINUTE, "No channel", "admin", { executorId: bolat.id });
    await run("reminders", day);
    await run("notice-letters", day);
    expect(await failed("No channel")).toEqual([{ channel: "sms", error: "no_sms_channel" }]);
    house.clock.set(NOW);
  });
});

test("quiet hours end at their local end, over midnight and over a change of the clock; outside them nothing waits", () => {
  const night = { enabled: true, from: "21:00", to: "09:00" };
  // Warsaw's clock goes forward in the night to 29 March 2026.
  expect(new Date(afterQuiet(Date.parse("2026-03-28T23:30:00Z"), night, "Europe/Warsaw")).toISOString()).toBe("2026-03-29T07:00:00.000Z");
  expect(afterQuiet(NOW, { ...night, enabled: false }, "Asia/Almaty")).toBe(NOW);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 2880 }), (from, to, minute) => {
      const text = (m: number) => `${String(Math.floor(m / 60)).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`;
      const now = Date.parse("2026-03-11T19:00:00Z") + minute * MINUTE;
      const end = afterQuiet(now, { enabled: true, from: text(from), to: text(to) }, "Asia/Almaty");
      const local = minute % 1440;
      const inside = from < to ? local >= from && local < to : from > to && (local >= from || local < to);
      expect(end - now).toBe(inside ? ((to - local + 1440) % 1440 || 1440) * MINUTE : 0);
    }),
  );
});
