import { type Principal, scopeOf } from "@kommutator/contract/access";
import { CustomerBody } from "@kommutator/contract/api/customer";
import type { ImportFault, ImportOptions, RowState } from "@kommutator/contract/api/import";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { addContact } from "../contact/write.ts";
import type { Crm } from "../context.ts";
import { createCustomer } from "../customer/write.ts";
import { mayDiffer } from "../duplicate/find.ts";
import { allowed } from "../rights.ts";
import type { Card } from "./body.ts";
import { type Filled, fillCard } from "./fill.ts";
import { createLead } from "./lead.ts";
import { nameOf, twinOf, twinOfCard } from "./twin.ts";

export type CardRef = { kind: "customer" | "contact" | "lead"; id: Id };
/** What became of a row. `before`: what undo needs. */
export interface Outcome {
  state: RowState;
  faults: ImportFault[];
  twin: CardRef | null;
  card: CardRef | null;
  before: Filled | { contacts: Id[] } | { company: Id } | null;
}
export interface Batch {
  options: ImportOptions;
  /** May rows without required fields be let through? */
  waived: boolean;
}

/** Said where a second card is made on purpose (B14). */
const ON_PURPOSE = "import";

/**
 * Brings one card in, by the same ways and with the same rules as a person at the screen: rights, duplicates (certain and probable ones,
 * B14), required fields (B7), audit. A refusal becomes faults of the row and changes nothing; a savepoint keeps the rest of the chunk.
 */
export async function bringIn(tx: Tx, crm: Crm, principal: Principal, actor: Actor, batch: Batch, card: Card): Promise<Outcome> {
  try {
    return (await tx.savepoint((row) => bring(row, crm, principal, actor, batch, card))) as Outcome;
  } catch (error) {
    const faults = faultsOf(error);
    if (faults === null) throw error;
    return { state: "faulty", faults, twin: null, card: null, before: null };
  }
}

async function bring(tx: Tx, crm: Crm, principal: Principal, actor: Actor, batch: Batch, card: Card): Promise<Outcome> {
  const { onDuplicate } = batch.options;
  const company = card.object === "contact" ? await companyOf(tx, principal, card.company, batch.options.makeCompanies) : null;
  const { country } = await crm.company(tx);
  const twin = await twinOfCard(tx, principal, card, country);
  if (twin !== null && onDuplicate !== "create") {
    const ref = { kind: twin.card, id: twin.id };
    if (onDuplicate === "skip" || twin.card !== card.object) return { state: "skipped", faults: [], twin: ref, card: null, before: null };
    const before = await fillCard(tx, crm, principal, actor, card, twin.id, batch.waived);
    return { state: before === null ? "skipped" : "filled", faults: [], twin: ref, card: before === null ? null : ref, before };
  }
  const differentReason = twin !== null && mayDiffer(principal) ? ON_PURPOSE : null;
  const ref = twin === null ? null : { kind: twin.card, id: twin.id };
  // A card without a twin was compared just now; a second one is made as at the screen: a certain twin is overruled by right and named in the audit.
  const how = { waived: batch.waived, compared: twin === null };
  if (card.object === "lead") {
    const id = await createLead(tx, crm, principal, actor, { ...card.body, differentReason }, how);
    return { state: "created", faults: [], twin: ref, card: { kind: "lead", id }, before: null };
  }
  if (card.object === "contact") {
    const made = company === "unknown" ? await makeCompany(tx, crm, principal, actor, batch, card.company) : null;
    const id = await addContact(tx, crm, principal, actor, made ?? (company as Id), { ...card.body, differentReason }, how);
    const told = made === null ? [] : [{ field: "company", code: "new_company", value: card.company }];
    return { state: "created", faults: told, twin: ref, card: { kind: "contact", id }, before: made === null ? null : { company: made } };
  }
  const { person } = card;
  const contacts: Id[] = [];
  // The people come before the rules look at the card; one whom the house knows for certain stays one contact, with two links.
  const { id } = await createCustomer(tx, crm, principal, actor, { ...card.body, differentReason }, how, async (customer, lacking) => {
    if (person === null) return;
    const like = await twinOf(tx, principal, { card: "contact", name: nameOf(person), contactPoints: person.contactPoints }, country);
    const known = like?.card === "contact" && like.level === "certain" ? like.id : null;
    const contact = await addContact(tx, crm, principal, actor, customer, { ...person, contactId: known }, { ...how, compared: true, lacking });
    if (known === null) contacts.push(contact);
  });
  return { state: "created", faults: [], twin: ref, card: { kind: "customer", id }, before: { contacts } };
}

/** The company of a contact that nobody had yet, whosesoever the option says. */
async function makeCompany(tx: Tx, crm: Crm, principal: Principal, actor: Actor, batch: Batch, name: string): Promise<Id> {
  if (scopeOf(principal, "customer", "create") === null) throw new AppError("validation", { fields: { company: "unknown_name" } });
  const body = CustomerBody.parse({ kind: "company", name, responsibleId: batch.options.responsibleId });
  return (await createCustomer(tx, crm, principal, actor, body, { waived: batch.waived, compared: true })).id;
}

/**
 * The customer whose contact it is: by code, tax number or the very name, among those that one may edit; "unknown" where it may be made (`make`)
 * and none that one may see has the name.
 */
async function companyOf(tx: Tx, principal: Principal, company: string, make: boolean): Promise<Id | "unknown"> {
  const like = company.replace(/[\\%_]/g, "\\$&");
  const rows = await tx<{ id: Id; sure: boolean }[]>`
    SELECT c.id, c.code = upper(${company}) OR c.tax_id = ${company} AS sure FROM (
      SELECT * FROM customer WHERE code = upper(${company}) UNION SELECT * FROM customer WHERE tax_id = ${company}
      UNION SELECT * FROM customer WHERE fold_name(name) LIKE fold_name(${like})) c
    WHERE c.archived_at IS NULL AND ${allowed(tx, principal, "customer", "edit", "c.responsible_id")} ORDER BY 2 DESC LIMIT 2`;
  const [first, second] = rows;
  if (first === undefined && make) {
    const seen = await tx`
      SELECT 1 FROM customer c WHERE fold_name(c.name) LIKE fold_name(${like}) AND c.archived_at IS NULL AND ${allowed(tx, principal, "customer", "read", "c.responsible_id")} LIMIT 1`;
    if (seen.length === 0) return "unknown";
  }
  if (first === undefined) throw new AppError("validation", { fields: { company: "unknown_name" } });
  if (second !== undefined && !first.sure) throw new AppError("validation", { fields: { company: "several" } });
  return first.id;
}

/** A refusal as faults of the row; null for what is no refusal (a lost connection), which ends the chunk instead. */
function faultsOf(error: unknown): ImportFault[] | null {
  if (error instanceof AppError) {
    const { fields, field } = error.details as { fields?: unknown; field?: unknown };
    if (error.code === "required_fields" && Array.isArray(fields))
      return fields.map((f: { field?: string; code?: string }) => ({ field: f.field ?? "", code: "required", value: null }));
    if (error.code === "validation" && typeof fields === "object" && fields !== null)
      return Object.entries(fields).map(([name, code]) => ({ field: name, code: String(code), value: null }));
    return [{ field: typeof field === "string" ? field : "", code: error.code, value: null }];
  }
  // 22 and 23: data that a column or a constraint refuses.
  if (error instanceof Error && "code" in error && /^2[23]/.test(String(error.code))) return [{ field: "", code: "refused", value: null }];
  return null;
}
