import type { Id } from "@kommutator/contract/ids";
import type { Fragment } from "@kommutator/contract/statement";
import type { Query } from "../context.ts";

/**
 * SQL: who acts for the responsible of an Interest or a claim while that person is away (B8): it keeps its responsible, and what is told of it goes
 * to the substitute. NULL: the responsible is here, or nobody stands in.
 */
export function actingOf(tx: Query, kind: string, object: Fragment, responsible: Fragment) {
  return tx`
    (SELECT g.substitute_id FROM delegation g JOIN absence x ON x.id = g.absence_id AND x.state = 'active'
     WHERE g.object_kind = ${kind} AND g.object_id = ${object} AND g.original_id = ${responsible} AND g.outcome IS NULL)`;
}

/** Whom to tell what is meant for this employee about an object: whoever acts for the person in it meanwhile. */
export async function toldOf(tx: Query, kind: string, objectId: Id, employeeId: Id): Promise<Id> {
  if (kind !== "interest" && kind !== "claim") return employeeId;
  const [row] = await tx<{ id: Id | null }[]>`SELECT ${actingOf(tx, kind, tx`${objectId}::uuid`, tx`${employeeId}::uuid`)} AS id`;
  return row?.id ?? employeeId;
}
