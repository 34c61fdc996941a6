import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { normaliseValue } from "@kommutator/contract/phone";
import type { Crm } from "../context.ts";
import { partyOf } from "../party/sql.ts";
import { nameLead, ownerOf } from "./proof.ts";

/** What a visitor typed about himself (Identify.addClaims): unverified contact points of the dialog's person, and a lead's name. */
export async function addClaims(
  crm: Crm,
  tx: Tx,
  dialogId: Id,
  claims: { phone?: string | undefined; email?: string | undefined; name?: string | undefined },
): Promise<void> {
  const { country } = await crm.company(tx);
  const party = await partyOf(tx, dialogId);
  const owner = ownerOf(party);
  if (party === null || owner === null) return;
  for (const kind of ["phone", "email"] as const) {
    const raw = claims[kind];
    const value = raw === undefined ? null : normaliseValue(kind, raw, country);
    if (raw === undefined || value === null) continue;
    await tx`INSERT INTO contact_point ${tx({ ...owner, kind, value_raw: raw.slice(0, 300), value_norm: value })} ON CONFLICT DO NOTHING`;
  }
  await nameLead(crm, tx, party, claims.name);
}
