import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { cleanText, toStoredJson } from "./clean.ts";

const FLUSH_MS = 250;
/** Lines kept for each channel. */
const KEEP = 1_000;

/** The redacted record of exchanges with providers: written behind, bounded, never in anybody's way. */
export class Transcript {
  readonly #sql: Db;
  #lines: { c: Id; t: number; d: string; s: string; x: string | null }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #written = 0;

  constructor(sql: Db) {
    this.#sql = sql;
  }

  record(channelId: Id, direction: "in" | "out", summary: string, detail?: unknown): void {
    if (this.#lines.length >= 2_000) return;
    const text = detail === undefined ? null : toStoredJson(detail);
    this.#lines.push({
      c: channelId,
      t: Date.now(),
      d: direction,
      s: cleanText(summary).slice(0, 1_000),
      x: text !== null && text.length > 8_000 ? null : text,
    });
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length === 0) return;
    try {
      await this.#sql`
        INSERT INTO transcript (channel_id, at, direction, summary, detail)
        SELECT c, to_timestamp(t / 1000.0), d, s, x::jsonb FROM json_to_recordset(${JSON.stringify(lines)}::text::json) AS r(c uuid, t float8, d text, s text, x text)`;
      this.#written += lines.length;
      if (this.#written >= KEEP) {
        this.#written = 0;
        for (const channel of new Set(lines.map((l) => l.c))) {
          await this
            .#sql`DELETE FROM transcript WHERE channel_id = ${channel} AND id < (SELECT min(id) FROM (SELECT id FROM transcript WHERE channel_id = ${channel} ORDER BY id DESC LIMIT ${KEEP}) k)`;
        }
      }
    } catch {
      // A transcript is for people who look for a fault; losing lines of it while the database is away harms nobody.
    }
  }
}
