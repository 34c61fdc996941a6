import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import type { OpenBlob } from "../ports.ts";
import { createBlobStore } from "./blob-store.ts";

let database: TestDatabase;
let dir: string;
beforeAll(async () => {
  database = await testDatabase();
  dir = await mkdtemp(join(tmpdir(), "kommutator-blobs-"));
});
afterAll(async () => {
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});
const meta = { name: "счёт.pdf", mime: "application/pdf", createdBy: null };

test("equal bytes are kept once, under their hash; what is put is what is read", async () => {
  const store = createBlobStore(dir);
  const bytes = Buffer.from("the same");
  const [a, b] = await database.sql.begin(
    async (tx) => [await store.put(tx, bytes, meta), await store.put(tx, Readable.from([Buffer.from("the "), Buffer.from("same")]), meta)] as const,
  );
  expect(a.id).not.toBe(b.id);
  expect(a.bytes).toBe(8);
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
  expect(files.length).toBe(1);
  await database.sql.begin(async (tx) => {
    expect(Buffer.from((await store.read(tx, b.id)) as Uint8Array).toString()).toBe("the same");
    const opened = await store.open(tx, a.id);
    expect(opened?.blob).toMatchObject({ name: "счёт.pdf", bytes: 8 });
    const chunks: Buffer[] = [];
    for await (const chunk of (opened as OpenBlob).stream()) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe("the same");
    expect(Buffer.from((opened as OpenBlob).head).toString()).toBe("the same");
    const part: Buffer[] = [];
    for await (const chunk of (opened as OpenBlob).stream({ from: 4, to: 6 })) part.push(chunk as Buffer);
    expect(Buffer.concat(part).toString()).toBe("sam");
    expect(await store.open(tx, "00000000-0000-4000-8000-000000000000")).toBeNull();
  });
});

test("past the limit nothing stays behind", async () => {
  const store = createBlobStore(dir);
  await expect(database.sql.begin((tx) => store.put(tx, Buffer.alloc(11), { ...meta, maxBytes: 10 }))).rejects.toMatchObject({ code: "too_large" });
  expect(await readdir(join(dir, "tmp"))).toEqual([]);
});
