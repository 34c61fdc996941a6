import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";

/** So long is a title made of somebody's words at most; it ends with a whole word. */
const TITLE_LENGTH = 120;

/** What an Interest made from a dialog begins with, besides its person. */
export interface Suggestion {
  /** The letter's subject, else the first line that the customer wrote, else the purpose; null: nothing is known yet. */
  title: string | null;
  sourceId: Id | null;
  purposeId: Id | null;
}

/** Reads a dialog's suggestion (RG-13): the source is that of the first touch, else of the line, else of the channel. */
export async function suggestInterest(tx: Query, dialogId: Id): Promise<Suggestion> {
  const [row] = await tx<{ words: string | null; purpose: string | null; purpose_id: Id | null; source_id: Id | null }[]>`
    SELECT coalesce(o.source_id, n.source_id, c.source_id) AS source_id, u.id AS purpose_id, u.name AS purpose,
           coalesce(nullif(btrim(d.subject), ''), (SELECT left(btrim(body, E' \t\r\n'), 500) FROM message WHERE dialog_id = d.id AND direction = 'in' AND btrim(body, E' \t\r\n') <> '' ORDER BY seq LIMIT 1)) AS words
    FROM dialog d JOIN channel c ON c.id = d.channel_id LEFT JOIN line n ON n.id = d.line_id LEFT JOIN dialog_origin o ON o.dialog_id = d.id
    LEFT JOIN LATERAL (SELECT coalesce(purpose_id, suggested_purpose_id) AS id FROM inquiry WHERE dialog_id = d.id ORDER BY seq DESC LIMIT 1) q ON true
    LEFT JOIN inquiry_purpose u ON u.id = q.id
    WHERE d.id = ${dialogId}`;
  return { title: titleOf(row?.words ?? null) ?? row?.purpose ?? null, sourceId: row?.source_id ?? null, purposeId: row?.purpose_id ?? null };
}

/** The first line, cut after a whole word. */
function titleOf(words: string | null): string | null {
  const line = words?.split(/\r?\n/, 1)[0]?.trim() ?? "";
  if (line === "") return null;
  if (line.length <= TITLE_LENGTH) return line;
  const cut = line.slice(0, TITLE_LENGTH - 1);
  const space = cut.lastIndexOf(" ");
  return `${(space > TITLE_LENGTH / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}
