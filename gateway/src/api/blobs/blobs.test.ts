import { randomBytes, randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";
import { disposition, parseRange } from "./range.ts";

let house: ApiFixture;
let chat: Id;
const who: Record<string, Browser> = {};
beforeAll(async () => {
  house = await apiFixture();
  for (const e of Object.values(house.company.employees)) who[e.login] = await house.login(e);
  chat = await house.channel("web-chat");
});
afterAll(async () => {
  await house.close();
});

const BOUNDARY = "----kommutator";
function form(bytes: Buffer, options: { name?: string; filename?: string; type?: string } = {}): { payload: Buffer; headers: Record<string, string> } {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${options.name ?? "file"}"; filename="${options.filename ?? "план.pdf"}"\r\nContent-Type: ${options.type ?? "application/pdf"}\r\n\r\n`;
  return {
    payload: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]),
    headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
  };
}
async function upload(login: string, bytes: Buffer, options: Parameters<typeof form>[1] = {}) {
  const { payload, headers } = form(bytes, options);
  return (who[login] as Browser).call("POST", "/blobs", payload, headers);
}
const get = (login: string, id: Id, headers: Record<string, string> = {}) => (who[login] as Browser).call("GET", `/blobs/${id}`, undefined, headers);

describe("files", () => {
  test("an upload comes back byte for byte as a download that no browser opens or guesses", async () => {
    const bytes = randomBytes(300_000);
    const ref = (await upload("aigul", bytes)).json();
    expect(ref).toMatchObject({ name: "план.pdf", mime: "application/pdf", bytes: 300_000 });
    const answer = await get("aigul", ref.blobId);
    expect(answer.rawPayload.equals(bytes)).toBe(true);
    expect(answer.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
      "cache-control": "private, no-store",
    });
    expect(answer.headers["content-disposition"]).toBe(`attachment; filename="____.pdf"; filename*=UTF-8''${encodeURIComponent("план.pdf")}`);
  });

  test("until it is sent a file is its uploader's; then it goes with the dialog and its rights", async () => {
    const { employees } = house.company;
    const { blobId } = (await upload("aigul", Buffer.from("offer"))).json();
    expect((await get("aigul", blobId)).statusCode).toBe(200);
    for (const other of ["bolat", "dana", "head", "admin"]) expect([other, (await get(other, blobId)).statusCode]).toEqual([other, 404]);
    const dialogId = await house.dialog({ channelId: chat, assignee: employees.aigul.id });
    const sent = await (who["aigul"] as Browser).call("POST", `/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text: "", attachments: [blobId] });
    expect(sent.json().attachments).toEqual([
      { pos: 0, blobId, name: "план.pdf", mime: "application/pdf", bytes: 5, state: "stored", reason: null, durationMs: null, voice: false, preview: false },
    ]);
    const seen = { aigul: 200, head: 200, admin: 200, bolat: 404, dana: 404 };
    for (const [login, status] of Object.entries(seen)) expect([login, (await get(login, blobId)).statusCode]).toEqual([login, status]);
    const missing = await get("bolat", randomUUID());
    expect((await get("bolat", blobId)).body).toBe(missing.body);
    // Handing the dialog on takes the file away from the one who uploaded it.
    await house.sql`UPDATE assignment SET employee_id = ${employees.dana.id} WHERE dialog_id = ${dialogId}`;
    expect([(await get("aigul", blobId)).statusCode, (await get("dana", blobId)).statusCode]).toEqual([404, 200]);
  });

  test("malformed, nameless and oversized uploads are refused in words, and nothing is stored", async () => {
    const count = async () => (await house.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM blob`)[0]?.n;
    const before = await count();
    const { call } = who["aigul"] as Browser;
    const good = form(Buffer.from("x"));
    const cut = good.payload.subarray(0, good.payload.length - 12);
    expect((await call("POST", "/blobs", cut, good.headers)).statusCode).toBe(422);
    expect((await call("POST", "/blobs", Buffer.from("not multipart at all"), { "content-type": "multipart/form-data" })).json()).toMatchObject({
      code: "validation",
    });
    expect((await call("POST", "/blobs", Buffer.from("garbage"), good.headers)).json()).toMatchObject({ code: "validation" });
    expect((await call("POST", "/blobs", { file: "x" })).json()).toMatchObject({ code: "validation" });
    expect((await upload("aigul", Buffer.from("x"), { name: "other" })).json()).toMatchObject({ code: "validation" });
    const tooBig = await upload("aigul", Buffer.alloc(50 * 1024 * 1024 + 1));
    expect([tooBig.statusCode, tooBig.json().code]).toEqual([413, "too_large"]);
    expect(await count()).toBe(before);
    expect((await upload("aigul", Buffer.alloc(50 * 1024 * 1024))).statusCode).toBe(201);
  });

  test("a hostile file name or type injects nothing", async () => {
    const ref = (await upload("aigul", Buffer.from("x"), { filename: "..\\..\\evil\\a.html", type: "text/html" })).json();
    expect(ref.name).toBe("a.html");
    const answer = await get("aigul", ref.blobId);
    expect(answer.headers["content-type"]).toBe("application/octet-stream");
    expect(disposition("attachment", 'a"\r\nSet-Cookie: x=1')).not.toMatch(/[\r\n]/);
  });
});

describe("recordings", () => {
  test("one listens with the right only, in ranges, and each listening is in the audit once", async () => {
    const { employees } = house.company;
    const bytes = Buffer.from("0123456789");
    const { blobId } = (await upload("admin", bytes, { filename: "call.wav", type: "audio/wav" })).json();
    const dialogId = await house.dialog({ channelId: await house.channel("asterisk-ari"), assignee: employees.aigul.id, medium: "voice" });
    const callId = await house.callOf(dialogId);
    await house.sql`UPDATE call SET recording_id = ${blobId}, recording_state = 'stored' WHERE id = ${callId}`;
    const seen = { aigul: 206, head: 206, admin: 206, bolat: 404, dana: 404 };
    for (const [login, status] of Object.entries(seen)) {
      const answer = await get(login, blobId, { range: "bytes=2-5" });
      expect([login, answer.statusCode]).toEqual([login, status]);
      if (status === 206) expect([answer.body, answer.headers["content-range"], answer.headers["content-type"]]).toEqual(["2345", "bytes 2-5/10", "audio/wav"]);
    }
    await get("aigul", blobId, { range: "bytes=6-" });
    expect((await get("aigul", blobId, { range: "bytes=99-" })).statusCode).toBe(416);
    const audited = await house.sql<
      { actor_id: Id }[]
    >`SELECT actor_id FROM audit_log WHERE object_kind = 'recording' AND object_id = ${blobId} AND action = 'listen'`;
    expect(audited.map((r) => r.actor_id).sort()).toEqual([employees.aigul.id, employees.head.id, employees.admin.id].sort());
    house.time.ahead = 11 * 60_000;
    await get("aigul", blobId);
    house.time.ahead = 0;
    const [again] = await house.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM audit_log WHERE object_id = ${blobId} AND actor_id = ${employees.aigul.id}`;
    expect(again?.n).toBe(2);
    // Without the right the card does not even name it.
    await house.sql`DELETE FROM role_permission WHERE object = 'recording' AND role_id = ${house.company.roles.agent}`;
    expect((await get("aigul", blobId)).statusCode).toBe(404);
    expect((await (who["aigul"] as Browser).call("GET", `/dialogs/${dialogId}`)).json().call.recordingBlobId).toBeNull();
    expect((await (who["head"] as Browser).call("GET", `/dialogs/${dialogId}`)).json().call.recordingBlobId).toBe(blobId);
  });

  test.each([
    ["bytes=0-3", { from: 0, to: 3 }],
    ["bytes=7-", { from: 7, to: 9 }],
    ["bytes=-4", { from: 6, to: 9 }],
    ["bytes=-400", { from: 0, to: 9 }],
    ["bytes=5-400", { from: 5, to: 9 }],
    ["bytes=10-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=5-2", null],
    ["bytes=0-1,4-5", null],
    ["lines=1-2", null],
    [undefined, null],
  ])("RFC 9110: range %s of ten bytes", (header, range) => {
    expect(parseRange(header, 10)).toEqual(range);
  });
});
