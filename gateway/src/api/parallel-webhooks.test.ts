import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TelegramEmulator, TOKEN } from "../../../tests/emulators/telegram/telegram.ts";
import { text } from "../../../tests/emulators/telegram/updates.ts";
import { until } from "../../../tests/support/routing.ts";
import { adapters } from "../compose.ts";
import { type RoutedHouse, routedHouse } from "./testing/routed.fixture.ts";

let telegram: TelegramEmulator;
let house: RoutedHouse;
beforeAll(async () => {
  telegram = await TelegramEmulator.start();
  house = await routedHouse({ registry: { telegram: adapters.telegram } as never });
  await house.open();
});
afterAll(async () => {
  await house.close();
  await telegram.down();
});

test("thirty webhooks at once from one unknown identity: one lead, one verified contact point, one dialog, thirty messages (RG-03)", async () => {
  const admin = await house.login(house.company.employees.admin);
  const config = { token: TOKEN, mode: "webhook", apiUrl: telegram.url, publicUrl: "https://house.example" };
  const made = await admin.call("POST", "/channels", { kind: "telegram", name: "Bot", queueId: house.company.queueId, config });
  expect(made.statusCode, made.body).toBe(201);
  const channelId = made.json().id as Id;
  const set = await until(() => telegram.calls.find((c) => c.method === "setWebhook"));
  expect(String(set.params["url"])).toBe(`https://house.example/hooks/${channelId}`);
  await until(async () =>
    (await admin.call("GET", "/channels")).json().some((c: { id: Id; webhookUrl: string | null }) => c.id === channelId && c.webhookUrl !== null),
  );

  const stranger = { id: 7_777_777, first_name: "Nobody", last_name: "Known" };
  const updates = Array.from({ length: 30 }, (_, n) => ({ update_id: 500 + n, ...text(stranger, 9_000 + n, `message ${n}`) }));
  const headers = { "content-type": "application/json", "x-telegram-bot-api-secret-token": String(set.params["secret_token"]) };
  const hook = (payload: object) => house.app.inject({ method: "POST", url: `/hooks/${channelId}`, headers, payload });
  const answers = await Promise.all(updates.map(hook));
  // Telegram repeats what it thinks was lost.
  answers.push(...(await Promise.all(updates.slice(0, 5).map(hook))));
  expect(new Set(answers.map((a) => a.statusCode))).toEqual(new Set([200]));
  await house.quiet();

  const { sql } = house;
  const identity = String(stranger.id);
  const leads = await sql<{ id: Id }[]>`SELECT id FROM lead`;
  expect(leads).toHaveLength(1);
  expect(await sql`SELECT kind, lead_id, customer_id, verified_at IS NOT NULL AS verified FROM contact_point WHERE value_norm = ${identity}`).toEqual([
    { kind: "telegram", lead_id: leads[0]?.id, customer_id: null, verified: true },
  ]);
  const dialogs = await sql<{ id: Id }[]>`SELECT id FROM dialog WHERE channel_id = ${channelId}`;
  expect(dialogs).toHaveLength(1);
  expect((await sql`SELECT lead_id FROM dialog_party WHERE dialog_id = ${dialogs[0]?.id as Id}`).map((p) => p["lead_id"])).toEqual([leads[0]?.id]);
  const messages = await sql<{ body: string; seq: number }[]>`SELECT body, seq FROM message WHERE dialog_id = ${dialogs[0]?.id as Id} ORDER BY seq`;
  expect(messages.map((m) => m.seq)).toEqual(updates.map((_, n) => n + 1));
  expect(new Set(messages.map((m) => m.body))).toEqual(new Set(updates.map((_, n) => `message ${n}`)));
});
