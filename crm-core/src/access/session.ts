import { createHash, randomBytes } from "node:crypto";
import type { Principal, ResolvePrincipal } from "@kommutator/contract/access";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import { hashPassword, verifyPassword } from "./password.ts";
import { findSessions, type Session } from "./principal.ts";

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
export async function createSession(tx: Tx, employeeId: Id, now: EpochMs, userAgent: string | null): Promise<NewSession> {
  const token = randomBytes(32).toString("base64url");
  const csrfToken = randomBytes(24).toString("base64url");
  const expiresAt = new Date(now + SESSION_IDLE_MS);
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO session (token_hash, csrf_token, employee_id, created_at, last_seen_at, expires_at, user_agent)
    VALUES (${hashOf(token)}, ${csrfToken}, ${employeeId}, ${new Date(now)}, ${new Date(now)}, ${expiresAt}, ${userAgent?.slice(0, 300) ?? null}) RETURNING id`;
  return { sessionId: (row as { id: Id }).id, employeeId, token, csrfToken, expiresAt };
}

let dummyHash: Promise<string> | undefined;

/**
 * Checks the password and begins a session. Every attempt is counted before the password is looked at, so that
 * parallel guesses get no more tries than sequential ones. Throws bad_credentials (also for an unknown login, after the
 * same work) or locked_out with `until`.
 */
export async function login(sql: Db, body: { login: string; password: string }, now: EpochMs, userAgent: string | null): Promise<NewSession> {
  const at = new Date(now);
  const [attempt] = await sql<{ id: Id; password_hash: string | null }[]>`
    UPDATE employee SET
      failed_logins = CASE WHEN locked_until IS NULL THEN failed_logins + 1 ELSE 1 END,
      locked_until = CASE WHEN locked_until IS NULL AND failed_logins + 1 >= ${MAX_FAILED_LOGINS} THEN ${new Date(now + LOCK_OUT_MS)}::timestamptz END
    WHERE login = ${body.login} AND state = 'active' AND (locked_until IS NULL OR locked_until <= ${at})
    RETURNING id, password_hash`;
  if (attempt === undefined) {
    const [locked] = await sql<
      { locked_until: Date }[]
    >`SELECT locked_until FROM employee WHERE login = ${body.login} AND state = 'active' AND locked_until > ${at}`;
    if (locked !== undefined) throw new AppError("locked_out", { until: locked.locked_until.toISOString() });
    dummyHash ??= hashPassword("nobody has this password");
    await verifyPassword(await dummyHash, body.password);
    throw new AppError("bad_credentials");
  }
  if (attempt.password_hash === null || !(await verifyPassword(attempt.password_hash, body.password))) throw new AppError("bad_credentials");
  return sql.begin(async (tx) => {
    // The password or the state may have changed while argon2 was at work.
    const [still] = await tx`
      UPDATE employee SET failed_logins = 0, locked_until = NULL
      WHERE id = ${attempt.id} AND state = 'active' AND password_hash = ${attempt.password_hash} RETURNING id`;
    if (still === undefined) throw new AppError("bad_credentials");
    return createSession(tx, attempt.id, now, userAgent);
  });
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

/** Ends sessions: one, or all of an employee. Returns the ids that were live. */
export async function revokeSessions(tx: Db | Tx, by: { sessionId: Id } | { employeeId: Id }, now: EpochMs): Promise<Id[]> {
  const which = "sessionId" in by ? tx`id = ${by.sessionId}` : tx`employee_id = ${by.employeeId}`;
  const rows = await tx<{ id: Id }[]>`UPDATE session SET revoked_at = ${new Date(now)} WHERE ${which} AND revoked_at IS NULL RETURNING id`;
  return rows.map((r) => r.id);
}
