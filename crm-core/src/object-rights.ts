import { type AccessAction, type Principal, scopeOf } from "@kommutator/contract/access";
import type { ObjectKind, ObjectRef } from "@kommutator/contract/api/task";
import { AppError } from "@kommutator/contract/errors";
import type { Query } from "./context.ts";
import { claimAllowed, inquiryAllowed } from "./inquiry/sql.ts";
import { interactionAllowed } from "./interaction/sql.ts";
import { dialogAllowed } from "./party/link.ts";
import { allowed, handles } from "./rights.ts";
import { taskAllowed } from "./task/rights.ts";

/** Claims are links of chains; nothing else hangs on them yet. */
type Checked = ObjectRef | { kind: "claim"; id: ObjectRef["id"] };

/**
 * Throws not_found unless the principal may do this with the object that a task, a file or a chain hangs on: each by the rule of its own
 * kind, so that what hangs on it is seen by whoever sees it, and by nobody else (DT-05). Whoever has a dialog with a card in hand may
 * work with that card.
 */
export async function requireObject(tx: Query, principal: Principal, ref: Checked, action: "read" | "edit"): Promise<void> {
  if (!(await mayDo(tx, principal, ref, action))) throw new AppError("not_found");
}

/** The same as an answer. */
export async function mayDo(tx: Query, principal: Principal, ref: Checked, action: "read" | "edit"): Promise<boolean> {
  return (await CHECKS[ref.kind](tx, principal, ref.id, action)).length > 0;
}

type Check = (tx: Query, principal: Principal, id: string, action: AccessAction & ("read" | "edit")) => PromiseLike<readonly unknown[]>;

const CHECKS: Record<ObjectKind | "claim", Check> = {
  customer: (tx, p, id, action) =>
    tx`SELECT 1 FROM customer c WHERE c.id = ${id} AND (${allowed(tx, p, "customer", action, "c.responsible_id")} OR ${handles(tx, p, "customer_id", "c.id")})`,
  contact: (tx, p, id, action) => tx`
    SELECT 1 FROM customer_contact cc JOIN customer c ON c.id = cc.customer_id
    WHERE cc.contact_id = ${id} AND (${allowed(tx, p, "customer", action, "c.responsible_id")} OR ${handles(tx, p, "customer_id", "c.id")}) LIMIT 1`,
  lead: (tx, p, id, action) =>
    tx`SELECT 1 FROM lead l WHERE l.id = ${id} AND (${allowed(tx, p, "lead", action, "l.responsible_id")} OR ${handles(tx, p, "lead_id", "l.id")})`,
  interest: (tx, p, id, action) =>
    tx`SELECT 1 FROM interest i WHERE i.id = ${id} AND (${allowed(tx, p, "interest", action, "i.responsible_id")} OR ${handles(tx, p, "interest_id", "i.id")})`,
  interaction: (tx, p, id, action) => tx`
    SELECT 1 FROM interaction i WHERE i.id = ${id} AND ${action === "read" ? interactionAllowed(tx, p) : allowed(tx, p, "interaction", "edit", "i.executor_id")}`,
  inquiry: (tx, p, id, action) => tx`SELECT 1 FROM inquiry q WHERE q.id = ${id} AND ${inquiryAllowed(tx, p, action)}`,
  claim: (tx, p, id) => tx`SELECT 1 FROM claim cl WHERE cl.id = ${id} AND ${claimAllowed(tx, p)}`,
  dialog: (tx, p, id, action) => tx`SELECT 1 FROM dialog d WHERE d.id = ${id} AND ${dialogAllowed(tx, p, action)}`,
  task: (tx, p, id) => tx`SELECT 1 FROM task t WHERE t.id = ${id} AND ${scopeOf(p, "task", "read") === null ? tx`false` : taskAllowed(tx, p, "read")}`,
};
