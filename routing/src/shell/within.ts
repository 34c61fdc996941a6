import { together } from "@kommutator/contract/db";
import type { NewDialogEvent } from "@kommutator/contract/dialog-event";
import type { DecisionWithin, Tx } from "@kommutator/contract/ports";
import type { Effects } from "../core/effects.ts";
import { commitDecision } from "./commit.ts";
import type { EngineDeps } from "./engine.ts";
import { checkLease } from "./faults.ts";
import { deleteInputs, insertInputsAs, type PendingInput } from "./inputs.ts";
import { writeEffects } from "./projection.ts";

/** The engine, as a decision in somebody else's transaction needs it. */
export interface Host extends EngineDeps {
  /** Inputs that changed nothing, whose rows are still to be taken away. */
  settled: readonly number[];
  version: number;
  /** The decision is durable. */
  stands(): void;
  /** It is not, or nobody knows. */
  lost(error: unknown): void;
}

/**
 * A decision that becomes durable with somebody else's transaction.
 *
 *   the caller's dialog, later ones   its rows go into that transaction: one commit for what happened and what is done about it
 *   an earlier one, too               (an agent has become free, and it is the turn of somebody who came before the caller.) Dialogs are locked in the order
 *                                     of their ids, and the caller has locked his: so his transaction carries the inputs as rows, and the decision is committed
 *                                     behind it, by itself
 */
export class Within implements DecisionWithin {
  readonly events: readonly NewDialogEvent[];
  readonly rings: DecisionWithin["rings"];
  /** Resolves when the decision has been committed, or given up. */
  readonly ended: Promise<void>;
  private end: () => void = () => undefined;
  private readonly together: boolean;
  private readonly host: Host;
  private readonly inputs: readonly PendingInput[];
  private readonly effects: Effects;

  constructor(host: Host, inputs: readonly PendingInput[], effects: Effects) {
    this.host = host;
    this.inputs = inputs;
    this.effects = effects;
    const own = inputs.flatMap(({ input }) => ("dialogId" in input ? [input.dialogId] : []));
    // As text they stand in the order of the database.
    const last = [...own].sort().at(-1) ?? "";
    this.together = effects.notes.length === 0 && effects.events.every((e) => e.dialogId === null || own.includes(e.dialogId) || e.dialogId > last);
    this.events = this.together ? effects.events : [];
    this.rings = this.together ? effects.commands.filter((c) => c.kind === "ring") : [];
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  readonly write = async (tx: Tx): Promise<void> => {
    const { host, effects } = this;
    if (!this.together) return insertInputsAs(tx, this.inputs);
    if (effects.isEmpty()) return;
    const sent = together([checkLease(host.lease, tx), writeEffects(tx, effects, host.version), deleteInputs(tx, host.settled)]);
    if (effects.commands.length > 0) host.prepare?.(effects.commands, tx);
    await sent;
  };

  stands(): void {
    if (this.together) this.finish();
    else void this.commit();
  }

  fails(error: unknown): void {
    this.host.lost(error);
    this.end();
  }

  /** The caller's dialogs are free by now, and the inputs stand: should this fail, they are decided again. */
  private async commit(): Promise<void> {
    const { host, effects } = this;
    if (effects.commands.length > 0) host.prepare?.(effects.commands);
    try {
      await commitDecision(host, effects, host.version, [...this.inputs.map((i) => i.id), ...host.settled]);
    } catch (error) {
      this.fails(error);
      return;
    }
    this.finish();
  }

  private finish(): void {
    this.host.stands();
    this.end();
  }
}
