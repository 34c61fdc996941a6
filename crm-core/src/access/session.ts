import { createHash, randomBytes } from "node:crypto";
import type { Principal, ResolvePrincipal } from "@kommutator/contract/access";
import type { SessionView } from "@kommutator/contract/api/auth";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { CrmDeps } from "../deps.ts";
import { countAddress, countAttempt, forgive, isKnownAddress } from "./backoff.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import { findSessions, type Session } from "./principal.ts";
import { takeSecondFactor } from "./second-factor.ts";

/** A session ends when unused for so long, and in any case after a week. */
export const SESSION_IDLE_MS = 12 * 3_600_000;
export const SESSION_MAX_MS = 7 * 86_400_000;
/** So many wrong passwords in a row lock the account for a while (AD-01). */
export const MAX_FAILED_LOGINS = 5;
export const LOCK_OUT_MS = 15 * 60_000;
const TOUCH_MS = 60_000;

export interface NewSession {
  sessionId: Id;
  employeeId: Id;
  token: string;
  csrfToken: string;
  expiresAt: Date;
}

const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Makes a session; the token leaves the house once, in the cookie, and only its hash stays. */
export async function createSession(tx: Tx, employeeId: Id, now: EpochMs, userAgent: string | null, address: string | null = null): Promise<NewSession> {
  const token = randomBytes(32).toString("base64url");
  const csrfToken = randomBytes(24).toString("base64url");
  const expiresAt = new Date(now + SESSION_IDLE_MS);
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO session (token_hash, csrf_token, employee_id, created_at, last_seen_at, expires_at, user_agent, address)
    VALUES (${hashOf(token)}, ${csrfToken}, ${employeeId}, ${new Date(now)}, ${new Date(now)}, ${expiresAt}, ${userAgent?.slice(0, 300) ?? null}, ${address}) RETURNING id`;
  return { sessionId: (row as { id: Id }).id, employeeId, token, csrfToken, expiresAt };
}

let dummyHash: Promise<string> | undefined;

interface Attempt {
  id: Id;
  name: string;
  password_hash: string | null;
  second_factor: boolean;
}

/**
 * Checks the password, and the second factor where the account has one, and begins a session. Every attempt is counted before the
 * password is looked at, so that parallel guesses get no more tries than sequential ones. Throws bad_credentials (also for an unknown
 * login, after the same work, and for a wrong code), second_factor_required, locked_out or rate_limited with `until`.
 */
export async function login(
  deps: CrmDeps,
  body: { login: string; password: string; code?: string | undefined },
  from: { userAgent: string | null; address: string | null },
): Promise<NewSession> {
  const { sql } = deps;
  const now = deps.clock.now();
  const [person] = await sql<{ id: Id }[]>`SELECT id FROM employee WHERE login = ${body.login} AND state = 'active'`;
  const known = person !== undefined && (await isKnownAddress(sql, person.id, from.address, now));
  // Whoever guesses elsewhere fills neither this count nor this address's.
  const own = known ? `${from.address} ${person.id}` : null;
  if (own !== null) await countAttempt(sql, own, now, { tries: MAX_FAILED_LOGINS, waitMs: LOCK_OUT_MS, refusal: "locked_out" });
  else await countAddress(sql, from.address, now);
  const attempt = known ? await accountOf(sql, person.id) : await countAccount(sql, body.login, now);
  if (attempt === undefined || attempt.password_hash === null) {
    dummyHash ??= hashPassword("nobody has this password");
    await verifyPassword(await dummyHash, body.password);
    throw new AppError("bad_credentials");
  }
  if (!(await verifyPassword(attempt.password_hash, body.password))) throw new AppError("bad_credentials");
  if (attempt.second_factor) {
    if (body.code === undefined) {
      // Only this attempt is taken back: earlier wrong codes stay counted.
      if (!known) await sql`UPDATE employee SET failed_logins = greatest(0, failed_logins - 1), locked_until = NULL WHERE id = ${attempt.id}`;
      await forgive(sql, own ?? from.address, null, now);
      throw new AppError("second_factor_required");
    }
    if (!(await takeSecondFactor(deps, attempt, body.code, now))) throw new AppError("bad_credentials", { field: "code" });
  }
  return sql.begin(async (tx) => {
    // The password or the state may have changed while argon2 was at work.
    const [still] = await tx`
      UPDATE employee SET failed_logins = ${known ? tx`failed_logins` : tx`0`}, locked_until = ${known ? tx`locked_until` : tx`NULL`}
      WHERE id = ${attempt.id} AND state = 'active' AND password_hash = ${attempt.password_hash} RETURNING id`;
    if (still === undefined) throw new AppError("bad_credentials");
    await forgive(tx, known ? null : from.address, own, now);
    return createSession(tx, attempt.id, now, from.userAgent, from.address);
  });
}

async function accountOf(sql: Db, id: Id): Promise<Attempt | undefined> {
  const [row] = await sql<Attempt[]>`
    SELECT id, full_name AS name, password_hash, totp_since IS NOT NULL AS second_factor FROM employee WHERE id = ${id} AND state = 'active'`;
  return row;
}

/** Counts an attempt at an account; throws locked_out while it is locked, undefined when there is none. */
async function countAccount(sql: Db, name: string, now: EpochMs): Promise<Attempt | undefined> {
  const at = new Date(now);
  const [attempt] = await sql<Attempt[]>`
    UPDATE employee SET
      failed_logins = CASE WHEN locked_until IS NULL THEN failed_logins + 1 ELSE 1 END,
      locked_until = CASE WHEN locked_until IS NULL AND failed_logins + 1 >= ${MAX_FAILED_LOGINS} THEN ${new Date(now + LOCK_OUT_MS)}::timestamptz END
    WHERE login = ${name} AND state = 'active' AND (locked_until IS NULL OR locked_until <= ${at})
    RETURNING id, full_name AS name, password_hash, totp_since IS NOT NULL AS second_factor`;
  if (attempt !== undefined) return attempt;
  const [locked] = await sql<{ locked_until: Date }[]>`SELECT locked_until FROM employee WHERE login = ${name} AND state = 'active' AND locked_until > ${at}`;
  if (locked !== undefined) throw new AppError("locked_out", { until: locked.locked_until.toISOString() });
  return undefined;
}

/** The live session of a token, or null. Slides the expiry, at most once a minute and never past a week from login. */
export async function resolveSession(sql: Db | Tx, token: string, now: EpochMs): Promise<Session | null> {
  if (token.length !== 43) return null;
  const [session] = await findSessions(sql, { tokenHash: hashOf(token) }, new Date(now));
  if (session === undefined) return null;
  if (now - session.lastSeenAt.getTime() > TOUCH_MS) {
    const until = new Date(Math.min(now + SESSION_IDLE_MS, session.createdAt.getTime() + SESSION_MAX_MS));
    await sql`UPDATE session SET last_seen_at = ${new Date(now)}, expires_at = ${until} WHERE id = ${session.principal.sessionId} AND revoked_at IS NULL`;
  }
  return session;
}

/** ResolvePrincipal of the contract on the machine's clock. */
export const resolvePrincipal: ResolvePrincipal = async (tx, token): Promise<Principal | null> =>
  (await resolveSession(tx, token, Date.now()))?.principal ?? null;

/** Ends sessions: one, or all of an employee (but one, where `except` says so). Returns the ids that were live. */
export async function revokeSessions(tx: Db | Tx, by: { sessionId: Id } | { employeeId: Id; except?: Id }, now: EpochMs): Promise<Id[]> {
  const which = "sessionId" in by ? tx`id = ${by.sessionId}` : tx`employee_id = ${by.employeeId} AND id IS DISTINCT FROM ${by.except ?? null}`;
  const rows = await tx<{ id: Id }[]>`UPDATE session SET revoked_at = ${new Date(now)} WHERE ${which} AND revoked_at IS NULL RETURNING id`;
  return rows.map((r) => r.id);
}

/** The live sessions of an employee, the latest used first; `current` is the asking one. */
export async function readSessions(sql: Db | Tx, employeeId: Id, current: Id | null, now: EpochMs): Promise<SessionView[]> {
  const rows = await sql<{ id: Id; created_at: Date; last_seen_at: Date; address: string | null; user_agent: string | null }[]>`
    SELECT id, created_at, last_seen_at, address, user_agent FROM session
    WHERE employee_id = ${employeeId} AND revoked_at IS NULL AND expires_at > ${new Date(now)} ORDER BY last_seen_at DESC, id LIMIT 200`;
  return rows.map((r) => ({
    id: r.id,
    createdAt: r.created_at.toISOString(),
    lastSeenAt: r.last_seen_at.toISOString(),
    address: r.address,
    userAgent: r.user_agent,
    current: r.id === current,
  }));
}
