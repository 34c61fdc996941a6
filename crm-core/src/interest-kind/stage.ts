import type { StageDraft, StagePatch } from "@kommutator/contract/api/interest-kind";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import { columnsOf, VersionConflict } from "../change.ts";
import type { Crm } from "../context.ts";
import { emitInterest } from "../interest/emit.ts";
import { enterStage } from "../interest/history.ts";
import { judgeInterests } from "../interest/judge.ts";
import { writeActions, writeChecks } from "./items.ts";
import { lockKind } from "./kind.ts";
import { readKinds } from "./sql.ts";

const COLUMNS = {
  name: "name",
  translations: "translations",
  plannedSeconds: "planned_seconds",
  instruction: "instruction",
  requiredFields: "required_fields",
  requiresNextStep: "requires_next_step",
  allowBack: "allow_back",
  isOptional: "is_optional",
  branches: "branches",
};
interface StageRecord {
  id: Id;
  kind_id: Id;
  name: string;
  planned_seconds: number | null;
  archived_at: Date | null;
  version: number;
}

/** A new stage behind the others (IN-03). */
export async function addStage(crm: Crm, tx: Tx, actor: Actor, kindId: Id, body: z.infer<typeof StageDraft>): Promise<Id> {
  await lockKind(tx, kindId, null);
  await requireBranches(tx, kindId, null, body.branches);
  const [last] = await tx<{ pos: number }[]>`SELECT coalesce(max(pos), -1) + 1 AS pos FROM stage WHERE kind_id = ${kindId}`;
  const [row] = await tx<{ id: Id }[]>`INSERT INTO stage ${tx({ ...columnsOf(body, COLUMNS), kind_id: kindId, pos: last?.pos ?? 0 })} RETURNING id`;
  const { id } = row as { id: Id };
  await writeChecks(tx, { kindId, stageId: id }, body.checks);
  await writeActions(tx, id, body.actions);
  await tx`UPDATE interest_kind SET version = version + 1 WHERE id = ${kindId}`;
  await crm.audit(tx, actor, {
    objectKind: "stage",
    objectId: id,
    action: "create",
    changes: differences({}, { ...columnsOf(body, COLUMNS), kind_id: kindId }),
  });
  return id;
}

/** Changes a stage: its name everywhere, its planned time for those who enter from now on (B10: frozen at entry). Returns its kind. */
export async function editStage(crm: Crm, tx: Tx, actor: Actor, id: Id, patch: z.infer<typeof StagePatch>): Promise<Id> {
  const before = await lockStage(tx, id, patch.version);
  if (patch.branches !== undefined) await requireBranches(tx, before.kind_id, id, patch.branches);
  const values = columnsOf(patch, COLUMNS);
  const changes = differences({ ...before }, values);
  if (patch.checks !== undefined) Object.assign(changes, await writeChecks(tx, { kindId: before.kind_id, stageId: id }, patch.checks));
  if (patch.actions !== undefined) Object.assign(changes, await writeActions(tx, id, patch.actions));
  if (Object.keys(changes).length === 0) return before.kind_id;
  await tx`UPDATE stage SET ${tx({ ...values, version: before.version + 1 })} WHERE id = ${id}`;
  await crm.audit(tx, actor, { objectKind: "stage", objectId: id, action: "edit", changes });
  return before.kind_id;
}

/** The stages of a kind in another order: all that are in use, each once. */
export async function orderStages(crm: Crm, tx: Tx, actor: Actor, kindId: Id, body: { stageIds: Id[]; version: number }): Promise<void> {
  await lockKind(tx, kindId, body.version);
  const before = await tx<{ id: Id; name: string }[]>`SELECT id, name FROM stage WHERE kind_id = ${kindId} AND archived_at IS NULL ORDER BY pos, id`;
  const known = new Set(before.map((s) => s.id));
  if (body.stageIds.length !== known.size || new Set(body.stageIds).size !== known.size || body.stageIds.some((id) => !known.has(id)))
    throw new AppError("validation", { fields: { stageIds: "incomplete" } });
  // Positions are unique at every moment: first out of the way, then into their places.
  await tx`UPDATE stage SET pos = pos + 1000000 WHERE kind_id = ${kindId} AND archived_at IS NULL`;
  await tx`UPDATE stage s SET pos = x.pos FROM unnest(${body.stageIds}::uuid[]) WITH ORDINALITY AS x(id, pos) WHERE s.id = x.id`;
  await tx`UPDATE interest_kind SET version = version + 1 WHERE id = ${kindId}`;
  const names = new Map(before.map((s) => [s.id, s.name]));
  await crm.audit(tx, actor, {
    objectKind: "interest_kind",
    objectId: kindId,
    action: "order",
    changes: { stages: [before.map((s) => s.name), body.stageIds.map((id) => names.get(id))] },
  });
}

/**
 * Takes a stage out of use; it stays in every history (IN-03). Open Interests in it must be moved first: with `moveToId` they go there in
 * the same transaction, audited; otherwise throws in_use with their count. Returns its kind.
 */
export async function archiveStage(crm: Crm, tx: Tx, actor: Actor, id: Id, moveToId: Id | null): Promise<Id> {
  const stage = await lockStage(tx, id, null);
  if (stage.archived_at !== null) return stage.kind_id;
  const inside = await tx<{ id: Id; version: number }[]>`SELECT id, version FROM interest WHERE stage_id = ${id} AND status = 'open' ORDER BY id FOR UPDATE`;
  if (inside.length > 0) {
    if (moveToId === null) throw new AppError("in_use", { count: inside.length });
    const [to] = await tx<StageRecord[]>`SELECT * FROM stage WHERE id = ${moveToId} AND kind_id = ${stage.kind_id} AND id <> ${id} AND archived_at IS NULL`;
    if (to === undefined) throw new AppError("validation", { fields: { moveToId: "unknown" } });
    const now = new Date(crm.clock.now());
    for (const interest of inside) {
      await tx`UPDATE interest SET stage_id = ${to.id}, stage_entered_at = ${now}, version = version + 1 WHERE id = ${interest.id}`;
      await enterStage(
        tx,
        interest.id,
        { id: to.id, plannedSeconds: to.planned_seconds },
        { at: now, by: actor.id, skipped: [], reason: "stage-archived", forced: true },
      );
      await crm.audit(tx, actor, {
        objectKind: "interest",
        objectId: interest.id,
        action: "stage-force",
        changes: { stage_id: [id, to.id], reason: [null, "stage-archived"] },
      });
      await emitInterest(crm, tx, interest.id, "open");
    }
    await judgeInterests(
      crm,
      tx,
      inside.map((i) => i.id),
    );
  }
  await tx`UPDATE interest_kind SET won_from_stage_id = NULL WHERE won_from_stage_id = ${id}`;
  await tx`UPDATE stage SET branches = array_remove(branches, ${id}::uuid) WHERE kind_id = ${stage.kind_id} AND ${id}::uuid = ANY(branches)`;
  await tx`UPDATE stage SET archived_at = ${new Date(crm.clock.now())}, version = version + 1 WHERE id = ${id}`;
  await tx`UPDATE interest_kind SET version = version + 1 WHERE id = ${stage.kind_id}`;
  await crm.audit(tx, actor, { objectKind: "stage", objectId: id, action: "archive", changes: { moved: [null, inside.length] } });
  return stage.kind_id;
}

/** Brings an archived stage back, behind the others. Returns its kind. */
export async function restoreStage(crm: Crm, tx: Tx, actor: Actor, id: Id): Promise<Id> {
  const stage = await lockStage(tx, id, null);
  if (stage.archived_at === null) return stage.kind_id;
  await tx`
    UPDATE stage SET archived_at = NULL, version = version + 1, pos = (SELECT coalesce(max(pos), -1) + 1 FROM stage WHERE kind_id = ${stage.kind_id}) WHERE id = ${id}`;
  await tx`UPDATE interest_kind SET version = version + 1 WHERE id = ${stage.kind_id}`;
  await crm.audit(tx, actor, { objectKind: "stage", objectId: id, action: "restore", changes: {} });
  return stage.kind_id;
}

async function lockStage(tx: Tx, id: Id, version: number | null): Promise<StageRecord> {
  const [known] = await tx<{ kind_id: Id }[]>`SELECT kind_id FROM stage WHERE id = ${id}`;
  if (known === undefined) throw new AppError("not_found");
  // Always the kind first: two administrators wait for each other and never deadlock.
  await lockKind(tx, known.kind_id, null);
  const [row] = await tx<StageRecord[]>`SELECT * FROM stage WHERE id = ${id} FOR UPDATE`;
  const stage = row as StageRecord;
  if (version !== null && stage.version !== version) throw new VersionConflict("stage", id, (await readKinds(tx, null, stage.kind_id))[0]);
  return stage;
}

async function requireBranches(tx: Tx, kindId: Id, own: Id | null, branches: readonly Id[]): Promise<void> {
  const known =
    await tx`SELECT id FROM stage WHERE kind_id = ${kindId} AND archived_at IS NULL AND id = ANY(${[...branches]}::uuid[]) AND id IS DISTINCT FROM ${own}::uuid`;
  if (known.length < new Set(branches).size) throw new AppError("validation", { fields: { branches: "unknown" } });
}
