import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { EmitEvents, EnqueueRouting } from "@kommutator/contract/ports";
import type { Dialogs } from "../ports.ts";

/** Closing dialogs for the API and for the rest of the gateway (Dialogs of ports.ts). */
export function createDialogs(deps: { emit: EmitEvents; enqueue: EnqueueRouting; now?: () => number }): Dialogs {
  const now = deps.now ?? Date.now;
  const dialogs: Dialogs = {
    async close(tx: Tx, dialogId: Id, by: Id | null, reason) {
      const at = now();
      const [dialog] = await tx<{ closed_at: Date | null }[]>`SELECT closed_at FROM dialog WHERE id = ${dialogId} FOR NO KEY UPDATE`;
      if (dialog === undefined) throw new AppError("not_found");
      if (dialog.closed_at !== null) throw new AppError("dialog_closed");
      await tx`
        UPDATE dialog SET closed_at = greatest(opened_at, ${new Date(at)}), closed_by = ${by}, close_reason = ${reason}, customer_wait_since = NULL, version = version + 1
        WHERE id = ${dialogId}`;
      await deps.emit(tx, [{ kind: "dialog.closed", dialogId, payload: { by, reason } }]);
      await deps.enqueue(tx, [{ kind: "dialog.closed", dialogId, by, at }]);
    },

    async end(tx, dialogId, reason) {
      const open = await tx`SELECT 1 FROM dialog WHERE id = ${dialogId} AND closed_at IS NULL`;
      if (open.length > 0) await dialogs.close(tx, dialogId, null, reason);
    },
  };
  return dialogs;
}
