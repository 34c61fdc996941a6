import type { DispatchRuleView } from "@kommutator/contract/api/dispatch-rule";
import type { Query } from "../context.ts";

/** Rules in use, in the order in which they are tried. */
export async function readRules(tx: Query): Promise<DispatchRuleView[]> {
  return tx<DispatchRuleView[]>`
    SELECT id, name, pos, enabled, channel_id AS "channelId", senders, words, identities, action, purpose_id AS "purposeId", employee_id AS "employeeId", queue_id AS "queueId", reason, version
    FROM dispatch_rule WHERE archived_at IS NULL ORDER BY pos, id`;
}
