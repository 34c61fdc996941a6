import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";

let house: ApiFixture;
let phones: Id;
let callId: Id;
let dialogId: Id;
const who: Record<string, Browser> = {};
beforeAll(async () => {
  house = await apiFixture();
  for (const e of Object.values(house.company.employees)) who[e.login] = await house.login(e);
  phones = await house.channel("asterisk-ari");
  dialogId = await house.dialog({ channelId: phones, assignee: house.company.employees.aigul.id, medium: "voice" });
  callId = await house.callOf(dialogId);
});
afterAll(async () => {
  await house.close();
});

const ACTS: [string, object, string][] = [
  ["hold", {}, "call.hold"],
  ["resume", {}, "call.resume"],
  ["dtmf", { digits: "12#" }, "call.dtmf"],
  ["rejoin", {}, "call.rejoin"],
  ["hangup", {}, "call.hangup"],
];

describe("calls", () => {
  test("whoever has the call holds, resumes, presses keys, comes back and hangs up; a stranger finds no such call", async () => {
    const [call] = await house.sql<{ external_id: string }[]>`SELECT external_id FROM call WHERE id = ${callId}`;
    for (const [act, body, kind] of ACTS) {
      for (const stranger of ["bolat", "dana"]) {
        const answer = await (who[stranger] as Browser).call("POST", `/calls/${callId}/${act}`, body);
        expect([act, stranger, answer.json()]).toEqual([act, stranger, { code: "not_found", details: {} }]);
      }
      house.performed.length = 0;
      expect([act, (await (who["aigul"] as Browser).call("POST", `/calls/${callId}/${act}`, body)).statusCode]).toEqual([act, 204]);
      expect(house.performed).toMatchObject([{ kind, command: { callKey: call?.external_id } }]);
      expect([act, (await (who["head"] as Browser).call("POST", `/calls/${callId}/${act}`, body)).statusCode]).toEqual([act, 204]);
    }
  });

  test("after a reload the browser learns of its call, and of no other's", async () => {
    expect((await (who["aigul"] as Browser).call("GET", "/softphone/call")).json()).toMatchObject({
      call: { id: callId, state: "talking", from: "+77010000001" },
    });
    expect((await (who["bolat"] as Browser).call("GET", "/softphone/call")).json()).toEqual({ call: null });
  });

  test("a softphone gets a password of its session: the same in a second tab, another after a new login", async () => {
    house.performed.length = 0;
    const session = async (browser: Browser) => (await browser.call("POST", "/softphone/session", {})).json();
    const one = await session(who["aigul"] as Browser);
    expect(one).toMatchObject({ available: true, wsUrl: "ws://127.0.0.1:8088/ws", uri: "sip:103@127.0.0.1", username: "103" });
    expect(house.performed).toMatchObject([{ kind: "phone.provision", command: { endpoint: "103", displayName: "Aigul Nurlanova", password: one.password } }]);
    expect((await session(who["aigul"] as Browser)).password).toBe(one.password);
    expect((await session(await house.login(house.company.employees.aigul))).password).not.toBe(one.password);
    expect((await session(who["bolat"] as Browser)).password).not.toBe(one.password);
  });

  test("a call out rings the employee first and is known by its id once ingest has it; without an extension there is no phone", async () => {
    house.performed.length = 0;
    const asked = (who["bolat"] as Browser).call("POST", "/calls", { number: "+77010000002" });
    while (house.performed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const { command } = house.performed[0] as unknown as { command: { id: Id; endpoint: string; number: string } };
    expect(command).toMatchObject({ endpoint: "104", number: "+77010000002" });
    const out = await house.dialog({ channelId: phones, assignee: house.company.employees.bolat.id, medium: "voice" });
    const outCall = await house.callOf(out);
    await house.sql`UPDATE call SET external_id = ${`kmt-o-${command.id}`} WHERE id = ${outCall}`;
    expect((await asked).json()).toEqual({ callId: outCall });
    await house.sql`UPDATE employee SET extension = NULL WHERE login = 'dana'`;
    expect((await (who["dana"] as Browser).call("POST", "/calls", { number: "+77010000002" })).json()).toMatchObject({ code: "phone_unavailable" });
    expect((await (who["dana"] as Browser).call("POST", "/softphone/session", {})).json()).toMatchObject({ available: false, password: "" });
  });

  test("a call that is over, or a telephone system that is away, is said in words", async () => {
    await house.sql`UPDATE call SET state = 'ended', ended_at = now(), disposition = 'answered' WHERE id = ${callId}`;
    expect((await (who["aigul"] as Browser).call("POST", `/calls/${callId}/hold`, {})).json()).toMatchObject({ code: "dialog_closed" });
    expect((await (who["aigul"] as Browser).call("POST", `/calls/${randomUUID()}/hold`, {})).json()).toMatchObject({ code: "not_found" });
    const chat = await house.channel("web-chat");
    const odd = await house.callOf(await house.dialog({ channelId: chat, assignee: house.company.employees.aigul.id }));
    expect((await (who["aigul"] as Browser).call("POST", `/calls/${odd}/hold`, {})).json()).toMatchObject({ code: "unsupported" });
    await house.sql`UPDATE channel SET enabled = false, version = version + 1 WHERE id = ${chat}`;
    await (await house.login(house.company.employees.admin)).call("PATCH", `/channels/${chat}`, { version: 1, enabled: false });
    expect((await (who["aigul"] as Browser).call("POST", `/calls/${odd}/hold`, {})).json()).toMatchObject({ code: "channel_down" });
  });
});
