import type { Principal } from "@kommutator/contract/access";
import type { MergeBody, MergeCard } from "@kommutator/contract/api/merge";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import type { Crm } from "../context.ts";
import { endOwner, setOwner, setStatusPeriod } from "../customer/periods.ts";
import { notify, settle } from "../notification/notify.ts";
import { tellRouterOf } from "../party/router.ts";
import { emitPartyChanged } from "../party/sql.ts";
import { lockBoth, type Row, readRow, requireBoth, writeRow } from "./cards.ts";
import { fieldsOf, merged } from "./fields.ts";
import { repoint } from "./repoint.ts";

/**
 * Two cards of one party become one (C6): the chosen fields, then everything that points at the loser, then the loser resolves to the
 * survivor; the log keeps what undo needs. One transaction: all of it, or nothing. Throws not_found, forbidden, already_taken (merged
 * meanwhile, with survivorId), version_conflict with the card as it is, validation (an unknown field in the choices).
 */
export async function mergeCards(
  crm: Crm,
  tx: Tx,
  principal: Principal,
  actor: Actor,
  body: z.infer<typeof MergeBody>,
): Promise<{ id: Id; survivorId: Id; moved: Record<string, number> }> {
  const { card, survivorId, loserId, choices } = body;
  await requireBoth(tx, principal, card, [survivorId, loserId]);
  const { survivor, loser } = await lockBoth(tx, card, { id: survivorId, version: body.survivorVersion }, { id: loserId, version: body.loserVersion });
  const known = new Set(fieldsOf(card, survivor, loser));
  const strange = Object.keys(choices).filter((field) => !known.has(field));
  if (strange.length > 0) throw new AppError("validation", { fields: Object.fromEntries(strange.map((field) => [`choices.${field}`, "unknown"])) });
  const now = new Date(crm.clock.now());

  const values = merged(card, survivor, loser, choices);
  // The loser's tax number is free before the survivor takes it (C1: it stands on one living card).
  await writeRow(tx, card, loserId, { merged_into_id: survivorId, ...joined(card, now) });
  await writeSurvivor(tx, principal, card, survivor, loser, values, now);
  const steps = await repoint(tx, card, loserId, survivorId);
  if (card === "customer") await endOwner(tx, loserId, now);

  const after = (await readRow(tx, card, survivorId)) as Row;
  const [log] = await tx<{ id: Id }[]>`
    INSERT INTO merge_log (object_kind, survivor_id, loser_id, field_choices, survivor_before, survivor_after, loser_snapshot, moved, merged_by, merged_at)
    VALUES (${card}, ${survivorId}, ${loserId}, ${tx.json(choices)}, ${tx.json(survivor as never)}, ${tx.json(after as never)}, ${tx.json(loser as never)}, ${tx.json(steps as never)}, ${principal.employeeId}, ${now}) RETURNING id`;
  const { id } = log as { id: Id };
  await tx`
    UPDATE duplicate_candidate SET decision = 'merged', decided_by = ${principal.employeeId}, decided_at = ${now}
    WHERE a_id = least(${survivorId}::uuid, ${loserId}::uuid) AND b_id = greatest(${survivorId}::uuid, ${loserId}::uuid) AND decision <> 'merged'`;
  await crm.audit(tx, actor, [
    { objectKind: card, objectId: survivorId, action: "merge", changes: { ...differences(survivor, values), merged_from: [null, loserId] } },
    { objectKind: card, objectId: loserId, action: "merged", changes: { merged_into_id: [null, survivorId] } },
  ]);
  if (card === "lead") await settle(tx, crm, loserId, ["lead.deadline"]);
  if (card !== "contact") {
    await tellBoth(crm, tx, principal, card, survivor, loser, id);
    await emitPartyChanged(crm, tx, card === "customer" ? { customerId: survivorId } : { leadId: survivorId });
    await tellRouterOf(crm, tx, survivorId, `${card}_id`);
  }
  const moved: Record<string, number> = {};
  for (const step of steps) if (step.do === "set") moved[step.table] = (moved[step.table] ?? 0) + step.keys.length;
  return { id, survivorId, moved };
}

/** What becomes of the loser's own row: a lead is not open any more, the others are archived. */
function joined(card: MergeCard, now: Date): Record<string, unknown> {
  if (card === "lead") return { status: "merged", disqualify_reason_id: null };
  return { archived_at: now.toISOString(), ...(card === "customer" ? { tax_id: null } : {}) };
}

async function writeSurvivor(
  tx: Tx,
  principal: Principal,
  card: MergeCard,
  survivor: Row,
  loser: Row,
  values: Record<string, unknown>,
  now: Date,
): Promise<void> {
  if (card === "contact") return writeRow(tx, card, survivor.id, values);
  if (card === "lead") {
    const heard = [survivor, loser].filter((r) => r["last_source_at"] === later(survivor["last_source_at"], loser["last_source_at"]))[0];
    const unreachable = survivor["no_contact"] === true && loser["no_contact"] === true;
    return writeRow(tx, card, survivor.id, {
      ...values,
      no_contact: unreachable,
      last_source_id: heard?.["last_source_id"] ?? null,
      last_source_at: heard?.["last_source_at"] ?? null,
    });
  }
  const { responsible_id, ...columns } = values;
  await writeRow(tx, card, survivor.id, {
    ...columns,
    roles: [...new Set([...(survivor["roles"] as string[]), ...(loser["roles"] as string[])])],
    last_touch_at: later(survivor["last_touch_at"], loser["last_touch_at"]),
  });
  if (responsible_id !== survivor["responsible_id"]) await setOwner(tx, survivor.id, responsible_id as Id | null, "merge", principal.employeeId, now);
  if (columns["status_id"] !== survivor["status_id"]) await setStatusPeriod(tx, survivor.id, columns["status_id"] as Id | null, principal.employeeId, now);
}

function later(a: unknown, b: unknown): unknown {
  if (typeof a !== "string" || typeof b !== "string") return a ?? b ?? null;
  return Date.parse(a) >= Date.parse(b) ? a : b;
}

/** Whoever answered for either card learns of it when they were two (C6.2). */
async function tellBoth(crm: Crm, tx: Tx, principal: Principal, card: "customer" | "lead", survivor: Row, loser: Row, mergeId: Id): Promise<void> {
  if (survivor["responsible_id"] === loser["responsible_id"]) return;
  for (const employeeId of [survivor["responsible_id"], loser["responsible_id"]])
    if (typeof employeeId === "string")
      await notify(tx, crm, {
        employeeId,
        event: "handover",
        object: card,
        objectId: survivor.id,
        key: `merge:${mergeId}`,
        payload: { title: nameOf(survivor), customer: nameOf(survivor), other: nameOf(loser), why: "merge" },
        byId: principal.employeeId,
      });
}

const nameOf = (row: Row): unknown => row["name"] ?? row["contact_name"] ?? row["company_name"] ?? "";
