import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { EpochMs, Id } from "@kommutator/contract/ids";

/**
 * Back-off of those who guess passwords (AD-01). An account is locked after a few wrong ones, which alone would let anybody lock
 * out anybody: so an address at which the person signed in lately has a count of its own, which strangers cannot fill; and an address
 * that keeps failing at whatever account waits longer and longer, so that it cannot lock one account after another.
 */
const ADDRESS_TRIES = 30;
const FORGET_MS = 3_600_000;
const FIRST_WAIT_MS = 60_000;
const KNOWN_DAYS = 30;

/** Did this person sign in at this address within the last month? */
export async function isKnownAddress(sql: Db | Tx, employeeId: Id, address: string | null, now: EpochMs): Promise<boolean> {
  if (address === null) return false;
  const rows = await sql`
    SELECT 1 FROM session WHERE employee_id = ${employeeId} AND address = ${address} AND created_at > ${new Date(now - KNOWN_DAYS * 86_400_000)} LIMIT 1`;
  return rows.length > 0;
}

/**
 * Counts an attempt under a key before its password is looked at (parallel guesses get no more tries than sequential ones); past `tries`
 * the key waits `waitMs`, doubled with each further failure, an hour at most. Throws `refusal` with `until` while it waits.
 */
export async function countAttempt(
  sql: Db,
  key: string,
  now: EpochMs,
  limit: { tries: number; waitMs: number; refusal: "rate_limited" | "locked_out" },
): Promise<void> {
  const at = new Date(now);
  const [row] = await sql<{ id: number }[]>`
    INSERT INTO login_address AS a (address, failures, last_failed_at) VALUES (${key}, 1, ${at})
    ON CONFLICT (address) DO UPDATE SET
      failures = CASE WHEN a.last_failed_at < ${new Date(now - FORGET_MS)} THEN 1 ELSE a.failures + 1 END,
      blocked_until = CASE WHEN a.last_failed_at >= ${new Date(now - FORGET_MS)} AND a.failures + 1 >= ${limit.tries}
        THEN ${at}::timestamptz + least(${limit.waitMs} * 2 ^ least(a.failures + 1 - ${limit.tries}, 20), ${FORGET_MS}) * interval '1 millisecond' END,
      last_failed_at = ${at}
    WHERE a.blocked_until IS NULL OR a.blocked_until <= ${at}
    RETURNING 1 AS id`;
  if (row !== undefined) return;
  const [waits] = await sql<{ until: Date | null }[]>`SELECT blocked_until AS until FROM login_address WHERE address = ${key}`;
  throw new AppError(limit.refusal, { until: waits?.until?.toISOString() ?? at.toISOString() });
}

/** Any account from one address: thirty failures within an hour, then it waits a minute, two, four … */
export async function countAddress(sql: Db, address: string | null, now: EpochMs): Promise<void> {
  if (address !== null) await countAttempt(sql, address, now, { tries: ADDRESS_TRIES, waitMs: FIRST_WAIT_MS, refusal: "rate_limited" });
}

/** The attempt was no failure after all: takes it off the address, forgets the person's own count there and what is long past. */
export async function forgive(sql: Db | Tx, address: string | null, own: string | null, now: EpochMs): Promise<void> {
  await sql`
    UPDATE login_address SET failures = greatest(0, failures - 1), blocked_until = CASE WHEN failures - 1 >= ${ADDRESS_TRIES} THEN blocked_until END WHERE address = ${address ?? ""}`;
  await sql`DELETE FROM login_address WHERE address = ${own ?? ""} OR last_failed_at < ${new Date(now - 24 * FORGET_MS)}`;
}
