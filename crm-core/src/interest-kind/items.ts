import type { CheckItem, StageAction } from "@kommutator/contract/api/interest-kind";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";

type Changes = Record<string, [unknown, unknown]>;

/** The list of a kind or a stage as it shall be: known items by id renamed and ordered, new ones added, the others archived: ticks stay. */
export async function writeChecks(tx: Tx, of: { kindId: Id; stageId: Id | null }, items: readonly z.infer<typeof CheckItem>[]): Promise<Changes> {
  const before = await tx<{ id: Id; name: string }[]>`
    SELECT id, name FROM check_item WHERE kind_id = ${of.kindId} AND stage_id IS NOT DISTINCT FROM ${of.stageId}::uuid AND archived_at IS NULL ORDER BY pos, id FOR UPDATE`;
  const field = of.stageId === null ? "conditions" : "checks";
  requireKnown(before, items, field);
  const kept = items.flatMap((c) => c.id ?? []);
  await tx`UPDATE check_item SET archived_at = now() WHERE id = ANY(${before.map((b) => b.id).filter((id) => !kept.includes(id))}::uuid[])`;
  for (const [pos, { id, name }] of items.entries())
    if (id === undefined) await tx`INSERT INTO check_item (kind_id, stage_id, pos, name) VALUES (${of.kindId}, ${of.stageId}, ${pos}, ${name})`;
    else await tx`UPDATE check_item SET name = ${name}, pos = ${pos} WHERE id = ${id}`;
  return changed(
    field,
    before.map((b) => b.name),
    items.map((c) => c.name),
  );
}

/** The template of a stage as it shall be; what was planned from an archived line stays planned. Throws validation for an unknown type. */
export async function writeActions(tx: Tx, stageId: Id, actions: readonly z.infer<typeof StageAction>[]): Promise<Changes> {
  const types = [...new Set(actions.map((a) => a.typeId))];
  const known = await tx`SELECT id FROM interaction_type WHERE id = ANY(${types}::uuid[]) AND archived_at IS NULL`;
  if (known.length < types.length) throw new AppError("validation", { fields: { actions: "unknown" } });
  const before = await tx<{ id: Id; text: string }[]>`
    SELECT id, subject || ' +' || offset_days || ' ' || executor || CASE WHEN compulsory THEN ' !' ELSE '' END AS text FROM stage_action WHERE stage_id = ${stageId} AND archived_at IS NULL ORDER BY pos, id FOR UPDATE`;
  requireKnown(before, actions, "actions");
  const kept = actions.flatMap((a) => a.id ?? []);
  await tx`UPDATE stage_action SET archived_at = now() WHERE id = ANY(${before.map((b) => b.id).filter((id) => !kept.includes(id))}::uuid[])`;
  for (const [pos, { id, ...a }] of actions.entries()) {
    const row = { stage_id: stageId, pos, type_id: a.typeId, subject: a.subject, offset_days: a.offsetDays, executor: a.executor, compulsory: a.compulsory };
    if (id === undefined) await tx`INSERT INTO stage_action ${tx(row)}`;
    else await tx`UPDATE stage_action SET ${tx(row)} WHERE id = ${id}`;
  }
  const text = (a: z.infer<typeof StageAction>) => `${a.subject} +${a.offsetDays} ${a.executor}${a.compulsory ? " !" : ""}`;
  return changed(
    "actions",
    before.map((b) => b.text),
    actions.map(text),
  );
}

function requireKnown(before: readonly { id: Id }[], items: readonly { id?: Id | undefined }[], field: string): void {
  const ids = items.flatMap((i) => i.id ?? []);
  const known = new Set(before.map((b) => b.id));
  if (new Set(ids).size < ids.length || ids.some((id) => !known.has(id))) throw new AppError("validation", { fields: { [field]: "unknown" } });
}

function changed(name: string, before: string[], after: string[]): Changes {
  return JSON.stringify(before) === JSON.stringify(after) ? {} : { [name]: [before, after] };
}
