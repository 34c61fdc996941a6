import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { Crm } from "./context.ts";

/** A second writer came with an old version; `current` is the row as it is now. */
export class VersionConflict extends AppError {
  readonly object: { kind: string; id: Id };
  constructor(kind: string, id: Id, current: unknown) {
    super("version_conflict", { current });
    this.object = { kind, id };
  }
}

/**
 * One change of business rows: a transaction whose refused second writers are audited too (IN-01: the audit shows both attempts'
 * results). The refusal's row is written after the roll-back, in a transaction of its own.
 */
export async function change<T>(crm: Crm, actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return (await crm.sql.begin(work)) as T;
  } catch (error) {
    if (error instanceof VersionConflict) {
      const { object } = error;
      await crm.sql.begin((tx) => crm.audit(tx, actor, { objectKind: object.kind, objectId: object.id, action: "conflict", changes: {} }));
    }
    throw error;
  }
}

/** Locks a row and compares its version; throws not_found or VersionConflict with what `current` gives. */
export async function lockVersion<Row extends { version: number }>(
  tx: Tx,
  table: "customer" | "contact" | "lead" | "interest" | "interaction" | "inquiry" | "canned_answer",
  id: Id,
  version: number | null,
  current: () => Promise<unknown>,
): Promise<Row> {
  const [row] = await tx<Row[]>`SELECT * FROM ${tx(table)} WHERE id = ${id} FOR UPDATE`;
  if (row === undefined) throw new AppError("not_found");
  if (version !== null && row.version !== version) throw new VersionConflict(table, id, await current());
  return row;
}

/** Only the keys that a PATCH has, under the names of their columns. */
export function columnsOf(patch: Record<string, unknown>, names: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(names).flatMap(([key, column]) => (patch[key] === undefined ? [] : [[column, patch[key]]])));
}
