import type { Principal } from "@kommutator/contract/access";
import { type MergeCard, UNDO_DAYS } from "@kommutator/contract/api/merge";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { differences } from "../audit/index.ts";
import type { Crm } from "../context.ts";
import { setOwner, setStatusPeriod } from "../customer/periods.ts";
import { tellRouterOf } from "../party/router.ts";
import { emitPartyChanged } from "../party/sql.ts";
import { type Row, readRow, requireBoth, writeRow } from "./cards.ts";
import { type Left, type Moved, restore } from "./moved.ts";

interface Log {
  id: Id;
  object_kind: MergeCard;
  survivor_id: Id;
  loser_id: Id;
  survivor_before: Row;
  survivor_after: Row;
  loser_snapshot: Row;
  moved: Moved[];
  merged_at: Date;
  undone_at: Date | null;
}
/** Columns that daily work moves on by itself: nobody need look at them. */
const WRITTEN_BY_WORK = new Set(["last_touch_at", "roles", "last_source_id", "last_source_at", "reminded"]);
/** Columns of a card that belong to its identity and to the merge itself, not to its contents. */
const NOT_CONTENT = new Set(["id", "code", "version", "created_at", "created_by", "merged_into_id", "archived_at", "responsible_id", "responsible_since"]);

/** A customer's owner has a history, which `owners` takes back; a lead's is a field like others. */
const isContent = (card: MergeCard, column: string): boolean => !NOT_CONTENT.has(column) || (card === "lead" && column === "responsible_id");

/**
 * Takes a merge back within 30 days (C6.6): the loser lives again as it was, rows and fields that still stand where the merge put them
 * return, the rest stays and is named. Throws not_found, forbidden, validation (undone already, too late), in_use (the survivor was
 * merged on since: that merge goes first).
 */
export async function undoMerge(crm: Crm, tx: Tx, principal: Principal, actor: Actor, mergeId: Id): Promise<{ restored: number; left: Left[] }> {
  const [log] = await tx<Log[]>`SELECT * FROM merge_log WHERE id = ${mergeId} FOR UPDATE`;
  if (log === undefined) throw new AppError("not_found");
  const { object_kind: card, survivor_id: survivorId, loser_id: loserId } = log;
  await requireBoth(tx, principal, card, [survivorId, survivorId]);
  const now = new Date(crm.clock.now());
  if (log.undone_at !== null) throw new AppError("validation", { fields: { id: "undone" } });
  if (now.getTime() > log.merged_at.getTime() + UNDO_DAYS * 86_400_000) throw new AppError("validation", { fields: { id: "too_late" } });
  await tx`SELECT 1 FROM ${tx(card)} WHERE id = ANY(${[survivorId, loserId]}::uuid[]) ORDER BY id FOR UPDATE`;
  const [survivor, loser] = [await readRow(tx, card, survivorId), await readRow(tx, card, loserId)];
  if (survivor === null || loser === null) throw new AppError("not_found");
  // What became the customer's stays there: a conversion is not taken back.
  if (survivor["status"] === "converted" && card === "lead") throw new AppError("in_use", { customerId: survivor["converted_customer_id"] });
  if (survivor.merged_into_id !== null || loser.merged_into_id !== survivorId)
    throw new AppError("in_use", { survivorId: survivor.merged_into_id ?? loser.merged_into_id });

  const back = await restore(tx, log.moved);
  const { kept, returned } = await giveBack(tx, card, log, survivor, now);
  await writeRow(tx, card, loserId, { merged_into_id: null, ...(await alive(tx, card, log.loser_snapshot)) });
  if (card === "customer") Object.assign(returned, await owners(tx, principal, log, survivor, now));
  const left = [...back.left, ...kept.map((field) => ({ table: card, key: field }))];
  await tx`UPDATE merge_log SET undone_at = ${now}, undone_by = ${principal.employeeId}, undo_left = ${tx.json(left as never)} WHERE id = ${mergeId}`;
  await tx`
    UPDATE duplicate_candidate SET decision = 'open', decided_by = NULL, decided_at = NULL
    WHERE a_id = least(${survivorId}::uuid, ${loserId}::uuid) AND b_id = greatest(${survivorId}::uuid, ${loserId}::uuid) AND decision = 'merged'`;
  await crm.audit(tx, actor, [
    { objectKind: card, objectId: survivorId, action: "unmerge", changes: { merged_from: [loserId, null], ...returned } },
    { objectKind: card, objectId: loserId, action: "unmerge", changes: { merged_into_id: [survivorId, null] } },
  ]);
  if (card !== "contact")
    for (const id of [survivorId, loserId]) {
      await emitPartyChanged(crm, tx, card === "customer" ? { customerId: id } : { leadId: id });
      await tellRouterOf(crm, tx, id, `${card}_id`);
    }
  return { restored: back.restored, left };
}

/** The columns by which the loser is a living card again. */
async function alive(tx: Tx, card: MergeCard, snapshot: Row): Promise<Record<string, unknown>> {
  if (card === "lead") return { status: snapshot["status"], disqualify_reason_id: snapshot["disqualify_reason_id"] };
  return { archived_at: null, ...(card === "customer" ? { tax_id: await freeTaxId(tx, snapshot["tax_id"]) } : {}) };
}

/** The survivor's own values return where nobody has changed them since: what `returned`, for the audit, and the names of the others. */
async function giveBack(tx: Tx, card: MergeCard, log: Log, current: Row, now: Date): Promise<{ kept: string[]; returned: Record<string, [unknown, unknown]> }> {
  const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  const { survivor_before: before, survivor_after: after } = log;
  const touched = Object.keys(after).filter((column) => isContent(card, column) && !same(before[column], after[column]));
  const kept = touched.filter((column) => !same(current[column], after[column]));
  const values = Object.fromEntries(touched.filter((column) => !kept.includes(column)).map((column) => [column, before[column] ?? null]));
  if (Object.keys(values).length > 0) await writeRow(tx, card, log.survivor_id, values);
  if (card === "customer" && "status_id" in values) await setStatusPeriod(tx, log.survivor_id, values["status_id"] as Id | null, null, now);
  return { kept: kept.filter((column) => !WRITTEN_BY_WORK.has(column)), returned: differences(current, values) };
}

/** A tax number that somebody else has taken meanwhile stays with them. */
async function freeTaxId(tx: Tx, taxId: unknown): Promise<string | null> {
  if (typeof taxId !== "string") return null;
  const [taken] = await tx`SELECT 1 FROM customer WHERE tax_id = ${taxId} AND archived_at IS NULL`;
  return taken === undefined ? taxId : null;
}

/** The loser's last period goes on; the survivor is given back to whoever had it, if nobody has changed that since. Returns that for the audit. */
async function owners(tx: Tx, principal: Principal, log: Log, survivor: Row, now: Date): Promise<Record<string, [unknown, unknown]>> {
  await tx`
    UPDATE customer_owner_history h SET during = tstzrange(lower(h.during), NULL)
    WHERE h.customer_id = ${log.loser_id} AND h.employee_id IS NOT DISTINCT FROM ${(log.loser_snapshot["responsible_id"] as Id | null) ?? null}::uuid
      AND upper(h.during) = (SELECT max(upper(during)) FROM customer_owner_history WHERE customer_id = ${log.loser_id})`;
  const [before, after] = [log.survivor_before["responsible_id"], log.survivor_after["responsible_id"]] as (Id | null)[];
  if (before === after || survivor["responsible_id"] !== after) return {};
  await setOwner(tx, log.survivor_id, before ?? null, "merge", principal.employeeId, now);
  return { responsible_id: [after ?? null, before ?? null] };
}
