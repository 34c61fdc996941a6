import type { Db, Tx } from "@kommutator/contract/db";
import type { RoutingInput } from "@kommutator/contract/routing-input";

export interface PendingInput {
  id: number;
  input: RoutingInput;
}

/** Puts inputs before the router in the caller's transaction; they are decided after its commit, in the order of their ids. Returns the ids. */
export async function insertInputs(tx: Tx | Db, inputs: readonly RoutingInput[]): Promise<number[]> {
  if (inputs.length === 0) return [];
  const rows = await tx<{ id: number }[]>`
    INSERT INTO routing_input (input) SELECT value FROM jsonb_array_elements(${tx.json(inputs as never)}) WITH ORDINALITY AS i(value, n) ORDER BY n RETURNING id`;
  return rows.map((r) => r.id);
}

/** The same under ids that the engine has drawn already (InputIds). */
export async function insertInputsAs(tx: Tx, inputs: readonly PendingInput[]): Promise<void> {
  await tx`
    INSERT INTO routing_input (id, input) OVERRIDING SYSTEM VALUE
    SELECT id, input FROM jsonb_to_recordset(${tx.json(inputs as never)}) AS r(id bigint, input jsonb)`.execute();
}

/** The oldest pending inputs but those that the router has `settled`. Only the holder of its lease decides, so nothing is locked. */
export async function pendingInputs(sql: Db, limit: number, settled: Iterable<number>): Promise<PendingInput[]> {
  return sql<PendingInput[]>`SELECT id, input FROM routing_input WHERE NOT id = ANY(${[...settled]}::bigint[]) ORDER BY id LIMIT ${limit}`;
}

/** By their ids one by one, never by a range: an input inside it may have been committed after the batch was read. */
export async function deleteInputs(tx: Tx, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await tx`DELETE FROM routing_input WHERE id = ANY(${ids as number[]}::bigint[])`.execute();
}

/** As many ids are drawn at a time. */
const DRAWN = 100;
/** As many stay in hand while the engine rests. */
const AT_HAND = 10;

/** Ids for inputs that have no row (deadlines, facts, what came in memory): from the table's own sequence, so that no two inputs share one. */
export class InputIds {
  private readonly sql: Db;
  private drawn: number[] = [];

  constructor(sql: Db) {
    this.sql = sql;
  }

  async next(): Promise<number> {
    if (this.drawn.length === 0) await this.draw();
    return this.atHand();
  }

  hasAtHand(count: number): boolean {
    return this.drawn.length >= count;
  }

  /** One without asking the database; there must be one. */
  atHand(): number {
    return this.drawn.shift() as number;
  }

  async keepInHand(): Promise<void> {
    if (this.drawn.length < AT_HAND) await this.draw();
  }

  private async draw(): Promise<void> {
    const rows = await this.sql<{ id: number }[]>`SELECT nextval(pg_get_serial_sequence('routing_input', 'id')) AS id FROM generate_series(1, ${DRAWN})`;
    this.drawn.push(...rows.map((r) => r.id));
  }
}

/** Puts an input aside that failed alone twice; somebody must look at it. */
export async function quarantine(tx: Tx, id: number, input: unknown, error: string): Promise<void> {
  await tx`INSERT INTO routing_quarantine (id, input, error) VALUES (${id}, ${tx.json(input as never)}, ${error.slice(0, 2000)}) ON CONFLICT (id) DO NOTHING`;
  await deleteInputs(tx, [id]);
}
