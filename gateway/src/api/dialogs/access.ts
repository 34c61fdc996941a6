import { type AccessAction, type AccessObject, type Principal, scopeOf } from "@kommutator/contract/access";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { type DialogRow, dialogColumns, dialogSource } from "./summary.ts";
import { visibleDialogs } from "./visibility.ts";

/** The dialog, when this principal may do this with it; otherwise not_found, as if there were none. */
export async function requireDialog(sql: Db | Tx, principal: Principal, id: Id, action: AccessAction, object: AccessObject = "dialog"): Promise<DialogRow> {
  const [row] = await sql<DialogRow[]>`
    SELECT ${dialogColumns(sql)} ${dialogSource(sql)} WHERE o.id = ${id} AND ${visibleDialogs(sql, principal, scopeOf(principal, object, action))}`;
  if (row === undefined) throw new AppError("not_found");
  return row;
}

/** The dialog of a message, under the same rule. */
export async function requireDialogOfMessage(sql: Db | Tx, principal: Principal, messageId: Id, action: AccessAction): Promise<DialogRow> {
  const [message] = await sql<{ dialog_id: Id }[]>`SELECT dialog_id FROM message WHERE id = ${messageId}`;
  if (message === undefined) throw new AppError("not_found");
  return requireDialog(sql, principal, message.dialog_id, action);
}
