import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";

let house: ApiFixture;
let admin: Browser;
beforeAll(async () => {
  house = await apiFixture();
  admin = await house.login(house.company.employees.admin);
});
afterAll(async () => {
  await house.close();
});

const SECRET = "swordfish-7381";
const create = (name: string, config: object = { url: "http://127.0.0.1:8088/ari", password: SECRET }) =>
  admin.call("POST", "/channels", { kind: "asterisk-ari", name, queueId: house.company.queueId, config });

describe("channels (settings)", () => {
  test("a secret is written, sealed at rest, and never read back: not in answers, rows, audit or lists", async () => {
    const made = await create("Trunk");
    expect(made.statusCode).toBe(201);
    const view = made.json();
    expect(view).toMatchObject({ kind: "asterisk-ari", config: { url: "http://127.0.0.1:8088/ari" }, secretsSet: ["password"], version: 0 });
    const changed = await admin.call("PATCH", `/channels/${view.id}`, { version: 0, name: "Trunk 1", config: { url: "http://127.0.0.1:8089/ari" } });
    expect(changed.json()).toMatchObject({ name: "Trunk 1", secretsSet: ["password"], version: 1 });
    const everything = [
      made.body,
      changed.body,
      (await admin.call("GET", "/channels")).body,
      (await admin.call("GET", "/audit")).body,
      ...(await house.sql<{ row: string }[]>`SELECT channel::text AS row FROM channel`).map((r) => r.row),
    ].join();
    expect(everything).not.toContain(SECRET);
    expect(everything).not.toContain(Buffer.from(SECRET).toString("hex"));
  });

  test("a stale version answers with the channel as it is; a taken name, an unknown kind or queue in words", async () => {
    const view = (await create("Second")).json();
    await admin.call("PATCH", `/channels/${view.id}`, { version: 0, enabled: false });
    const conflict = await admin.call("PATCH", `/channels/${view.id}`, { version: 0, name: "Late" });
    expect([conflict.statusCode, conflict.json()]).toMatchObject([
      409,
      { code: "version_conflict", details: { current: { name: "Second", enabled: false, version: 1 } } },
    ]);
    expect((await create("Second")).json()).toEqual({ code: "duplicate", details: { field: "name" } });
    expect((await admin.call("POST", "/channels", { kind: "pigeon", name: "P", queueId: house.company.queueId, config: {} })).json().code).toBe("validation");
    expect((await admin.call("POST", "/channels", { kind: "web-chat", name: "P", queueId: randomUUID(), config: {} })).json().code).toBe("validation");
  });

  test("a channel with open dialogs stays; then it goes, its name is free and its secrets are forgotten", async () => {
    const view = (await create("Third")).json();
    const dialogId = await house.dialog({ channelId: view.id });
    expect((await admin.call("DELETE", `/channels/${view.id}`)).json()).toEqual({ code: "in_use", details: { counts: { dialogs: 1 } } });
    await house.sql`UPDATE dialog SET closed_at = now() WHERE id = ${dialogId}`;
    expect((await admin.call("DELETE", `/channels/${view.id}`)).statusCode).toBe(204);
    expect((await admin.call("GET", "/channels")).json().some((c: { id: Id }) => c.id === view.id)).toBe(false);
    const [row] = await house.sql<{ secrets: Buffer | null }[]>`SELECT secrets FROM channel WHERE id = ${view.id}`;
    expect(row?.secrets).toBeNull();
    expect((await create("Third")).statusCode).toBe(201);
  });

  test("the error list shows what could not be read and puts it before ingest again, once", async () => {
    const id = await house.channel("web-chat");
    const [event] = await house.sql<{ id: number }[]>`
      INSERT INTO raw_event (channel_id, event_key, order_key, kind, event, occurred_at, state, attempts, error)
      VALUES (${id}, 'k1', 't', 'message.received', '{"text":"broken"}', now(), 'failed', 5, 'unreadable') RETURNING id`;
    expect((await admin.call("GET", `/channels/${id}/errors`)).json()).toMatchObject([
      { eventKey: "k1", attempts: 5, error: "unreadable", payload: { text: "broken" } },
    ]);
    expect((await admin.call("POST", `/channels/${id}/errors/${event?.id}/retry`, {})).statusCode).toBe(204);
    expect((await admin.call("POST", `/channels/${id}/errors/${event?.id}/retry`, {})).statusCode).toBe(404);
    expect((await admin.call("GET", `/channels/${id}/errors`)).json()).toEqual([]);
    expect((await admin.call("POST", `/channels/${id}/test`, {})).json().ok).toBe(true);
    expect((await admin.call("GET", `/channels/${id}/transcript`)).json()).toEqual([]);
  });

  test("only the administrator changes channels; the twin succeeds", async () => {
    const { employees, queueId } = house.company;
    const id = (await create("Guarded")).json().id;
    for (const e of [employees.head, employees.aigul]) {
      const { call } = await house.login(e);
      const body = { kind: "web-chat", name: "Mine", queueId, config: {} };
      for (const [method, path, payload] of [
        ["POST", "/channels", body],
        ["PATCH", `/channels/${id}`, { version: 0, name: "Mine" }],
        ["DELETE", `/channels/${id}`, undefined],
        ["POST", `/channels/${id}/test`, {}],
        ["GET", `/channels/${id}/errors`, undefined],
        ["GET", `/channels/${id}/transcript`, undefined],
      ] as const) {
        expect([e.login, method, path, (await call(method, path, payload)).statusCode]).toEqual([e.login, method, path, 403]);
      }
    }
    expect((await admin.call("PATCH", `/channels/${id}`, { version: 0, name: "Guarded well" })).statusCode).toBe(200);
  });

  test("a visitor's request reaches the chat with its raw body; an unknown channel answers 503, a body beyond the limit 413", async () => {
    const id = await house.channel("web-chat");
    const session = await house.app.inject({ method: "POST", url: `/hooks/${id}/session`, headers: { "content-type": "application/json" }, payload: "{}" });
    expect([session.statusCode, session.json().token]).toEqual([200, expect.stringMatching(/^[\w-]{43}$/)]);
    expect(session.headers["cross-origin-resource-policy"]).toBe("cross-origin");
    expect((await house.app.inject({ method: "POST", url: `/hooks/${randomUUID()}/session`, payload: "{}" })).statusCode).toBe(503);
    const big = await house.app.inject({
      method: "POST",
      url: `/hooks/${id}/message`,
      headers: { "content-type": "application/json" },
      payload: Buffer.alloc(40 * 1024 * 1024),
    });
    expect([big.statusCode, big.json().code]).toEqual([413, "too_large"]);
  });
});
