import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { Crm } from "../context.ts";
import { emitInterest } from "./emit.ts";
import { type InterestRecord, requireOpen } from "./record.ts";

/**
 * Ticks or unticks an item of a stage's list or a condition of winning (IN-02, IN-17), with user and time. Ticking twice keeps the first.
 * Two people may tick different items at once: no version is asked. Throws not_found for an item of another kind.
 */
export async function setCheck(crm: Crm, tx: Tx, actor: Actor, interest: InterestRecord, itemId: Id, checked: boolean): Promise<void> {
  requireOpen(interest);
  const [item] = await tx<{ name: string }[]>`SELECT name FROM check_item WHERE id = ${itemId} AND kind_id = ${interest.kind_id} AND archived_at IS NULL`;
  if (item === undefined) throw new AppError("not_found");
  const changed = checked
    ? await tx`INSERT INTO interest_check (interest_id, item_id, checked_by, checked_at) VALUES (${interest.id}, ${itemId}, ${actor.id}, ${new Date(crm.clock.now())}) ON CONFLICT DO NOTHING RETURNING item_id`
    : await tx`DELETE FROM interest_check WHERE interest_id = ${interest.id} AND item_id = ${itemId} RETURNING item_id`;
  if (changed.length === 0) return;
  await crm.audit(tx, actor, {
    objectKind: "interest",
    objectId: interest.id,
    action: checked ? "check" : "uncheck",
    changes: { [item.name]: [!checked, checked] },
  });
  await emitInterest(crm, tx, interest.id, "open");
}
