import type { KindBody, KindPatch } from "@kommutator/contract/api/interest-kind";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import { columnsOf, VersionConflict } from "../change.ts";
import type { Crm } from "../context.ts";
import { writeChecks } from "./items.ts";
import { readKinds } from "./sql.ts";

const COLUMNS = {
  code: "code",
  name: "name",
  processMode: "process_mode",
  skipReason: "skip_reason",
  wonFromStageId: "won_from_stage_id",
  touchNormDays: "touch_norm_days",
  leadTouchNormDays: "lead_touch_norm_days",
  headAfterDays: "head_after_days",
};

interface KindRecord {
  id: Id;
  name: string;
  process_mode: string;
  archived_at: Date | null;
  version: number;
}

/** A new kind (IN-03); its code is made from its name where none is given. Throws duplicate for a code that exists. */
export async function createKind(crm: Crm, tx: Tx, actor: Actor, body: z.infer<typeof KindBody>): Promise<Id> {
  if (body.wonFromStageId !== null) throw new AppError("validation", { fields: { wonFromStageId: "unknown" } });
  const values = columnsOf({ ...body, code: body.code ?? `kind-${crypto.randomUUID().slice(0, 8)}` }, COLUMNS);
  const [row] = await tx<{ id: Id }[]>`INSERT INTO interest_kind ${tx(values)} ON CONFLICT DO NOTHING RETURNING id`;
  if (row === undefined) throw new AppError("duplicate", { field: "code" });
  await writeChecks(tx, { kindId: row.id, stageId: null }, body.conditions);
  await crm.audit(tx, actor, {
    objectKind: "interest_kind",
    objectId: row.id,
    action: "create",
    changes: differences({}, { ...values, conditions: body.conditions.map((c) => c.name) }),
  });
  return row.id;
}

/** Changes a kind; running Interests keep the mode that they were created with (B9). */
export async function editKind(crm: Crm, tx: Tx, actor: Actor, id: Id, patch: z.infer<typeof KindPatch>): Promise<void> {
  const before = await lockKind(tx, id, patch.version);
  if (patch.wonFromStageId != null) {
    const [stage] = await tx`SELECT 1 FROM stage WHERE id = ${patch.wonFromStageId} AND kind_id = ${id} AND archived_at IS NULL`;
    if (stage === undefined) throw new AppError("validation", { fields: { wonFromStageId: "unknown" } });
  }
  const values = columnsOf(patch, COLUMNS);
  const changes = differences({ ...before }, values);
  if (patch.conditions !== undefined) Object.assign(changes, await writeChecks(tx, { kindId: id, stageId: null }, patch.conditions));
  if (Object.keys(changes).length === 0) return;
  await tx`UPDATE interest_kind SET ${tx({ ...values, version: before.version + 1 })} WHERE id = ${id}`;
  await crm.audit(tx, actor, { objectKind: "interest_kind", objectId: id, action: "edit", changes });
}

/** Takes a kind out of use: no new Interests, running ones go on; or brings it back. */
export async function archiveKind(crm: Crm, tx: Tx, actor: Actor, id: Id, archived: boolean): Promise<void> {
  const kind = await lockKind(tx, id, null);
  if ((kind.archived_at !== null) === archived) return;
  await tx`UPDATE interest_kind SET archived_at = ${archived ? new Date(crm.clock.now()) : null}, version = version + 1 WHERE id = ${id}`;
  await crm.audit(tx, actor, { objectKind: "interest_kind", objectId: id, action: archived ? "archive" : "restore", changes: {} });
}

/** The locked kind; throws not_found, or the conflict with the kind as it is. */
export async function lockKind(tx: Tx, id: Id, version: number | null): Promise<KindRecord> {
  const [row] = await tx<KindRecord[]>`SELECT * FROM interest_kind WHERE id = ${id} FOR UPDATE`;
  if (row === undefined) throw new AppError("not_found");
  if (version !== null && row.version !== version) throw new VersionConflict("interest_kind", id, (await readKinds(tx, null, id))[0]);
  return row;
}
