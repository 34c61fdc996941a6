import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { moveLinks } from "./links.ts";
import { type Moved, setRows } from "./moved.ts";
import { movePoints } from "./points.ts";
import { type Card, PROVENANCE, REFERENCES } from "./references.ts";

/**
 * Everything that points at the loser points at the survivor afterwards (C6), in the caller's transaction, in which both cards are locked.
 * Returns the steps for the merge log; `restore` takes them back. Nothing is copied and nothing deleted but what the survivor has already.
 */
export async function repoint(tx: Tx, card: Card, loser: Id, survivor: Id): Promise<Moved[]> {
  const steps: (Moved | null)[] = [];
  for (const ref of REFERENCES.filter((r) => r.to === card)) {
    const { table, column } = ref;
    if (ref.how === "points") steps.push(...(await movePoints(tx, { [column]: loser }, { [column]: survivor }, [{ [column]: survivor }])));
    if (ref.how === "links") steps.push(...(await moveLinks(tx, column as "customer_id" | "contact_id", loser, survivor)));
    if (ref.how === "move" || ref.how === "unite") {
      if (ref.how === "unite") steps.push(...(await dropEqual(tx, table, ref.key, { [column]: loser }, { [column]: survivor })));
      steps.push(await follow(tx, table, ref.key, { [column]: loser }, { [column]: survivor }));
    }
  }
  return steps.filter((s) => s !== null);
}

/**
 * What a lead has gathered passes to the customer (C4): contact points move to the contact, or to the customer without one; Interests,
 * Interactions, dialogs and what hangs on the lead are given the customer and keep the lead as provenance; files, tasks and claims likewise.
 */
export async function repointLead(tx: Tx, leadId: Id, to: { customerId: Id; contactId: Id | null }): Promise<Moved[]> {
  const owner = to.contactId === null ? { customer_id: to.customerId } : { contact_id: to.contactId };
  const holders = [{ customer_id: to.customerId }, ...(to.contactId === null ? [] : [{ contact_id: to.contactId }])];
  const steps: (Moved | null)[] = await movePoints(tx, { lead_id: leadId }, owner, holders);
  for (const { table, key, contact, versioned } of PROVENANCE) {
    const rows = await tx<{ key: string; customer_id: Id | null; contact_id: Id | null }[]>`
      SELECT ${tx(key)}::text AS key, customer_id, ${contact ? tx`contact_id` : tx`NULL::uuid AS contact_id`} FROM ${tx(table)} WHERE lead_id = ${leadId}`;
    // Rows that already have a person keep that person: they were put right by somebody.
    for (const group of grouped(rows)) {
      const before = { lead_id: leadId, customer_id: group.customer_id, ...(contact ? { contact_id: group.contact_id } : {}) };
      const after = { ...before, customer_id: to.customerId, ...(contact ? { contact_id: group.contact_id ?? to.contactId } : {}) };
      steps.push(await setRows(tx, { table, key, keys: group.keys, before, after }, versioned ?? false));
    }
  }
  return steps.filter((s) => s !== null);
}

function grouped(rows: readonly { key: string; customer_id: Id | null; contact_id: Id | null }[]) {
  const groups = new Map<string, { keys: string[]; customer_id: Id | null; contact_id: Id | null }>();
  for (const { key, ...who } of rows) {
    const name = `${who.customer_id} ${who.contact_id}`;
    const group = groups.get(name) ?? { ...who, keys: [] };
    group.keys.push(key);
    groups.set(name, group);
  }
  return groups.values();
}

/** Rows with these values take the others. */
async function follow(tx: Tx, table: string, key: string, before: Record<string, string>, after: Record<string, string>): Promise<Moved | null> {
  const rows = await tx<{ key: string }[]>`SELECT ${tx(key)}::text AS key FROM ${tx(table)} WHERE ${equal(tx, "", before)} FOR UPDATE`;
  return setRows(tx, { table, key, keys: rows.map((r) => r.key), before, after }, table === "dialog_party");
}

/** Deletes the loser's rows that the survivor has too. */
async function dropEqual(tx: Tx, table: string, key: string, loser: Record<string, string>, survivor: Record<string, string>): Promise<Moved[]> {
  const rows = await tx<{ key: string; row: Record<string, unknown> }[]>`
    DELETE FROM ${tx(table)} l USING ${tx(table)} s WHERE l.${tx(key)} = s.${tx(key)} AND ${equal(tx, "l.", loser)} AND ${equal(tx, "s.", survivor)}
    RETURNING l.${tx(key)}::text AS key, to_jsonb(l) AS row`;
  return rows.map(({ key: k, row }) => ({ do: "delete", table, key, keys: [k], row }));
}

function equal(tx: Tx, alias: string, values: Record<string, string>) {
  return Object.entries(values)
    .map(([column, value]) => tx`${tx(alias + column)} = ${value}`)
    .reduce((all, next) => tx`${all} AND ${next}`);
}
