import { ChannelError, type CommandKind, type Commands, type LegEndCause } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { formatPhone } from "@kommutator/contract/phone";
import type { EmitEvents, EnqueueRouting } from "@kommutator/contract/ports";
import type { PerformRouterCommand, RouterCommand } from "@kommutator/contract/routing-input";
import type { RouterLease } from "@kommutator/routing";
import type { ReaderLog } from "../dialogs/reader.ts";
import type { ChannelSupervisor } from "../ports.ts";
import { acknowledge, uuidOf } from "./acknowledge.ts";

export interface PerformerDeps {
  sql: Db;
  supervisor: Pick<ChannelSupervisor, "perform" | "opened">;
  /** The router's lease: past its deadline nothing is performed any more. */
  lease: RouterLease;
  emit: EmitEvents;
  enqueue: EnqueueRouting;
  now: () => number;
  log: ReaderLog;
  onCommitted: () => void;
}

interface CallTarget {
  channel_id: Id;
  external_id: string;
  from_norm: string | null;
  ended: boolean;
  party_name: string;
  extension: string | null;
  country: string | null;
}

/**
 * Turns the router's orders into commands of channels. Orders of one dialog are performed one after the other, those of
 * different dialogs at once. Nothing is retried here: a ring that fails goes back to the router as `leg.ended`, and
 * after a restart the router orders again what is still pending (the ids are the same, so what exists is found).
 */
export function createPerformer(deps: PerformerDeps): { perform: PerformRouterCommand; idle(): Promise<void> } {
  const last = new Map<Id, Promise<void>>();

  function perform(command: RouterCommand): void {
    const before = last.get(command.dialogId) ?? Promise.resolve();
    const mine = before
      .then(() => run(deps, command))
      .catch((error: unknown) => deps.log.warn({ dialogId: command.dialogId, kind: command.kind, error }, "an order of the router failed"))
      .finally(() => {
        if (last.get(command.dialogId) === mine) last.delete(command.dialogId);
      });
    last.set(command.dialogId, mine);
  }
  return {
    perform,
    async idle() {
      while (last.size > 0) await Promise.all(last.values());
    },
  };
}

/** A node that has just taken over connects its channels; an order given meanwhile waits for so long. */
const OPENS_WITHIN_MS = 8_000;

async function run(deps: PerformerDeps, command: RouterCommand): Promise<void> {
  if (!deps.lease.holds()) return;
  if (command.kind === "acknowledge") {
    await deps.sql.begin(async (tx) => {
      await deps.lease.check(tx);
      await acknowledge(tx, deps.emit, command.dialogId, command.code, command.id);
    });
    deps.onCommitted();
    return;
  }
  const call = await target(deps.sql, command.dialogId, command.kind === "ring" ? command.employeeId : null);
  // A dialog that is no call needs no ringing: the offer on the screen is all.
  if (call === null) return;
  const callKey = call.external_id;
  await deps.supervisor.opened(call.channel_id, OPENS_WITHIN_MS);
  // The process may have been stopped, or cut off, since the decision: then the next holder gives the order again.
  if (!deps.lease.holds()) return;
  const send = <K extends CommandKind>(kind: K, body: Commands[K]) => deps.supervisor.perform(call.channel_id, kind, body);
  switch (command.kind) {
    case "ring": {
      if (call.ended) return legEnded(deps, command.dialogId, command.offerId, "cancelled");
      if (call.extension === null) return legEnded(deps, command.dialogId, command.offerId, "unreachable");
      const ring: Commands["call.ring"] = {
        id: command.offerId,
        callKey,
        offerId: command.offerId,
        employeeId: command.employeeId,
        endpoint: call.extension,
        callerNumber: call.from_norm,
        callerName: call.party_name || (call.from_norm === null ? "" : formatPhone(call.from_norm, call.country ?? "")),
        timeoutMs: command.timeoutMs,
      };
      try {
        await send("call.ring", ring);
      } catch (error) {
        deps.log.warn({ dialogId: command.dialogId, offerId: command.offerId, error }, "ringing failed");
        await legEnded(deps, command.dialogId, command.offerId, causeOf(error));
      }
      return;
    }
    case "cancel-ring":
      await send("call.cancel", { id: uuidOf(command.id), callKey, legKey: command.offerId, reason: command.reason });
      return;
    case "bridge":
      try {
        await send("call.bridge", { id: uuidOf(command.id), callKey, legKey: command.offerId, record: command.record });
      } catch (error) {
        deps.log.warn({ dialogId: command.dialogId, offerId: command.offerId, error }, "bridging failed");
        await legEnded(deps, command.dialogId, command.offerId, "failed");
      }
      return;
    case "fallback":
      await send("call.fallback", { id: uuidOf(command.id), callKey });
      return;
  }
}

/** Where the dialog's call lives, whom it is from, and the agent's extension; null when the dialog is no call. */
async function target(sql: Db, dialogId: Id, employeeId: Id | null): Promise<CallTarget | null> {
  // The ring waits for this: only the tables it needs, not the screens' wide view (whose planning alone takes milliseconds).
  const [row] = await sql<CallTarget[]>`
    SELECT k.channel_id, k.external_id, k.from_norm, k.ended_at IS NOT NULL AS ended, (SELECT country FROM company) AS country,
      coalesce(nullif(concat_ws(' ', ct.last_name, ct.first_name, ct.middle_name), ''), cu.name, nullif(concat_ws(', ', l.contact_name, l.company_name), ''), d.display_name, '') AS party_name,
      (SELECT extension FROM employee e WHERE e.id = ${employeeId}::uuid AND e.state = 'active') AS extension
    FROM call k
    JOIN dialog d ON d.id = k.dialog_id
    LEFT JOIN dialog_party p ON p.dialog_id = k.dialog_id
    LEFT JOIN customer cu ON cu.id = p.customer_id
    LEFT JOIN contact ct ON ct.id = p.contact_id
    LEFT JOIN lead l ON l.id = p.lead_id
    WHERE k.dialog_id = ${dialogId}`;
  return row ?? null;
}

function causeOf(error: unknown): LegEndCause {
  return error instanceof ChannelError && (error.code === "unreachable" || error.code === "rejected") ? "unreachable" : "failed";
}

async function legEnded(deps: PerformerDeps, dialogId: Id, offerId: Id, cause: LegEndCause): Promise<void> {
  if (!deps.lease.holds()) return;
  await deps.sql.begin(async (tx) => {
    await deps.lease.check(tx);
    await deps.enqueue(tx, [{ kind: "leg.ended", dialogId, offerId, cause, at: deps.now() }]);
  });
  deps.onCommitted();
}
