import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CrmHouse } from "../../../tests/support/crm.ts";
import { DAY, interactions, NOON, person, recorderHouse } from "./recorder.fixture.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await recorderHouse();
});
afterAll(() => house.close());

describe("chats and letters (IA-04)", () => {
  test("fourteen messages in a day make one Interaction; the next day makes a second", async () => {
    const d = await house.dialog({ kind: "site_visitor", value: "v-day" }, { medium: "chat" });
    for (let i = 0; i < 14; i++) await house.message(d.id, i % 2 === 0 ? "in" : "out", NOON + i * 60_000, i % 2 === 0 ? undefined : "aigul");
    await house.read();
    const rows =
      await house.sql`SELECT direction, executor_id, is_touch, lower(occurred) AS f, upper(occurred) AS t FROM interaction WHERE dialog_id = ${d.id}`;
    expect(rows).toEqual([
      { direction: "both", executor_id: house.company.employees.aigul.id, is_touch: true, f: new Date(NOON), t: new Date(NOON + 13 * 60_000) },
    ]);
    await house.message(d.id, "in", NOON + DAY);
    await house.read();
    expect(await house.sql`SELECT 1 FROM interaction WHERE dialog_id = ${d.id}`).toHaveLength(2);
  });

  test("a chat in which we alone wrote is no touch; it becomes one when the customer answers (B3)", async () => {
    const p = await person(house);
    const d = await house.dialog(p.phone, { medium: "chat", at: NOON });
    const touched = async () => (await house.sql`SELECT last_touch_at FROM customer WHERE id = ${p.customerId}`)[0]?.["last_touch_at"];
    for (const n of [0, 1]) await house.message(d.id, "out", NOON + n * 60_000, "aigul");
    await house.read();
    expect(await interactions(house, p.customerId)).toMatchObject([{ direction: "out", is_touch: false }]);
    expect(await touched()).toBeNull();
    await house.message(d.id, "in", NOON + 120_000);
    await house.read();
    expect(await interactions(house, p.customerId)).toMatchObject([{ direction: "both", is_touch: true }]);
    expect(await touched()).toEqual(new Date(NOON + 120_000));
  });

  test("what the customer wrote in the evening and we answered in the morning is a touch of the morning", async () => {
    const p = await person(house);
    const d = await house.dialog(p.phone, { medium: "chat", at: NOON });
    await house.message(d.id, "in", NOON);
    await house.message(d.id, "out", NOON + DAY, "aigul");
    await house.read();
    expect((await interactions(house, p.customerId)).map((r) => [r["direction"], r["is_touch"]])).toEqual([
      ["in", false],
      ["out", true],
    ]);
  });

  test("letters are one Interaction a day, or each its own as the house has set it; the change is audited; read again, none is doubled", async () => {
    const lettersBy = async (value: "day" | "message") => {
      const { body } = await house.as("admin", "GET", "/reception-settings");
      expect((await house.as("aigul", "PUT", "/reception-settings", { ...body, lettersBy: value })).status).toBe(403);
      expect((await house.as("admin", "PUT", "/reception-settings", { ...body, lettersBy: value })).body).toMatchObject({ lettersBy: value });
    };
    const correspond = async (address: string) => {
      const d = await house.dialog({ kind: "email", value: address }, { medium: "mail", at: NOON });
      await house.message(d.id, "in", NOON, undefined, "How much are the chairs?");
      await house.read();
      await house.message(d.id, "out", NOON + 60_000, "aigul", "Sixty");
      await house.message(d.id, "in", NOON + 120_000, undefined, "Too much");
      await house.read();
      await house.sql`UPDATE stream_reader SET position = 0 WHERE name = 'crm-recorder'`;
      await house.read();
      return d;
    };
    const recorded = (dialogId: Id) => house.sql`
      SELECT i.direction, i.is_touch, i.executor_id, t.code, lower(i.occurred) AS at FROM interaction i JOIN interaction_type t ON t.id = i.type_id WHERE i.dialog_id = ${dialogId} ORDER BY lower(i.occurred)`;
    const { aigul } = house.company.employees;
    const byDay = await correspond("by-day@acme.example");
    expect(await recorded(byDay.id)).toEqual([{ direction: "both", is_touch: true, executor_id: aigul.id, code: "letter", at: new Date(NOON) }]);

    await lettersBy("message");
    const alone = await correspond("alone@acme.example");
    expect(await recorded(alone.id)).toEqual([
      { direction: "in", is_touch: false, executor_id: null, code: "letter", at: new Date(NOON) },
      { direction: "out", is_touch: true, executor_id: aigul.id, code: "letter", at: new Date(NOON + 60_000) },
      { direction: "in", is_touch: false, executor_id: null, code: "letter", at: new Date(NOON + 120_000) },
    ]);
    expect(await recorded(byDay.id), "what was recorded before stays").toHaveLength(1);
    const chat = await house.dialog({ kind: "site_visitor", value: "v-letters" }, { medium: "chat" });
    for (const n of [0, 1]) await house.message(chat.id, "in", NOON + n * 60_000);
    await house.read();
    expect(await recorded(chat.id), "chats go on by the day").toHaveLength(1);
    const { leadId } = alone.identification as { leadId: Id };
    const feed = (await house.as("admin", "GET", `/leads/${leadId}/feed?kind=interaction`)).body.items;
    expect(feed.map((i: { text: string }) => i.text)).toEqual(["Too much", "Sixty", "How much are the chairs?"]);
    await lettersBy("day");
    const [trace] = await house.sql`SELECT changes FROM audit_log WHERE object_kind = 'reception_setting' ORDER BY id LIMIT 1`;
    expect(trace?.["changes"]).toEqual({ letters_by: ["day", "message"] });
  });

  test.each([
    ["sms-smpp", "sms", "SMS"],
    ["sms-http", "sms", "SMS"],
    ["telegram", "message", "Messages"],
    ["viber", "message", "Messages"],
    ["vk", "message", "Messages"],
    ["web-form", "message", "Messages"],
  ])("what comes by %s is recorded once a day as %s, with its channel in the history", async (kind, code, name) => {
    const p = await person(house);
    const channelId = await house.channel(kind, `Our ${kind}`);
    const d = await house.dialog(p.phone, { medium: "chat", channelId, at: NOON });
    for (let i = 0; i < 3; i++) {
      await house.message(d.id, i === 1 ? "out" : "in", NOON + i * 60_000, i === 1 ? "aigul" : undefined);
      await house.read();
    }
    await house.message(d.id, "in", NOON + DAY);
    await house.read();
    const rows = await interactions(house, p.customerId);
    expect(rows.map((r) => [r["code"], r["direction"], r["subject"], r["is_touch"]])).toEqual([
      [code, "both", `${name}: Our ${kind}`, true],
      [code, "in", `${name}: Our ${kind}`, false],
    ]);
    const { body } = await house.as("admin", "GET", `/customers/${p.customerId}/feed?kind=interaction`);
    expect(body.items.map((i: { channelKind: string }) => i.channelKind)).toEqual([kind, kind]);
  });

  test("a house whose catalogue lacks the text messages gets their type", async () => {
    const [type] = await house.sql<{ id: Id }[]>`SELECT id FROM interaction_type WHERE code = 'sms'`;
    await house.sql`UPDATE interaction_type SET code = 'old-sms' WHERE id = ${type?.id as Id}`;
    const p = await person(house);
    const d = await house.dialog(p.phone, { medium: "chat", channelId: await house.channel("sms-smpp", "Second SMS"), at: NOON });
    await house.message(d.id, "in", NOON);
    await house.read();
    expect(await interactions(house, p.customerId)).toMatchObject([{ code: "sms", state: "done", status_state: "done" }]);
  });

  test("messages read in separate batches extend the same Interaction", async () => {
    const d = await house.dialog({ kind: "email", value: "b@acme.example" }, { medium: "mail" });
    await house.message(d.id, "in", NOON);
    await house.read();
    await house.message(d.id, "out", NOON + 60_000, "bolat");
    await house.read();
    const rows = await house.sql`SELECT i.direction, t.code FROM interaction i JOIN interaction_type t ON t.id = i.type_id WHERE dialog_id = ${d.id}`;
    expect(rows).toEqual([{ direction: "both", code: "letter" }]);
    const events = await house.sql`SELECT 1 FROM dialog_event WHERE kind = 'interaction.recorded' AND dialog_id = ${d.id}`;
    expect(events).toHaveLength(1);
  });

  test("auto-replies, bounces and internal notes are no contact", async () => {
    const d = await house.dialog({ kind: "email", value: "c@acme.example" }, { medium: "mail" });
    for (const [direction, nature] of [
      ["in", "auto-reply"],
      ["in", "bounce"],
      ["internal", "human"],
    ] as const)
      await house.emit([{ kind: "message.stored", dialogId: d.id, payload: { messageId: d.id, seq: 1, direction, employeeId: null, nature, at: NOON } }]);
    await house.read();
    expect(await house.sql`SELECT 1 FROM interaction WHERE dialog_id = ${d.id}`).toHaveLength(0);
  });
});
