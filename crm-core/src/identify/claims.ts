import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { normaliseValue } from "@kommutator/contract/phone";
import { type MadePoint, pointsMade } from "../contact-point/sql.ts";
import { type Crm, systemActor } from "../context.ts";
import { partyOf } from "../party/sql.ts";
import { nameLead, ownerOf } from "./proof.ts";

const ACTOR = systemActor("identification");

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
  const typed = (["phone", "email"] as const).flatMap((kind) => {
    const raw = claims[kind];
    const value = raw === undefined ? null : normaliseValue(kind, raw, country);
    return raw === undefined || value === null ? [] : [{ ...owner, kind, value_raw: raw.slice(0, 300), value_norm: value }];
  });
  if (typed.length > 0) {
    const made = await tx<MadePoint[]>`INSERT INTO contact_point ${tx(typed)} ON CONFLICT DO NOTHING RETURNING id, kind, value_norm AS value`;
    await crm.audit(tx, ACTOR, pointsMade(owner, made));
  }
  await nameLead(crm, tx, party, claims.name);
}
