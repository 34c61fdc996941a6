import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";

let house: ApiFixture;
let admin: Browser;
let trunk: Id;
beforeAll(async () => {
  house = await apiFixture();
  admin = await house.login(house.company.employees.admin);
  trunk = await house.channel("asterisk-ari");
});
afterAll(() => house.close());

const catalogues = () => house.company.catalogues;
const purpose = (code: string) => catalogues().purposes[code] as Id;
const source = (code: string) => catalogues().sources[code] as Id;
const add = (body: object, channelId = trunk) => admin.call("POST", `/channels/${channelId}/lines`, body);
const list = async (channelId = trunk) => (await admin.call("GET", `/channels/${channelId}/lines`)).json() as { number: string }[];

describe("telephone lines (RG-07, RG-16)", () => {
  test("two lines of one trunk differ; the number is read by the line's country; what changes is audited", async () => {
    const [buy, complain] = [purpose("buy"), purpose("complaint")];
    const first = await add({ number: "8 (727) 200-00-01", queueId: house.company.queueId, purposeId: buy, sourceId: source("advertising") });
    expect([first.statusCode, first.json()]).toMatchObject([201, { number: "+77272000001", purposeId: buy, country: null, keys: [], version: 0 }]);
    const second = await add({ number: "044 200 00 02", country: "UA", keys: [{ key: "2", purposeId: complain }] });
    expect(second.json()).toMatchObject({ number: "+380442000002", queueId: null, country: "UA", keys: [{ key: "2", purposeId: complain }] });
    expect((await add({ number: "111" })).json().number).toBe("111");
    expect((await list()).map((l) => l.number)).toEqual(["+380442000002", "+77272000001", "111"]);

    const keys = [
      { key: "3", purposeId: buy },
      { key: "1", purposeId: complain },
    ];
    const changed = await admin.call("PATCH", `/lines/${first.json().id}`, { version: 0, purposeId: null, keys });
    expect(changed.json()).toMatchObject({ number: "+77272000001", queueId: house.company.queueId, purposeId: null, keys: [keys[1], keys[0]], version: 1 });
    const trace = await house.sql<{ action: string; changes: Record<string, unknown> }[]>`
      SELECT action, changes FROM audit_log WHERE object_kind = 'line' AND object_id = ${first.json().id} ORDER BY id`;
    expect(trace.map((t) => t.action)).toEqual(["create", "edit"]);
    expect(trace[1]?.changes).toEqual({ purpose_id: [buy, null], line_key_1: [null, complain], line_key_3: [null, buy] });
  });

  test("a stale version answers with the line as it is; a taken number, an unreadable one and what is not there in words", async () => {
    const line = (await add({ number: "+77272000010" })).json();
    await admin.call("PATCH", `/lines/${line.id}`, { version: 0, sourceId: source("advertising") });
    const late = await admin.call("PATCH", `/lines/${line.id}`, { version: 0, number: "+77272000011" });
    expect([late.statusCode, late.json()]).toMatchObject([
      409,
      { code: "version_conflict", details: { current: { number: "+77272000010", sourceId: source("advertising"), version: 1 } } },
    ]);
    expect((await add({ number: "8 727 200 00 10" })).json()).toEqual({ code: "duplicate", details: { field: "number" } });
    const faults = async (body: object) => (await add({ number: "+77272000012", ...body })).json().details.fields;
    expect(await faults({ number: "front desk" })).toEqual({ number: "format" });
    expect(await faults({ country: "XX" })).toEqual({ country: "unknown" });
    expect(await faults({ queueId: randomUUID() })).toEqual({ queueId: "unknown" });
    expect(await faults({ purposeId: randomUUID() })).toEqual({ purposeId: "unknown" });
    expect(await faults({ sourceId: randomUUID() })).toEqual({ sourceId: "unknown" });
    expect(await faults({ keys: [{ key: "1", purposeId: randomUUID() }] })).toEqual({ keys: "unknown" });
    const twice = [1, 2].map(() => ({ key: "1", purposeId: purpose("buy") }));
    expect((await add({ number: "+77272000012", keys: twice })).json()).toEqual({ code: "duplicate", details: { field: "keys" } });
  });

  test("a line out of use leaves its calls their line, and its number to a new one; a chat has no lines", async () => {
    const line = (await add({ number: "+77272000020" })).json();
    const dialogId = await house.dialog({ channelId: trunk, medium: "voice" });
    const callId = await house.callOf(dialogId);
    await house.sql`UPDATE call SET line_id = ${line.id} WHERE id = ${callId}`;
    expect((await admin.call("DELETE", `/lines/${line.id}`)).statusCode).toBe(204);
    expect((await admin.call("DELETE", `/lines/${line.id}`)).statusCode).toBe(404);
    expect((await list()).some((l) => l.number === "+77272000020")).toBe(false);
    const register = (await admin.call("GET", "/calls?line=%2B77272000020")).json();
    expect(register.items.map((c: { id: Id }) => c.id)).toEqual([callId]);
    expect((await add({ number: "+77272000020" })).statusCode).toBe(201);
    expect((await add({ number: "+77272000021" }, await house.channel("web-chat"))).json().code).toBe("unsupported");
  });

  test("whoever only reads channels sees lines and changes none", async () => {
    const head = await house.login(house.company.employees.head);
    expect((await head.call("GET", `/channels/${trunk}/lines`)).statusCode).toBe(200);
    expect((await head.call("POST", `/channels/${trunk}/lines`, { number: "+77272000030" })).statusCode).toBe(403);
    const dana = await house.login(house.company.employees.dana);
    expect((await dana.call("GET", `/channels/${trunk}/lines`)).statusCode).toBe(403);
  });
});
