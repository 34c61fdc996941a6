/**
 * Everything that points at a customer, a contact or a lead, and what becomes of it when one card turns into another (spec C6). A test compares
 * this list with the database's foreign keys: whoever adds a table names it here, and merge, conversion and undo know it.
 */
export type Card = "customer" | "contact" | "lead";

/**
 * move: the reference follows the card; `key` is the column by which undo finds the row again.
 * unite: likewise, but where the survivor has a row with the same `key` already, the loser's is deleted (and comes back with undo).
 * points, links: contact points and company membership have rules of their own.
 * keep: the row tells of the card as it was and stays with it; readers look at all cards that became one.
 */
type How = { how: "move" | "unite"; key: string } | { how: "points" } | { how: "links" } | { how: "keep"; why: string };
export type Reference = { table: string; column: string; to: Card } & How;

/** A lead's rows keep the lead as provenance (C4) and are given the customer and the contact besides. */
export interface Provenance {
  table: string;
  key: string;
  contact: boolean;
  /** Its screens notice a change by this column. */
  versioned?: true;
}

const of = (to: Card, column: string, how: How, ...tables: string[]): Reference[] => tables.map((table) => ({ table, column, to, ...how }));

export const REFERENCES: readonly Reference[] = [
  ...of("customer", "customer_id", { how: "points" }, "contact_point"),
  ...of("customer", "customer_id", { how: "links" }, "customer_contact"),
  ...of("customer", "customer_id", { how: "move", key: "id" }, "interest", "interaction", "claim", "task", "file_link"),
  ...of("customer", "customer_id", { how: "move", key: "dialog_id" }, "dialog_party"),
  ...of("customer", "converted_customer_id", { how: "move", key: "id" }, "lead"),
  ...of("customer", "merged_into_id", { how: "move", key: "id" }, "customer"),
  ...of("customer", "customer_id", { how: "keep", why: "periods of one card never overlap" }, "customer_owner_history", "customer_status_history"),

  ...of("contact", "contact_id", { how: "points" }, "contact_point"),
  ...of("contact", "contact_id", { how: "links" }, "customer_contact"),
  ...of("contact", "contact_id", { how: "move", key: "id" }, "interest", "interaction", "claim", "task", "file_link"),
  ...of("contact", "contact_id", { how: "move", key: "dialog_id" }, "dialog_party"),
  ...of("contact", "contact_id", { how: "unite", key: "interaction_id" }, "interaction_participant"),
  ...of("contact", "converted_contact_id", { how: "move", key: "id" }, "lead"),
  ...of("contact", "merged_into_id", { how: "move", key: "id" }, "contact"),

  ...of("lead", "lead_id", { how: "points" }, "contact_point"),
  ...of("lead", "lead_id", { how: "move", key: "id" }, "interest", "interaction", "claim", "task", "file_link"),
  ...of("lead", "lead_id", { how: "move", key: "dialog_id" }, "dialog_party"),
  ...of("lead", "lead_id", { how: "unite", key: "question_id" }, "lead_answer"),
  ...of("lead", "merged_into_id", { how: "move", key: "id" }, "lead"),
];

export const PROVENANCE: readonly Provenance[] = [
  { table: "interest", key: "id", contact: true },
  { table: "interaction", key: "id", contact: true },
  { table: "claim", key: "id", contact: true },
  { table: "task", key: "id", contact: true },
  { table: "file_link", key: "id", contact: false },
  { table: "dialog_party", key: "dialog_id", contact: true, versioned: true },
];
