import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { EmitEvents, EnqueueRouting } from "@kommutator/contract/ports";
import type { PerformRouterCommand, RouterCommand } from "@kommutator/contract/routing-input";
import type { RouterLease } from "@kommutator/routing";
import type { Caller } from "../dialogs/ingest-deps.ts";
import type { ReaderLog } from "../dialogs/reader.ts";
import type { ChannelSupervisor } from "../ports.ts";
import { acknowledge } from "./acknowledge.ts";
import { callerName, performCallOrder } from "./call-orders.ts";
import { type CallTarget, callTarget, extensionOf } from "./call-target.ts";

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

type Ring = Extract<RouterCommand, { kind: "ring" }>;

/** Look-ups of decisions that did not come to pass are forgotten when so many have gathered. */
const PREPARED_AT_MOST = 500;

/**
 * Turns the router's orders into commands of channels. Orders of one dialog are performed one after the other, those of
 * different dialogs at once. Nothing is retried here: a ring that fails goes back to the router as `leg.ended`, and
 * after a restart the router orders again what is still pending (the ids are the same, so what exists is found).
 */
export function createPerformer(deps: PerformerDeps): {
  perform: PerformRouterCommand;
  /** Looks up what the rings of these orders need while their decision is being committed: in `tx` when the call stands there alone. */
  prepare(commands: readonly RouterCommand[], tx?: Tx): void;
  /**
   * Has the phones made ready that this caller's rings are for, and looks up what the rings need. At which extension somebody is, is known from the last time
   * that he was rung: should it have changed, the ring itself makes nothing of what was made ready.
   */
  makeReady(caller: Caller, rings: readonly Ring[]): void;
  idle(): Promise<void>;
} {
  const last = new Map<Id, Promise<void>>();
  const prepared = new Map<string, Promise<CallTarget | null>>();
  const extensions = new Map<Id, string>();

  /** Of somebody who has just called, everything is known but where the agent is: that is asked beside the transaction in which the call stands. */
  async function targetOf({ callId, channelId, callKey, number, name, country }: Caller, employeeId: Id): Promise<CallTarget> {
    const extension = await extensionOf(deps.sql, employeeId);
    if (extension === null) extensions.delete(employeeId);
    else extensions.set(employeeId, extension);
    return { id: callId, channel_id: channelId, external_id: callKey, from_norm: number, ended: false, party_name: name, extension, country };
  }

  /** What cannot be looked up now is looked up when the ring is ordered. */
  function keep({ id, dialogId, employeeId }: Ring, asked: Promise<CallTarget | null>): void {
    const target = asked.catch(() => callTarget(deps.sql, dialogId, employeeId));
    target.catch(() => prepared.delete(id));
    prepared.set(id, target);
  }

  function perform(command: RouterCommand): void {
    const before = last.get(command.dialogId) ?? Promise.resolve();
    const mine = before
      .then(() => run(deps, command, prepared.get(command.id)))
      .catch((error: unknown) => deps.log.warn({ dialogId: command.dialogId, kind: command.kind, error }, "an order of the router failed"))
      .finally(() => {
        prepared.delete(command.id);
        if (last.get(command.dialogId) === mine) last.delete(command.dialogId);
      });
    last.set(command.dialogId, mine);
  }
  return {
    perform,
    prepare(commands, tx) {
      if (prepared.size > PREPARED_AT_MOST) prepared.clear();
      for (const command of commands) {
        if (command.kind === "ring" && !prepared.has(command.id)) keep(command, callTarget(tx ?? deps.sql, command.dialogId, command.employeeId));
      }
    },
    makeReady(caller, rings) {
      for (const command of rings) {
        const { offerId, employeeId, dialogId, timeoutMs } = command;
        if (dialogId !== caller.dialogId) continue;
        keep(command, targetOf(caller, employeeId));
        const endpoint = extensions.get(employeeId);
        if (endpoint === undefined) continue;
        const { channelId, callKey, number, name, country } = caller;
        const ring = { id: offerId, callKey, offerId, employeeId, endpoint, callerNumber: number, callerName: callerName(name, number, country), timeoutMs };
        // A channel that cannot do it, or has just been closed, is told of the ring itself.
        deps.supervisor.perform(channelId, "call.prepare", ring).catch(() => undefined);
      }
    },
    async idle() {
      while (last.size > 0) await Promise.all(last.values());
    },
  };
}

async function run(deps: PerformerDeps, command: RouterCommand, target: Promise<CallTarget | null> | undefined): Promise<void> {
  if (!deps.lease.holds()) return;
  if (command.kind !== "acknowledge") return performCallOrder(deps, command, target);
  await deps.sql.begin(async (tx) => {
    await deps.lease.check(tx);
    await acknowledge(tx, deps.emit, command.dialogId, command.code, command.id);
  });
  deps.onCommitted();
}
