import { randomBytes } from "node:crypto";
import type { Db } from "@kommutator/contract/db";

/**
 * A name for this house among the holders of leases, different after every start, so that a crashed predecessor's leases are nobody's. Its
 * last part, the mark, stands in the names of its database sessions too.
 */
export function nameHolder(node: string): { holder: string; mark: string } {
  const mark = randomBytes(4).toString("hex");
  return { holder: `${node}:${process.pid}:${mark}`, mark };
}

/** The application name of a session of the house with the mark. */
export const sessionName = (pool: string, mark: string): string => `${pool} ${mark}`;

/**
 * Ends the database sessions of a house that has lost its duties, with whatever they hold: a process that was stopped in the middle of a
 * statement keeps its locks, and the database does not count that as idle. A house that goes on opens new ones. Returns how many there were.
 * Needs to be the same database user as theirs, or one who may end them.
 */
export async function endSessionsOf(sql: Db, holder: string): Promise<number> {
  const mark = holder.split(":").at(-1) ?? "";
  if (!/^[0-9a-f]{8}$/.test(mark)) return 0;
  const ended = await sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'kommutator%' AND application_name LIKE ${`% ${mark}`} AND pid <> pg_backend_pid()`;
  return ended.length;
}
