import type { Principal } from "@kommutator/contract/access";
import type { DuplicateCandidate } from "@kommutator/contract/api/duplicate";
import type { ImportFault, ImportOptions, RowState } from "@kommutator/contract/api/import";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { addContact } from "../contact/write.ts";
import type { Crm } from "../context.ts";
import { createCustomer } from "../customer/write.ts";
import { findDuplicates, mayDiffer } from "../duplicate/find.ts";
import { allowed } from "../rights.ts";
import type { Card } from "./body.ts";
import { type Filled, fillCard } from "./fill.ts";
import { createLead } from "./lead.ts";

export type CardRef = { kind: "customer" | "contact" | "lead"; id: Id };
/** What became of a row. `before`: what undo needs. */
export interface Outcome {
  state: RowState;
  faults: ImportFault[];
  twin: CardRef | null;
  card: CardRef | null;
  before: Filled | { contacts: Id[] } | null;
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
  const customerId = card.object === "contact" ? await companyOf(tx, principal, card.company) : null;
  const twin = await twinOf(tx, crm, principal, card);
  if (twin !== null && onDuplicate !== "create") {
    const ref = { kind: twin.card, id: twin.id };
    if (onDuplicate === "skip" || twin.card !== card.object) return { state: "skipped", faults: [], twin: ref, card: null, before: null };
    const before = await fillCard(tx, crm, principal, actor, card, twin.id);
    return { state: before === null ? "skipped" : "filled", faults: [], twin: ref, card: before === null ? null : ref, before };
  }
  const differentReason = twin !== null && mayDiffer(principal) ? ON_PURPOSE : null;
  const ref = twin === null ? null : { kind: twin.card, id: twin.id };
  if (card.object === "lead") {
    const id = await createLead(tx, crm, principal, actor, card.body, batch.waived);
    return { state: "created", faults: [], twin: ref, card: { kind: "lead", id }, before: null };
  }
  if (card.object === "contact") {
    const id = await addContact(tx, crm, principal, actor, customerId as Id, { ...card.body, differentReason }, batch.waived);
    return { state: "created", faults: [], twin: ref, card: { kind: "contact", id }, before: null };
  }
  const { id } = await createCustomer(tx, crm, principal, actor, { ...card.body, differentReason }, batch.waived);
  const contacts: Id[] = [];
  if (card.person !== null) {
    // A person whom the house knows for certain comes to this customer too, as one contact with two links.
    const known = (
      await findDuplicates(
        tx,
        principal,
        {
          card: "contact",
          id: null,
          kind: "person",
          name: personName(card.person),
          taxId: null,
          birthDate: null,
          regionId: null,
          contactPoints: card.person.contactPoints,
        },
        (
          await crm.company(tx)
        ).country,
      )
    ).candidates.find((c) => c.card === "contact" && c.level === "certain");
    const contact = await addContact(tx, crm, principal, actor, id, { ...card.person, contactId: known?.id ?? null }, batch.waived);
    if (known === undefined) contacts.push(contact);
  }
  return { state: "created", faults: [], twin: ref, card: { kind: "customer", id }, before: { contacts } };
}

const personName = (p: { lastName: string | null; firstName: string | null; middleName: string | null }) =>
  [p.lastName, p.firstName, p.middleName].filter((n) => n !== null).join(" ");

/** The likeliest twin of a row among the cards that one may see; one of its own kind before others. */
async function twinOf(tx: Tx, crm: Crm, principal: Principal, card: Card): Promise<DuplicateCandidate | null> {
  const typed = { id: null, contactPoints: card.body.contactPoints, birthDate: null, taxId: null, regionId: null };
  const asked =
    card.object === "customer"
      ? { ...typed, card: "customer" as const, kind: card.body.kind, name: card.body.name, taxId: card.body.taxId, regionId: card.body.regionId }
      : card.object === "contact"
        ? { ...typed, card: "contact" as const, kind: "person" as const, name: personName(card.body), birthDate: card.body.birthDate }
        : { ...typed, card: "lead" as const, kind: "person" as const, name: card.body.contactName ?? card.body.companyName ?? "" };
  const { candidates } = await findDuplicates(tx, principal, asked, (await crm.company(tx)).country);
  return candidates.find((c) => c.card === card.object) ?? candidates[0] ?? null;
}

/** The customer whose contact it is: by code, tax number or the very name, among those that one may edit. */
async function companyOf(tx: Tx, principal: Principal, company: string): Promise<Id> {
  const like = company.replace(/[\\%_]/g, "\\$&");
  const rows = await tx<{ id: Id; sure: boolean }[]>`
    SELECT c.id, c.code = upper(${company}) OR c.tax_id = ${company} AS sure FROM (
      SELECT * FROM customer WHERE code = upper(${company}) UNION SELECT * FROM customer WHERE tax_id = ${company}
      UNION SELECT * FROM customer WHERE fold_name(name) LIKE fold_name(${like})) c
    WHERE c.archived_at IS NULL AND ${allowed(tx, principal, "customer", "edit", "c.responsible_id")} ORDER BY 2 DESC LIMIT 2`;
  const [first, second] = rows;
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
