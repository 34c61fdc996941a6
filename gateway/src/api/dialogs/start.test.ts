import { randomUUID } from "node:crypto";
import type { StartOption } from "@kommutator/contract/api/dialogs";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../../tests/lab/support/wait.ts";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";
import { messenger, Provider } from "../testing/messenger.fixture.ts";

let house: ApiFixture;
let provider: Provider;
let sms: Id;
let bot: Id;
const who: Record<string, Browser> = {};
beforeAll(async () => {
  provider = await Provider.start();
  house = await apiFixture({
    registry: {
      "sms-http": {
        exclusive: false,
        load: async () => messenger("sms-http", () => provider, { startKinds: ["phone"], dailyPerAddress: 3, segments: true, textLength: 70 }),
      },
      telegram: { exclusive: false, load: async () => messenger("telegram", () => provider, { canStart: false, replyWindowMs: 86_400_000 }) },
    },
  });
  for (const e of Object.values(house.company.employees)) who[e.login] = await house.login(e);
  [sms, bot] = [await house.channel("sms-http"), await house.channel("telegram")];
}, 60_000);
afterAll(async () => {
  await house.close();
  await provider.close();
});

const call = (login: string, method: string, path: string, body?: unknown) => (who[login] as Browser).call(method, path, body);
const options = async (login: string, query: string): Promise<StartOption[]> => (await call(login, "GET", `/dialog-starts?${query}`)).json().items;
const start = (login: string, body: object) =>
  call(login, "POST", "/dialogs", { clientKey: randomUUID(), channelId: sms, text: "Your order is here", ...body });
const dialogOf = async (id: Id) => (await house.sql`SELECT * FROM dialog WHERE id = ${id}`)[0];
async function customer(login: string, points: { kind: string; value: string }[], name = "Алма"): Promise<Id> {
  const [row] = await house.sql<{ id: Id }[]>`
    INSERT INTO customer (kind, name, responsible_id, responsible_since) SELECT 'person', ${name}, id, now() FROM employee WHERE login = ${login} RETURNING id`;
  const { id } = row as { id: Id };
  for (const p of points)
    await house.sql`INSERT INTO contact_point (customer_id, kind, value_raw, value_norm) VALUES (${id}, ${p.kind}, ${p.value}, ${p.value})`;
  return id;
}

describe("by which channels one may write first", () => {
  test("a typed number by SMS; a bot that the person never wrote to says so; what is no number is refused in words", async () => {
    const [first] = await options("aigul", "to=%2B77011234567");
    expect(first).toMatchObject({
      channelId: sms,
      contactPointId: null,
      identityKind: "phone",
      value: "+77011234567",
      reason: null,
      dialogId: null,
      textLength: 70,
      segments: true,
      attachments: null,
      captionLength: null,
    });
    expect(first?.attachmentBytes).toBeGreaterThan(0);
    expect((await call("aigul", "GET", "/dialog-starts?to=hello")).json()).toMatchObject({ code: "validation", details: { fields: { to: "invalid" } } });
    expect((await call("aigul", "GET", "/dialog-starts")).json().code).toBe("validation");
    const id = await customer("aigul", [
      { kind: "phone", value: "+77010000011" },
      { kind: "telegram", value: "900011" },
    ]);
    expect((await options("aigul", `customerId=${id}`)).map((o) => [o.channelKind, o.value, o.reason])).toEqual([
      ["sms-http", "+77010000011", null],
      ["telegram", "900011", "must_write_first"],
    ]);
  });

  test("a card that one may not see has no options, and nothing can be written to its points", async () => {
    const id = await customer("aigul", [{ kind: "phone", value: "+77010000012" }]);
    const [point] = await options("aigul", `customerId=${id}`);
    // Dana is of another department.
    expect(await options("dana", `customerId=${id}`)).toEqual([]);
    expect((await start("dana", { contactPointId: point?.contactPointId })).statusCode).toBe(404);
    expect((await start("aigul", { contactPointId: point?.contactPointId })).statusCode).toBe(201);
  });

  test("not to whom the card says never to write, nor to whom the number was said to be wrong", async () => {
    const id = await customer("aigul", [{ kind: "phone", value: "+77010000013" }]);
    await house.sql`
      INSERT INTO identity_reachability (channel_id, kind, value_norm, reachable, reason, at) VALUES (${sms}, 'phone', '+77010000013', false, 'unknown-number', now())`;
    expect((await options("aigul", `customerId=${id}`))[0]?.reason).toBe("unreachable");
    expect((await start("aigul", { to: "+77010000013" })).json()).toMatchObject({ code: "unsupported", details: { what: "unreachable" } });
    await house.sql`UPDATE customer SET do_not_contact = true WHERE id = ${id}`;
    const [option] = await options("aigul", `customerId=${id}`);
    expect(option?.reason).toBe("do_not_contact");
    expect((await start("aigul", { contactPointId: option?.contactPointId })).json().details).toEqual({ what: "do_not_contact" });
  });

  test("typing the number goes round no consent, not even for whom the card is closed, and does not tell whose it is", async () => {
    const id = await customer("aigul", [{ kind: "phone", value: "+77010000014" }], "Secret");
    await house.sql`UPDATE customer SET do_not_contact = true WHERE id = ${id}`;
    for (const login of ["aigul", "dana"]) {
      const [option] = await options(login, "to=8%20701%20000%2000%2014");
      expect(option).toMatchObject({ reason: "do_not_contact", contactPointId: null, name: "+77010000014" });
      const answer = await start(login, { to: "8 701 000 00 14" });
      expect(answer.json()).toMatchObject({ code: "unsupported", details: { what: "do_not_contact" } });
      expect(answer.body).not.toContain("Secret");
    }
    await house.sql`UPDATE customer SET do_not_contact = false WHERE id = ${id}`;
    await house.sql`UPDATE contact_point SET bounced_at = now() WHERE customer_id = ${id}`;
    expect((await options("dana", "to=%2B77010000014"))[0]?.reason).toBe("unreachable");
    expect((await start("dana", { to: "+77010000014" })).json().details).toEqual({ what: "unreachable" });
    await house.sql`UPDATE contact_point SET bounced_at = NULL WHERE customer_id = ${id}`;
    expect((await start("aigul", { to: "+77010000014" })).statusCode).toBe(201);
    expect((await house.sql`SELECT 1 FROM message WHERE thread_key = '+77010000014'`).length).toBe(1);
  });

  test("a person whose company forbids writing is not written to by a typed number; once they left the company, they may be", async () => {
    const company = await customer("aigul", []);
    await house.sql`UPDATE customer SET do_not_contact = true WHERE id = ${company}`;
    const [person] = await house.sql<{ id: Id }[]>`INSERT INTO contact (last_name) VALUES ('Worker') RETURNING id`;
    const contactId = (person as { id: Id }).id;
    await house.sql`INSERT INTO customer_contact (customer_id, contact_id) VALUES (${company}, ${contactId})`;
    await house.sql`INSERT INTO contact_point (contact_id, kind, value_raw, value_norm) VALUES (${contactId}, 'phone', '+77010000015', '+77010000015')`;
    expect((await start("dana", { to: "+77010000015" })).json().details).toEqual({ what: "do_not_contact" });
    await house.sql`UPDATE customer_contact SET left_at = now() WHERE contact_id = ${contactId}`;
    expect((await start("dana", { to: "+77010000015" })).statusCode).toBe(201);
  });
});

describe("writing first", () => {
  test("opens a dialog that is ours from the start, with the person on it, and the message leaves", async () => {
    const answer = await start("aigul", { to: "8 701 000 00 21" });
    expect(answer.statusCode).toBe(201);
    const { dialogId, messageId } = answer.json();
    expect(await dialogOf(dialogId)).toMatchObject({
      direction: "out",
      thread_key: "+77010000021",
      identity_kind: "phone",
      identity_value: "+77010000021",
      closed_at: null,
    });
    expect((await house.inputs()).filter((i) => i["dialogId"] === dialogId)).toMatchObject([
      { kind: "dialog.assign", employeeId: house.company.employees.aigul.id, from: null },
      { kind: "dialog.message", direction: "out" },
    ]);
    const delivery = async () => (await house.sql<{ delivery: string }[]>`SELECT delivery FROM message WHERE id = ${messageId}`)[0]?.delivery;
    await until("the message has left", async () => (await delivery()) === "sent");
    expect(provider.sent.filter((s) => s["id"] === messageId)).toMatchObject([{ threadKey: "+77010000021", text: "Your order is here" }]);
    // Writing to a number proves nothing about it.
    const [point] = await house.sql`SELECT verified_at, lead_id IS NOT NULL AS lead FROM contact_point WHERE value_norm = '+77010000021'`;
    expect(point).toEqual({ verified_at: null, lead: true });
  });

  test("twice with one key is one message; twice at once is one dialog; an open dialog is joined", async () => {
    const body = { to: "+77010000022", clientKey: randomUUID() };
    const [a, b] = [await start("aigul", body), await start("aigul", body)];
    expect([a.statusCode, b.statusCode, b.json()]).toEqual([201, 200, a.json()]);
    const both = await Promise.all([start("aigul", { to: "+77010000023" }), start("aigul", { to: "+77010000023" })]);
    expect(new Set(both.map((r) => r.json().dialogId)).size).toBe(1);
    expect((await options("aigul", "to=%2B77010000023"))[0]?.dialogId).toBe(both[0]?.json().dialogId);
    expect((await start("bolat", { ...body })).json().code).toBe("duplicate");
  });

  test("somebody else's open dialog stays theirs; who they are only for whom may see it", async () => {
    const { dialogId } = (await start("aigul", { to: "+77010000024" })).json();
    const { aigul } = house.company.employees;
    await house.sql`INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at) VALUES (${randomUUID()}, ${dialogId}, ${aigul.id}, 'chat', now())`;
    expect((await start("bolat", { to: "+77010000024" })).json()).toEqual({ code: "assigned_to_other", details: {} });
    expect((await start("head", { to: "+77010000024" })).json()).toMatchObject({ code: "assigned_to_other", details: { employee: { id: aigul.id } } });
    expect((await start("aigul", { to: "+77010000024" })).json().dialogId).toBe(dialogId);
  });

  test("more than the day allows, longer than the channel carries, a bot without the person's first word: refused, nothing stored", async () => {
    for (let i = 0; i < 3; i++) expect((await start("aigul", { to: "+77010000025" })).statusCode).toBe(201);
    const count = async () => (await house.sql`SELECT 1 FROM message`).length;
    const before = await count();
    expect((await start("aigul", { to: "+77010000025" })).json()).toEqual({ code: "unsupported", details: { what: "daily_limit", max: 3 } });
    expect((await start("aigul", { to: "+77010000026", text: "x".repeat(71) })).json()).toEqual({
      code: "validation",
      details: { field: "text", reason: "too_long", max: 70 },
    });
    const id = await customer("aigul", [{ kind: "telegram", value: "900027" }]);
    const [option] = await options("aigul", `customerId=${id}`);
    expect((await start("aigul", { channelId: bot, contactPointId: option?.contactPointId })).json().details).toEqual({ what: "must_write_first" });
    expect((await start("aigul", { channelId: bot, to: "+77010000028" })).json().details).toEqual({ what: "unsupported" });
    expect((await start("aigul", { channelId: randomUUID(), to: "+77010000028" })).statusCode).toBe(404);
    expect(await count()).toBe(before);
    expect((await house.sql`SELECT 1 FROM dialog WHERE identity_value IN ('+77010000026','900027','+77010000028')`).length).toBe(0);
    // Tomorrow is another day.
    await house.sql`UPDATE message SET created_at = created_at - interval '1 day' WHERE thread_key = '+77010000025'`;
    expect((await start("aigul", { to: "+77010000025" })).statusCode).toBe(201);
  });

  test("a variable that nobody filled is no message, ours or misspelt; a note may speak of it", async () => {
    const to = "+77010000031";
    const refused = (...variables: string[]) => ({ code: "validation", details: { field: "text", reason: "variables", variables } });
    expect((await start("aigul", { to, text: "Dear {{customer.name}}, {{ ordr }}" })).json()).toEqual(refused("customer.name", "ordr"));
    expect((await house.sql`SELECT 1 FROM dialog WHERE identity_value = ${to}`).length).toBe(0);
    const { dialogId } = (await start("aigul", { to, text: "Dear {customer}" })).json();
    const write = (body: object) => call("aigul", "POST", `/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), ...body });
    expect((await write({ text: "Your {{order}}" })).json()).toEqual(refused("order"));
    expect((await write({ text: "x", subject: "About {{order}}" })).json()).toEqual(refused("order"));
    expect((await write({ text: "Fill in {{order}}", internal: true })).statusCode).toBe(201);
    expect((await house.sql`SELECT body FROM message WHERE dialog_id = ${dialogId} ORDER BY seq`).map((m) => m["body"])).toEqual([
      "Dear {customer}",
      "Fill in {{order}}",
    ]);
  });

  test("without the right to begin dialogs both doors are closed", async () => {
    await house.sql`DELETE FROM role_permission WHERE object = 'dialog' AND action = 'create' AND role_id = ${house.company.roles.agent}`;
    const again = await house.login(house.company.employees.bolat);
    expect((await again.call("GET", "/dialog-starts?to=%2B77010000029")).statusCode).toBe(403);
    expect((await again.call("POST", "/dialogs", { clientKey: randomUUID(), channelId: sms, to: "+77010000029", text: "x" })).statusCode).toBe(403);
    expect((await start("head", { to: "+77010000029" })).statusCode).toBe(201);
  });
});
