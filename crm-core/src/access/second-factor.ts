import type { RecoveryCodes, SecondFactorOffer } from "@kommutator/contract/api/auth";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { renderSVG } from "uqr";
import type { z } from "zod";
import { writeAudit } from "../audit/write.ts";
import type { CrmDeps } from "../deps.ts";
import { verifyPassword } from "./password.ts";
import { newRecoveryCodes, newSecret, recoveryHash, stepOf } from "./totp.ts";

type Sealing = Pick<CrmDeps, "hooks">;
const sealed = (deps: Sealing, id: Id, secret: string): string => deps.hooks?.seal?.(id, secret) ?? secret;
const opened = (deps: Sealing, id: Id, secret: string): string => deps.hooks?.unseal?.(id, secret) ?? secret;

/** Throws validation unless this is the employee's password: what weakens an account is not done from a screen left open. */
export async function requirePassword(sql: Db | Tx, employeeId: Id, password: string): Promise<void> {
  const [row] = await sql<{ hash: string | null }[]>`SELECT password_hash AS hash FROM employee WHERE id = ${employeeId}`;
  if (row?.hash == null || !(await verifyPassword(row.hash, password))) throw new AppError("validation", { fields: { password: "wrong" } });
}

/** Begins: a secret for the authenticator. Nothing is asked at login until a code of it is confirmed. Throws duplicate when it is on. */
export async function offerSecondFactor(deps: CrmDeps, employee: { id: Id; login: string }): Promise<z.infer<typeof SecondFactorOffer>> {
  const { secret, uri } = newSecret(employee.login);
  const rows = await deps.sql`
    UPDATE employee SET totp_secret = ${sealed(deps, employee.id, secret)}, totp_last_step = 0 WHERE id = ${employee.id} AND totp_since IS NULL RETURNING id`;
  if (rows.length === 0) throw new AppError("duplicate", { field: "secondFactor" });
  return { secret, uri, picture: renderSVG(uri) };
}

/** Switches it on with a code of the authenticator; answers with the recovery codes, which are shown once. Throws validation for a wrong code. */
export async function confirmSecondFactor(deps: CrmDeps, actor: Actor, employeeId: Id, code: string): Promise<z.infer<typeof RecoveryCodes>> {
  const codes = newRecoveryCodes();
  await deps.sql.begin(async (tx) => {
    if (!(await takeTotp(deps, tx, employeeId, code, deps.clock.now()))) throw new AppError("validation", { fields: { code: "wrong" } });
    const rows = await tx`UPDATE employee SET totp_since = ${new Date(deps.clock.now())} WHERE id = ${employeeId} AND totp_since IS NULL RETURNING id`;
    if (rows.length === 0) throw new AppError("duplicate", { field: "secondFactor" });
    await tx`DELETE FROM recovery_code WHERE employee_id = ${employeeId}`;
    await tx`INSERT INTO recovery_code ${tx(codes.map((c) => ({ employee_id: employeeId, code_hash: recoveryHash(employeeId, c) })))}`;
    await writeAudit(tx, actor, { objectKind: "employee", objectId: employeeId, action: "second_factor", changes: { secondFactor: [false, true] } });
  });
  return { codes };
}

/** Switches it off and forgets secret and codes. */
export async function dropSecondFactor(tx: Tx, actor: Actor, employeeId: Id): Promise<void> {
  const rows = await tx`UPDATE employee SET totp_secret = NULL, totp_since = NULL WHERE id = ${employeeId} AND totp_secret IS NOT NULL RETURNING id`;
  await tx`DELETE FROM recovery_code WHERE employee_id = ${employeeId}`;
  if (rows.length > 0)
    await writeAudit(tx, actor, { objectKind: "employee", objectId: employeeId, action: "second_factor", changes: { secondFactor: [true, false] } });
}

/** Takes a code of the authenticator: right, and of a step not used before (two logins with one code: one wins). */
async function takeTotp(deps: Sealing, tx: Tx | Db, employeeId: Id, code: string, now: EpochMs): Promise<boolean> {
  const [row] = await tx<{ secret: string | null }[]>`SELECT totp_secret AS secret FROM employee WHERE id = ${employeeId}`;
  if (row?.secret == null) return false;
  const step = stepOf(opened(deps, employeeId, row.secret), code, now);
  if (step === null) return false;
  return (await tx`UPDATE employee SET totp_last_step = ${step} WHERE id = ${employeeId} AND totp_last_step < ${step} RETURNING id`).length === 1;
}

/** Takes what was typed as a second factor: a code of the authenticator, or a recovery code, each once. */
export async function takeSecondFactor(deps: CrmDeps, employee: { id: Id; name: string }, code: string, now: EpochMs): Promise<boolean> {
  if (await takeTotp(deps, deps.sql, employee.id, code, now)) return true;
  return deps.sql.begin(async (tx) => {
    const used = await tx`
      UPDATE recovery_code SET used_at = ${new Date(now)} WHERE employee_id = ${employee.id} AND code_hash = ${recoveryHash(employee.id, code)} AND used_at IS NULL RETURNING 1`;
    if (used.length === 0) return false;
    const actor: Actor = { kind: "employee", id: employee.id, label: employee.name };
    await writeAudit(tx, actor, { objectKind: "employee", objectId: employee.id, action: "recovery_code", changes: {} });
    return true;
  });
}
