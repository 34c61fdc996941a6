import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { BlobStore, StoredBlob, WrittenBlob } from "../ports.ts";

/** The largest file when no limit is given: 50 MB. */
const DEFAULT_MAX_BYTES = 50 * 1024 * 1024;
/** As much as the signatures of file types need. */
const HEAD_BYTES = 32;

const WRITE_WITHIN = "60s";

/**
 * Files in a folder, named by the SHA-256 of their content: equal bytes are kept once. Bytes are written to a temporary
 * name, flushed to disk (fsync of file and folder) and renamed before any row speaks of them; so a row never lacks its
 * file, and a crash leaves at most a file without a row.
 */
export function createBlobStore(dir: string): BlobStore {
  const pathOf = (sha256: string) => join(dir, sha256.slice(0, 2), sha256.slice(2, 4), sha256);

  async function write(source: Readable | Uint8Array, maxBytes: number = DEFAULT_MAX_BYTES): Promise<WrittenBlob> {
    await mkdir(join(dir, "tmp"), { recursive: true });
    const temporary = join(dir, "tmp", randomBytes(12).toString("hex"));
    const hash = createHash("sha256");
    let bytes = 0;
    const file = await open(temporary, "wx", 0o640);
    try {
      for await (const chunk of source instanceof Uint8Array ? [source] : (source as AsyncIterable<Uint8Array>)) {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) throw new AppError("too_large", { maxBytes });
        hash.update(chunk);
        await file.write(chunk);
      }
      await file.sync();
      await file.close();
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(temporary, { force: true });
      throw error;
    }
    const sha256 = hash.digest();
    const target = pathOf(sha256.toString("hex"));
    const folder = join(target, "..");
    await mkdir(folder, { recursive: true });
    const known = await stat(target).catch(() => null);
    if (known !== null && known.size === bytes) await rm(temporary, { force: true });
    else await rename(temporary, target);
    const handle = await open(folder, "r");
    await handle.sync().catch(() => undefined);
    await handle.close();
    return { sha256, bytes };
  }

  const find = async (tx: Tx, id: Id) => {
    const [row] = await tx<{ id: Id; name: string; mime: string; bytes: number; sha256: Buffer }[]>`
      SELECT id, name, mime, bytes, sha256 FROM blob WHERE id = ${id}`;
    return row;
  };

  const record: BlobStore["record"] = async (tx, written, meta) => {
    const [row] = await tx<{ id: Id }[]>`
      INSERT INTO blob (sha256, bytes, mime, name, created_by) VALUES (${written.sha256}, ${written.bytes}, ${meta.mime}, ${meta.name}, ${meta.createdBy}) RETURNING id`;
    return { id: (row as { id: Id }).id, name: meta.name, mime: meta.mime, bytes: written.bytes } satisfies StoredBlob;
  };

  return {
    write,
    record,
    async put(tx, source, meta) {
      // A transaction may not sit idle for long; a large file takes longer to be written.
      await tx`SELECT set_config('idle_in_transaction_session_timeout', ${WRITE_WITHIN}, true)`;
      return record(tx, await write(source, meta.maxBytes), meta);
    },
    async open(tx, id) {
      const row = await find(tx, id);
      if (row === undefined) return null;
      const path = pathOf(row.sha256.toString("hex"));
      const head = await headOf(path);
      if (head === null) return null;
      return {
        blob: { id: row.id, name: row.name, mime: row.mime, bytes: row.bytes },
        head,
        stream: (range) => createReadStream(path, range === undefined ? {} : { start: range.from, end: range.to }),
      };
    },
    async read(tx, id) {
      const row = await find(tx, id);
      return row === undefined ? null : readFile(pathOf(row.sha256.toString("hex"))).catch(() => null);
    },
  };
}

/** How a file begins; null when there is none. */
async function headOf(path: string): Promise<Uint8Array | null> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
