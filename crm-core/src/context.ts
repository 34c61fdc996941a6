import type { Db, Tx } from "@kommutator/contract/db";
import type { Actor, StreamReader, WriteAudit } from "@kommutator/contract/ports";
import type { CrmDeps } from "./deps.ts";

/** A query may run in a transaction or on its own. */
export type Query = Db | Tx;

export interface Company {
  country: string;
  currency: string;
  tz: string;
}

/** What every slice works with: the given ports plus what the CRM makes itself. */
export interface Crm extends CrmDeps {
  audit: WriteAudit;
  /** Country, currency and zone of the company; before set-up Kazakhstan's, so that early calls are identified all the same. */
  company(tx: Query): Promise<Company>;
}

const BEFORE_SETUP: Company = { country: "KZ", currency: "KZT", tz: "Asia/Almaty" };

/** What becomes of some kinds of events; several make one reader. */
export type StreamHandler = Pick<StreamReader, "kinds" | "handle">;

/** Reads the company's row once it exists and remembers it: set-up writes it once. */
export function companyReader(): Crm["company"] {
  let known: Company | undefined;
  return async (tx) => {
    if (known !== undefined) return known;
    const [row] = await tx<Company[]>`SELECT country::text AS country, currency::text AS currency, tz FROM company`;
    known = row;
    return row ?? BEFORE_SETUP;
  };
}

/** Who acts when a stream reader, identification or a job changes something. */
export function systemActor(label: string): Actor {
  return { kind: "system", id: null, label };
}

/** ISO text of a column that may be null. */
export function iso(at: Date): string;
export function iso(at: Date | null): string | null;
export function iso(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
