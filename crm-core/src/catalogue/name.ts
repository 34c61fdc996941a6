import type { Principal } from "@kommutator/contract/access";

/**
 * SQL of the name of a catalogue's entry that is joined as `alias`, in the reader's language where it is translated (NULL where none is joined).
 * For texts that the server puts together; rows carry id and name, and the browser names them by `names` of GET /catalogues.
 */
export function nameFor(principal: Principal, alias: string): string {
  return `coalesce(${alias}.translations->>(SELECT locale FROM employee WHERE id = '${principal.employeeId}'), ${alias}.name)`;
}
