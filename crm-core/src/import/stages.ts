import type { Principal } from "@kommutator/contract/access";
import { scopeOf } from "@kommutator/contract/access";
import type { ImportFault, RowState } from "@kommutator/contract/api/import";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { findPeople } from "../access/principal.ts";
import type { Crm } from "../context.ts";
import type { BatchRow } from "./batch.ts";
import { keysOf, type Lookups, readCard } from "./body.ts";
import { UnreadableFile } from "./limits.ts";
import { readLookups } from "./lookups.ts";
import { readRows } from "./read.ts";
import { undoRow } from "./undo.ts";
import { bringIn, type Outcome } from "./write.ts";

/** Rows of one transaction: short enough that nobody waits for its locks, long enough that commits do not count. */
const CHUNK = 50;
/** Rows of the file that are stored at once. */
const STORED = 500;

interface Stored {
  n: number;
  cells: string[];
  card_kind: "customer" | "contact" | "lead" | null;
  card_id: Id | null;
  state: RowState;
  before: Outcome["before"];
}
interface Result {
  n: number;
  state: RowState;
  faults: ImportFault[];
  twin: Outcome["twin"];
  card: Outcome["card"];
  before: Outcome["before"];
}

/**
 * The dry run's first half: the file is read once, each row stored with the faults that it has by itself and with the earlier row that it
 * repeats. Begun anew after a crash. An unreadable file ends the batch with its fault.
 */
export async function storeRows(crm: Crm, batch: BatchRow): Promise<void> {
  const { sql } = crm;
  const [row] = await sql<{ file: Uint8Array }[]>`SELECT file FROM import_batch WHERE id = ${batch.id}`;
  const known = await readLookups(crm, sql);
  const seen = new Map<string, number>();
  let n = 0;
  await sql`DELETE FROM import_row WHERE batch_id = ${batch.id}`;
  try {
    let ready: object[] = [];
    const store = async () => {
      if (ready.length > 0) await sql`INSERT INTO import_row ${sql(ready as never)} ON CONFLICT DO NOTHING`;
      ready = [];
    };
    for await (const cells of readRows(row?.file ?? new Uint8Array(), batch.format, batch.options)) {
      n++;
      ready.push({ batch_id: batch.id, n, cells: sql.json(cells), ...judged(batch, cells, n, known, seen) });
      if (ready.length >= STORED) await store();
    }
    await store();
    if (n === 0) throw new UnreadableFile("empty");
    await sql`UPDATE import_batch SET total = ${n} WHERE id = ${batch.id} AND state = 'checking'`;
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    await sql`UPDATE import_batch SET state = 'failed', fault = ${error.code}, finished_at = now(), version = version + 1 WHERE id = ${batch.id} AND state = 'checking'`;
  }
}

function judged(batch: BatchRow, cells: string[], n: number, known: Lookups, seen: Map<string, number>): { state: RowState; faults: never; keys: string[] } {
  const { card, faults } = readCard(batch.object, batch.mapping, batch.options, cells, known);
  const keys = card === null ? [] : keysOf(card, known.country);
  const twin = keys.map((key) => seen.get(key)).find((earlier) => earlier !== undefined);
  for (const key of keys) if (!seen.has(key)) seen.set(key, n);
  const repeats = twin !== undefined && batch.options.onDuplicate !== "create";
  const all = repeats ? [{ field: "", code: "repeats_row", value: String(twin) }] : faults;
  return { state: card === null ? "faulty" : repeats ? "duplicate" : "new", faults: all as never, keys };
}

const NEXT: Record<"checking" | "running" | "undoing", { from: RowState[]; after: string }> = {
  checking: { from: ["new"], after: "checked" },
  running: { from: ["ready", "duplicate"], after: "done" },
  undoing: { from: ["created", "filled"], after: "undone" },
};

/**
 * The next rows of a working batch, in one transaction with what becomes of them: a row is done exactly once, however often the process dies
 * between. The batch's lock keeps a second node out. Returns false when the batch has nothing left to do.
 */
export async function nextChunk(crm: Crm, id: Id): Promise<boolean> {
  return crm.sql.begin(async (tx) => {
    const [batch] = await tx<BatchRow[]>`
      SELECT id, object, format, options, columns, mapping, state, total, created_by, version FROM import_batch WHERE id = ${id} AND state IN ('checking','running','undoing') FOR UPDATE`;
    if (batch === undefined) return false;
    const state = batch.state as keyof typeof NEXT;
    const { from, after } = NEXT[state];
    const [person] = await findPeople(tx, [batch.created_by]);
    if (person === undefined) {
      await tx`UPDATE import_batch SET state = 'failed', fault = 'nobody', finished_at = now(), version = version + 1 WHERE id = ${id}`;
      return false;
    }
    const rows = await tx<Stored[]>`
      SELECT n, cells, card_kind, card_id, state, before FROM import_row WHERE batch_id = ${id} AND state = ANY(${from}::text[])
      ORDER BY ${state === "undoing" ? tx`n DESC` : tx`n`} LIMIT ${CHUNK}`;
    if (rows.length === 0) {
      await tx`
        UPDATE import_batch SET state = ${after}, version = version + 1, finished_at = now(), file = ${after === "checked" ? tx`file` : null} WHERE id = ${id}`;
      return false;
    }
    const principal: Principal = { ...person, sessionId: "" };
    const actor: Actor = { kind: "employee", id: person.employeeId, label: person.name, requestId: `import ${id}` };
    const results = state === "undoing" ? await undone(tx, crm, actor, rows) : await brought(tx, crm, principal, actor, batch, rows);
    await tx`
      UPDATE import_row r SET state = d.value->>'state', faults = CASE WHEN d.value->'faults' = '[]' AND r.state = 'duplicate' THEN r.faults ELSE d.value->'faults' END,
        twin_kind = d.value->'twin'->>'kind', twin_id = (d.value->'twin'->>'id')::uuid, card_kind = d.value->'card'->>'kind', card_id = (d.value->'card'->>'id')::uuid,
        before = CASE WHEN d.value->'before' = 'null' THEN NULL ELSE d.value->'before' END
      FROM jsonb_array_elements(${tx.json(results as never)}) d WHERE r.batch_id = ${id} AND r.n = (d.value->>'n')::int`;
    return true;
  }) as Promise<boolean>;
}

async function brought(tx: Tx, crm: Crm, principal: Principal, actor: Actor, batch: BatchRow, rows: Stored[]): Promise<Result[]> {
  const known = await readLookups(crm, tx);
  const how = { options: batch.options, waived: batch.options.letIncomplete && scopeOf(principal, "import", "edit") !== null };
  const results: Result[] = [];
  const all = async (inner: Tx) => {
    for (const row of rows) {
      const { card, faults } = readCard(batch.object, batch.mapping, batch.options, row.cells, known);
      const outcome: Outcome =
        card === null ? { state: "faulty", faults, twin: null, card: null, before: null } : await bringIn(inner, crm, principal, actor, how, card);
      results.push({ n: row.n, ...outcome });
    }
  };
  if (batch.state === "running") {
    await all(tx);
    return results;
  }
  // A dry run does all that the real one does, and takes it back: the same rules answer, not a copy of them.
  await tx
    .savepoint(async (inner) => {
      await all(inner);
      throw new TakenBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof TakenBack)) throw error;
    });
  const promised: Partial<Record<RowState, RowState>> = { created: "ready", filled: "ready", skipped: "duplicate" };
  return results.map((r) => ({ ...r, state: promised[r.state] ?? r.state, card: null, before: null }));
}

class TakenBack extends Error {}

async function undone(tx: Tx, crm: Crm, actor: Actor, rows: Stored[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const row of rows) {
    const card = row.card_kind === null || row.card_id === null ? null : { kind: row.card_kind, id: row.card_id };
    const fault = card === null ? null : await undoRow(tx, crm, actor, card, row.state === "filled", row.before);
    results.push({
      n: row.n,
      state: fault === null ? "undone" : "kept",
      faults: fault === null ? [] : [{ field: "", code: fault, value: null }],
      twin: null,
      card,
      before: row.before,
    });
  }
  return results;
}

/** Batches that have something to do, the oldest first. */
export async function workingBatches(sql: Db): Promise<BatchRow[]> {
  return sql<BatchRow[]>`
    SELECT id, object, format, options, columns, mapping, state, total, created_by, version FROM import_batch WHERE state IN ('checking','running','undoing') ORDER BY created_at`;
}
