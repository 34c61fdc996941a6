import type { Origin } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { type Crm, systemActor } from "../context.ts";

const ACTOR = systemActor("origin");

/** Keys and lengths that are kept of what a page or a deep link says about itself: it is written by strangers. */
const MAX_TEXT = 200;
const MAX_ADDRESS = 2000;
const UTM = ["source", "medium", "campaign", "term", "content"];

export interface KeptOrigin {
  text: string | null;
  page: string | null;
  referrer: string | null;
  utm: Record<string, string>;
}

/** An origin as it is kept: trimmed, cut to length, known UTM tags only (with or without the prefix `utm_`). */
export function keepOrigin(origin: Origin): KeptOrigin {
  const cut = (text: string | undefined, length: number) => text?.trim().slice(0, length) || null;
  const utm: Record<string, string> = {};
  for (const [key, value] of Object.entries(origin.utm ?? {})) {
    const name = key.toLowerCase().replace(/^utm_/, "");
    const text = cut(value, MAX_TEXT);
    if (UTM.includes(name) && text !== null) utm[name] = text;
  }
  return { text: cut(origin.source, MAX_TEXT), page: cut(origin.page, MAX_ADDRESS), referrer: cut(origin.referrer, MAX_ADDRESS), utm };
}

/**
 * Where the dialog came from (Identify.noteOrigin): kept with the dialog for its inquiry and, when this dialog is the lead's first touch,
 * on the lead. What is known already is never overwritten. The source is the catalogue's whose code is the deep-link parameter, the form's
 * name or, failing these, utm_source; without one the text stays as it was told.
 */
export async function noteOrigin(crm: Crm, tx: Tx, dialogId: Id, origin: Origin): Promise<void> {
  const { text, page, referrer, utm } = keepOrigin(origin);
  if (text === null && page === null && referrer === null && Object.keys(utm).length === 0) return;
  const now = new Date(crm.clock.now());
  const codes = [text, utm["source"] ?? null].filter((c) => c !== null).map((c) => c.toLowerCase());
  const noted = await tx<{ source_id: Id | null }[]>`
    INSERT INTO dialog_origin (dialog_id, source_id, source_text, page, referrer, utm, noted_at)
    VALUES (${dialogId}, (SELECT id FROM lead_source WHERE code = ANY(${codes}::text[]) AND archived_at IS NULL ORDER BY array_position(${codes}::text[], code) LIMIT 1),
      ${text}, ${page}, ${referrer}, ${tx.json(utm)}, ${now})
    ON CONFLICT DO NOTHING RETURNING source_id`;
  if (noted.length === 0) return;
  await tx`
    UPDATE inquiry q SET source_id = coalesce(o.source_id, q.source_id), source_text = o.source_text, page = o.page, referrer = o.referrer, utm = o.utm
    FROM dialog_origin o WHERE o.dialog_id = ${dialogId} AND q.dialog_id = o.dialog_id`;
  const leads = await tx<{ id: Id; source_id: Id | null }[]>`
    UPDATE lead l SET source_id = coalesce(o.source_id, l.source_id), source_text = o.source_text, page = o.page, referrer = o.referrer, utm = o.utm, origin_at = o.noted_at, version = l.version + 1
    FROM dialog_origin o JOIN dialog_party p ON p.dialog_id = o.dialog_id
    WHERE o.dialog_id = ${dialogId} AND l.id = p.lead_id AND p.customer_id IS NULL AND l.origin_at IS NULL AND l.created_by IS NULL
      AND NOT EXISTS (SELECT 1 FROM dialog_party other WHERE other.lead_id = l.id AND other.dialog_id <> o.dialog_id)
    RETURNING l.id, l.source_id`;
  for (const { id, source_id } of leads)
    await crm.audit(tx, ACTOR, { objectKind: "lead", objectId: id, action: "origin", changes: { source_id, source_text: text, page, utm } });
}
