import { createHash, randomBytes } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { withPreview } from "@kommutator/contract/preview";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "../../../tests/lab/support/wait.ts";
import { type ApiFixture, apiFixture, type Browser } from "../api/testing/api.fixture.ts";
import { messenger, Provider } from "../api/testing/messenger.fixture.ts";
import { addMediaJob } from "./jobs.ts";

let house: ApiFixture;
let agent: Browser;
let provider: Provider;
let slow: Provider;
let channel: Id;
beforeAll(async () => {
  [provider, slow] = [await Provider.start(), await Provider.start()];
  house = await apiFixture({
    registry: {
      telegram: { exclusive: false, load: async () => messenger("telegram", () => provider, { canStart: false }) },
      viber: { exclusive: false, load: async () => messenger("viber", () => slow, {}) },
    },
  });
  agent = await house.login(house.company.employees.aigul);
  channel = await house.channel("telegram");
}, 60_000);
afterAll(async () => {
  await house.close();
  await provider.close();
  await slow.close();
});
beforeEach(() => {
  provider.answer = () => false;
});

const PNG = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), randomBytes(2_000)]);

/** A dialog of Aigul's whose message names a file that is still at the provider. */
async function fileOf(file: { name?: string; mime?: string; key: string; bytes?: number; channelId?: Id }): Promise<{ dialogId: Id; messageId: Id }> {
  const dialogId = await house.dialog({ channelId: file.channelId ?? channel, assignee: house.company.employees.aigul.id });
  const messageId = await house.sql.begin(async (tx) => {
    const [message] = await tx<{ id: Id }[]>`SELECT id FROM message WHERE dialog_id = ${dialogId}`;
    const { id } = message as { id: Id };
    await tx`
      INSERT INTO message_attachment (message_id, pos, name, mime, bytes, state, file_key)
      VALUES (${id}, 0, ${file.name ?? "photo.png"}, ${file.mime ?? "image/png"}, ${file.bytes ?? 0}, 'pending', ${file.key})`;
    await addMediaJob(tx, file.channelId ?? channel, id, 0);
    return id;
  });
  return { dialogId, messageId };
}
const shown = async (dialogId: Id) => (await agent.call("GET", `/dialogs/${dialogId}/messages`)).json().items.at(-1).attachments[0];
const settled = (dialogId: Id) => until("the file has come or was refused", async () => (await shown(dialogId)).state !== "pending");
const serve = (bytes: Buffer, type: string) => {
  provider.answer = (_request, response) => {
    response.writeHead(200, { "content-type": type }).end(bytes);
    return true;
  };
};

test("a file comes behind its message: stored whole, told to who watches, shown as the picture it is", async () => {
  serve(PNG, "application/octet-stream");
  const { dialogId, messageId } = await fileOf({ key: "photo-1" });
  await settled(dialogId);
  const file = await shown(dialogId);
  expect(file).toMatchObject({ pos: 0, name: "photo.png", mime: "image/png", bytes: PNG.length, state: "stored", reason: null });
  const bytes = await agent.call("GET", `/blobs/${file.blobId}`);
  expect(createHash("sha256").update(bytes.rawPayload).digest("hex")).toBe(createHash("sha256").update(PNG).digest("hex"));
  expect(bytes.headers).toMatchObject({
    "content-type": "image/png",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
  });
  expect(bytes.headers["content-disposition"]).toMatch(/^inline; /);
  const part = await agent.call("GET", `/blobs/${file.blobId}`, undefined, { range: "bytes=0-7" });
  expect([part.statusCode, part.rawPayload.toString("hex")]).toEqual([206, "89504e470d0a1a0a"]);
  const events = await house.sql`SELECT payload FROM dialog_event WHERE dialog_id = ${dialogId} AND kind = 'message.changed'`;
  expect(events.map((e) => e["payload"])).toEqual([{ messageId, seq: 1, what: "files" }]);
});

test("a page that calls itself a picture is a download and nothing else", async () => {
  serve(Buffer.from("<html><script>alert(1)</script></html>"), "image/png");
  const { dialogId } = await fileOf({ key: "evil.png" });
  await settled(dialogId);
  const file = await shown(dialogId);
  expect(file).toMatchObject({ state: "stored", mime: "application/octet-stream" });
  const { headers } = await agent.call("GET", `/blobs/${file.blobId}`);
  expect([headers["content-type"], String(headers["content-disposition"]).split(";")[0]]).toEqual(["application/octet-stream", "attachment"]);
});

test("a large photo comes with the small one of its provider, which whoever may have the photo may have, and nobody else", async () => {
  const [photo, thumb] = [Buffer.concat([PNG, randomBytes(300_000)]), Buffer.concat([PNG, randomBytes(100)])];
  provider.answer = (request, response) => {
    response.writeHead(200, { "content-type": "image/png" }).end(request.url === "/thumb" ? thumb : photo);
    return true;
  };
  const { dialogId } = await fileOf({ key: withPreview("photo", "thumb") });
  await settled(dialogId);
  const file = await shown(dialogId);
  expect(file).toMatchObject({ state: "stored", bytes: photo.length, preview: true });
  const small = await agent.call("GET", `/blobs/${file.blobId}?preview`);
  expect([small.statusCode, small.rawPayload.equals(thumb), small.headers["content-type"]]).toEqual([200, true, "image/png"]);
  expect((await agent.call("GET", `/blobs/${file.blobId}`)).rawPayload.equals(photo)).toBe(true);
  const stranger = await house.login(house.company.employees.bolat);
  expect((await stranger.call("GET", `/blobs/${file.blobId}?preview`)).statusCode).toBe(404);
  const [row] = await house.sql<{ preview_id: Id }[]>`SELECT preview_id FROM blob WHERE id = ${file.blobId}`;
  expect((await stranger.call("GET", `/blobs/${row?.preview_id}`)).statusCode).toBe(404);
});

test("a small picture that does not come, or is a page, is left away; the photo is shown without it", async () => {
  const photo = Buffer.concat([PNG, randomBytes(300_000)]);
  for (const thumb of [null, "<html><script>alert(1)</script></html>"]) {
    provider.answer = (request, response) => {
      if (request.url !== "/thumb") response.writeHead(200, { "content-type": "image/png" }).end(photo);
      else response.writeHead(thumb === null ? 404 : 200, { "content-type": "image/png" }).end(thumb ?? "");
      return true;
    };
    const { dialogId } = await fileOf({ key: withPreview("photo", "thumb") });
    await settled(dialogId);
    const file = await shown(dialogId);
    expect(file).toMatchObject({ state: "stored", preview: false });
    expect((await agent.call("GET", `/blobs/${file.blobId}?preview`)).rawPayload.equals(photo)).toBe(true);
  }
});

test("what is gone, or larger than may be, is refused with the reason; asked for again it comes", async () => {
  const gone = await fileOf({ key: "expired" });
  await settled(gone.dialogId);
  expect(await shown(gone.dialogId)).toMatchObject({ state: "refused", reason: "gone", blobId: null });
  const large = await fileOf({ key: "film", mime: "video/mp4", bytes: 51 * 1024 * 1024 });
  await settled(large.dialogId);
  expect(await shown(large.dialogId)).toMatchObject({ state: "refused", reason: "too_large" });
  // It said nothing of its size, and has too much.
  provider.answer = (_request, response) => {
    response.writeHead(200, { "content-length": String(60 * 1024 * 1024) }).flushHeaders();
    return true;
  };
  const lying = await fileOf({ key: "lying" });
  await settled(lying.dialogId);
  expect(await shown(lying.dialogId)).toMatchObject({ state: "refused", reason: "too_large" });
  serve(PNG, "image/png");
  const again = await agent.call("POST", `/messages/${gone.messageId}/files/0/retry`, {});
  expect([again.statusCode, again.json().attachments[0].state]).toEqual([200, "pending"]);
  await settled(gone.dialogId);
  expect(await shown(gone.dialogId)).toMatchObject({ state: "stored" });
  expect((await agent.call("POST", `/messages/${gone.messageId}/files/0/retry`, {})).json().code).toBe("duplicate");
  expect((await agent.call("POST", `/messages/${gone.messageId}/files/9/retry`, {})).statusCode).toBe(404);
  const stranger = await house.login(house.company.employees.bolat);
  expect((await stranger.call("POST", `/messages/${gone.messageId}/files/0/retry`, {})).statusCode).toBe(404);
});

test("a file server that stumbles is tried again; after the last attempt the file is given up", async () => {
  let asked = 0;
  provider.answer = (_request, response) => {
    asked++;
    if (asked === 1) response.writeHead(503).end();
    else response.writeHead(200, { "content-type": "image/png" }).end(PNG);
    return true;
  };
  const { dialogId } = await fileOf({ key: "later" });
  await settled(dialogId);
  expect([await shown(dialogId), asked]).toMatchObject([{ state: "stored" }, 2]);
  provider.answer = (_request, response) => {
    response.writeHead(503).end();
    return true;
  };
  const dead = await fileOf({ key: "never" });
  await house.sql`UPDATE message_attachment SET attempts = 29 WHERE message_id = ${dead.messageId}`;
  await house.sql.begin((tx) => addMediaJob(tx, channel, dead.messageId, 0, { now: true }));
  await settled(dead.dialogId);
  expect(await shown(dead.dialogId)).toMatchObject({ state: "refused", reason: "failed" });
});

test("a file server that hangs delays neither messages nor another channel's files", async () => {
  const dead = await house.channel("viber");
  slow.answer = (request) => request.method === "GET";
  const hanging = await Promise.all(Array.from({ length: 20 }, (_, i) => fileOf({ key: `hangs-${i}`, channelId: dead })));
  const busy = async () => (await house.sql`SELECT 1 FROM graphile_worker._private_jobs j WHERE j.locked_at IS NOT NULL AND j.key LIKE 'media:%'`).length;
  await until("the hanging ones are asked for", async () => (await busy()) >= 2);
  serve(PNG, "image/png");
  const { dialogId } = await fileOf({ key: "quick" });
  await settled(dialogId);
  const sent = await agent.call("POST", `/dialogs/${hanging[0]?.dialogId}/messages`, { clientKey: crypto.randomUUID(), text: "we look into it" });
  expect(sent.statusCode).toBe(201);
  const delivery = async () => (await house.sql<{ delivery: string }[]>`SELECT delivery FROM message WHERE id = ${sent.json().id}`)[0]?.delivery;
  await until("the answer has left", async () => (await delivery()) === "sent");
  expect((await shown(hanging[0]?.dialogId as Id)).state).toBe("pending");
}, 60_000);
