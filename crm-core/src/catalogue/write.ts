import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { differences } from "../audit/index.ts";
import { VersionConflict } from "../change.ts";
import type { Crm } from "../context.ts";
import type { Catalogue } from "./registry.ts";
import { readEntries } from "./sql.ts";

type Values = Record<string, unknown>;

/** Columns of the given fields; what is a list or an object goes into a jsonb column. */
function columnsOf(tx: Tx, catalogue: Catalogue, body: Values): Values {
  const names = { ...catalogue.columns, pos: "pos", translations: "translations" };
  return Object.fromEntries(
    Object.entries(names).flatMap(([key, column]) => {
      const value = body[key];
      if (value === undefined) return [];
      return [[column, typeof value === "object" && value !== null ? tx.json(value as never) : value]];
    }),
  );
}

/** A new entry; without `pos` it comes last among its kind. Throws duplicate (code or name), validation (a reference that is unknown). */
export async function createEntry(crm: Crm, tx: Tx, actor: Actor, catalogue: Catalogue, body: Values): Promise<Id> {
  return naming(async () => {
    const values = columnsOf(tx, catalogue, body);
    if (values["pos"] === undefined) {
      const { within } = catalogue;
      const [last] = await tx<{ pos: number }[]>`
        SELECT coalesce(max(pos), 0) + 1 AS pos FROM ${tx(catalogue.table)} ${within === undefined ? tx`` : tx`WHERE ${tx(within)} = ${values[within] as string}`}`;
      values["pos"] = last?.pos ?? 1;
    }
    catalogue.check?.(body);
    const [row] = await tx<{ id: Id }[]>`INSERT INTO ${tx(catalogue.table)} ${tx(values)} RETURNING id`;
    const { id } = row as { id: Id };
    await catalogue.created?.(tx, id);
    await crm.audit(tx, actor, { objectKind: catalogue.table, objectId: id, action: "create", changes: differences({}, body) });
    return id;
  });
}

/** Changes the fields that the body has. `version` given and old: version_conflict with the entry as it is. */
export async function changeEntry(crm: Crm, tx: Tx, actor: Actor, catalogue: Catalogue, id: Id, body: Values, version?: number): Promise<void> {
  await naming(async () => {
    await catalogue.beforeChange?.(tx, id, body);
    const before = await lockEntry(tx, catalogue, id);
    if (version !== undefined && before["version"] !== version) throw new VersionConflict(catalogue.table, id, before);
    const changes = differences(before, body);
    if (Object.keys(changes).length === 0) return;
    catalogue.check?.({ ...before, ...body });
    await tx`UPDATE ${tx(catalogue.table)} SET ${tx({ ...columnsOf(tx, catalogue, body), version: (before["version"] as number) + 1 })} WHERE id = ${id}`;
    await crm.audit(tx, actor, { objectKind: catalogue.table, objectId: id, action: "edit", changes });
  });
}

/** Takes an entry out of use; old rows go on naming it. Throws in_use where the catalogue says so, not_found when it is archived already. */
export async function archiveEntry(crm: Crm, tx: Tx, actor: Actor, catalogue: Catalogue, id: Id): Promise<void> {
  await lockEntry(tx, catalogue, id);
  await catalogue.beforeArchive?.(tx, id);
  const rows = await tx`UPDATE ${tx(catalogue.table)} SET archived_at = now(), version = version + 1 WHERE id = ${id} AND archived_at IS NULL RETURNING id`;
  if (rows.length === 0) throw new AppError("not_found");
  await crm.audit(tx, actor, { objectKind: catalogue.table, objectId: id, action: "archive", changes: {} });
}

/** Takes an archived entry into use again. Throws duplicate when its place or code was given away meanwhile. */
export async function restoreEntry(crm: Crm, tx: Tx, actor: Actor, catalogue: Catalogue, id: Id): Promise<void> {
  await naming(async () => {
    const rows =
      await tx`UPDATE ${tx(catalogue.table)} SET archived_at = NULL, version = version + 1 WHERE id = ${id} AND archived_at IS NOT NULL RETURNING id`;
    if (rows.length === 0) throw new AppError("not_found");
    await crm.audit(tx, actor, { objectKind: catalogue.table, objectId: id, action: "restore", changes: {} });
  });
}

/**
 * Gives the living entries (of one parent, where the catalogue has parents) a new order. The list names each of them once: whoever has not
 * seen somebody else's new entry gets version_conflict with the entries as they are.
 */
export async function orderEntries(crm: Crm, tx: Tx, actor: Actor, catalogue: Catalogue, ids: readonly Id[]): Promise<void> {
  const { within, table } = catalogue;
  await tx`LOCK TABLE ${tx(table)} IN SHARE ROW EXCLUSIVE MODE`;
  const living = (await readEntries(tx, catalogue)).filter((e) => !e.archived);
  const parent = within === undefined ? undefined : keyOf(catalogue, within);
  const first = living.find((e) => e.id === ids[0]);
  const mine = parent === undefined ? living : living.filter((e) => first !== undefined && e[parent] === first[parent]);
  if (new Set(ids).size !== ids.length || mine.length !== ids.length || mine.some((e) => !ids.includes(e.id)))
    throw new AppError("version_conflict", { current: living });
  // Positions may be unique: out of the way first, then into place.
  await tx`UPDATE ${tx(table)} SET pos = pos + 1000000 WHERE id = ANY(${[...ids]}::uuid[])`;
  await tx`
    UPDATE ${tx(table)} t SET pos = o.n, version = t.version + (t.pos - 1000000 <> o.n)::int
    FROM unnest(${[...ids]}::uuid[]) WITH ORDINALITY AS o(id, n) WHERE o.id = t.id`;
  const moved = ids.flatMap((id, i) => {
    const before = mine.find((e) => e.id === id)?.pos;
    return before === i + 1 ? [] : [{ objectKind: table, objectId: id, action: "order", changes: { pos: [before ?? null, i + 1] } }];
  });
  await crm.audit(tx, actor, moved);
}

const keyOf = (catalogue: Catalogue, column: string): string | undefined => Object.entries(catalogue.columns).find(([, c]) => c === column)?.[0];

async function lockEntry(tx: Tx, catalogue: Catalogue, id: Id): Promise<Values> {
  await tx`SELECT 1 FROM ${tx(catalogue.table)} WHERE id = ${id} FOR UPDATE`;
  const [entry] = await readEntries(tx, catalogue, id);
  if (entry === undefined) throw new AppError("not_found");
  return entry;
}

/** Unique codes and names, positions and foreign keys in the words of the errors' registry. */
async function naming<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, constraint_name: constraint } = error as { code?: string; constraint_name?: string };
    if (code === "23505")
      throw new AppError("duplicate", { field: constraint?.includes("name") === true ? "name" : constraint?.includes("pos") === true ? "pos" : "code" });
    if (code === "23503") throw new AppError("validation", { fields: { id: "unknown" } });
    if (code === "23514") throw new AppError("validation", { fields: { id: "refused" } });
    throw error;
  }
}
