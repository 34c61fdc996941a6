import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../tests/lab/support/wait.ts";
import { type ApiFixture, apiFixture, type Browser } from "../api/testing/api.fixture.ts";
import { messenger, Provider } from "../api/testing/messenger.fixture.ts";
import { insertUnjudged } from "../dialogs/message-sql.ts";
import { addMediaJob } from "../outbound/jobs.ts";
import { createFileGuard, NotJudged } from "./file-guard.ts";

/** A scanner: finds EICAR, crashes on CRASH until the folder holds `mended`, and takes for ever over SLOW. */
const SCRIPT = `#!/bin/sh
test "$1" = "--quiet" || exit 9
if grep -q EICAR "$2"; then exit 1; fi
if grep -q CRASH "$2"; then test -e "$(dirname "$0")/mended" && exit 0; exit 2; fi
if grep -q SLOW "$2"; then exec sleep 60; fi
exit 0
`;
let dir: string;
let scan: string[];
let house: ApiFixture;
let agent: Browser;
let provider: Provider;
let channel: Id;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "kommutator-scanner-"));
  scan = [join(dir, "scan.sh"), "--quiet"];
  await writeFile(scan[0] as string, SCRIPT);
  await chmod(scan[0] as string, 0o755);
  provider = await Provider.start();
  house = await apiFixture({
    registry: { telegram: { exclusive: false, load: async () => messenger("telegram", () => provider, {}) } },
    fileGuard: createFileGuard({ scan, blocked: ["exe"] }),
  });
  agent = await house.login(house.company.employees.aigul);
  channel = await house.channel("telegram");
}, 60_000);
afterAll(async () => {
  await house.close();
  await provider.close();
  await rm(dir, { recursive: true, force: true });
});

const never = new AbortController().signal;
const message = async (): Promise<{ dialogId: Id; messageId: Id }> => {
  const dialogId = await house.dialog({ channelId: channel, assignee: house.company.employees.aigul.id });
  const [row] = await house.sql<{ id: Id }[]>`SELECT id FROM message WHERE dialog_id = ${dialogId}`;
  return { dialogId, messageId: (row as { id: Id }).id };
};
/** A message whose file is at the provider, which says `content`. */
async function remote(content: string, name = "note.txt"): Promise<{ dialogId: Id; messageId: Id }> {
  provider.answer = (_request, response) => {
    response.writeHead(200, { "content-type": "text/plain" }).end(content);
    return true;
  };
  const made = await message();
  await house.sql.begin(async (tx) => {
    await tx`
      INSERT INTO message_attachment (message_id, pos, name, mime, bytes, state, file_key) VALUES (${made.messageId}, 0, ${name}, 'text/plain', 0, 'pending', ${content})`;
    await addMediaJob(tx, channel, made.messageId, 0);
  });
  return made;
}
const shown = async (dialogId: Id) => (await agent.call("GET", `/dialogs/${dialogId}/messages`)).json().items.at(-1).attachments[0];
const settled = (dialogId: Id) => until("the file was judged", async () => (await shown(dialogId)).state !== "pending");

describe("the scanner of the house", () => {
  test("its exit code is the verdict; anything else, too long a time or its absence is none, and nothing stays behind", async () => {
    const guard = createFileGuard({ scan, blocked: [], scanWithinMs: 300 });
    const judge = (text: string) => guard?.judge(Buffer.from(text), "счёт.pdf", never);
    expect([await judge("fine"), await judge("EICAR")]).toEqual(["clean", "infected"]);
    await expect(judge("CRASH")).rejects.toBeInstanceOf(NotJudged);
    await expect(judge("SLOW")).rejects.toThrow("within 0.3 s");
    await expect(createFileGuard({ scan: [join(dir, "none")], blocked: [] })?.judge(Buffer.from("x"), "x", never)).rejects.toBeInstanceOf(NotJudged);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith("kommutator-scan-"))).toEqual([]);
    expect(createFileGuard({ scan: null, blocked: [] })).toBeNull();
  });

  test("a clean file is shown; one that it refuses is kept from everybody, and says why", async () => {
    const clean = await remote("fine");
    await settled(clean.dialogId);
    const bad = await remote("EICAR");
    await settled(bad.dialogId);
    expect(await shown(clean.dialogId)).toMatchObject({ state: "stored", reason: null });
    expect(await shown(bad.dialogId)).toMatchObject({ state: "refused", reason: "infected", blobId: null });
  });

  test("without a verdict a file is kept back and judged again; at last it says that nobody could", async () => {
    const { dialogId, messageId } = await remote("CRASH");
    const attempts = async () =>
      (await house.sql<{ attempts: number }[]>`SELECT attempts FROM message_attachment WHERE message_id = ${messageId}`)[0]?.attempts;
    await until("it was tried", async () => (await attempts()) === 1);
    expect(await shown(dialogId)).toMatchObject({ state: "pending", blobId: null });
    await house.sql`UPDATE message_attachment SET attempts = 29 WHERE message_id = ${messageId}`;
    await house.sql.begin((tx) => addMediaJob(tx, channel, messageId, 0, { now: true }));
    await settled(dialogId);
    expect(await shown(dialogId)).toMatchObject({ state: "refused", reason: "unscanned" });
    await writeFile(join(dir, "mended"), "");
    expect((await agent.call("POST", `/messages/${messageId}/files/0/retry`, {})).statusCode).toBe(200);
    await settled(dialogId);
    expect(await shown(dialogId)).toMatchObject({ state: "stored", reason: null });
  });

  test("a file of an extension that the house does not take is not fetched", async () => {
    const { dialogId } = await remote("fine", "Счёт.pdf.EXE");
    await settled(dialogId);
    expect(await shown(dialogId)).toMatchObject({ state: "refused", reason: "type" });
  });

  test("a file that comes with its message, as a letter's, waits for the same verdict", async () => {
    const { dialogId, messageId } = await message();
    await house.sql.begin(async (tx) => {
      const [raw] = await tx<{ id: number }[]>`
        INSERT INTO raw_event (channel_id, event_key, order_key, kind, event, occurred_at, state) VALUES (${channel}, ${messageId}, ${messageId}, 'message.received', '{}', now(), 'done') RETURNING id`;
      for (const [pos, content] of ["fine", "EICAR"].entries()) {
        const blob = await house.blobs.put(tx, Buffer.from(content), { name: "letter.txt", mime: "text/plain", createdBy: null });
        await tx`INSERT INTO raw_event_blob (raw_event_id, pos, blob_id, name, mime) VALUES (${raw?.id ?? 0}, ${pos}, ${blob.id}, 'letter.txt', 'text/plain')`;
      }
      await insertUnjudged(tx, [{ id: messageId, rawEventId: raw?.id ?? 0 } as never]);
    });
    const files = async () =>
      (await agent.call("GET", `/dialogs/${dialogId}/messages`)).json().items.at(-1).attachments as { state: string; blobId: Id | null }[];
    await until("both were judged", async () => (await files()).every((each) => each.state !== "pending"));
    const [clean, bad] = await files();
    expect([clean, bad]).toMatchObject([{ state: "stored" }, { state: "refused", reason: "infected", blobId: null }]);
    expect((await agent.call("GET", `/blobs/${clean?.blobId}`)).body).toBe("fine");
    const [hidden] = await house.sql<{ blob_id: Id }[]>`SELECT blob_id FROM raw_event_blob WHERE pos = 1`;
    expect((await agent.call("GET", `/blobs/${hidden?.blob_id}`)).statusCode).toBe(404);
  });
});
