import { commitWith, together } from "@kommutator/contract/db";
import type { Tx } from "@kommutator/contract/ports";
import type { Effects, Note } from "../core/effects.ts";
import type { EngineDeps } from "./engine.ts";
import { checkLease } from "./faults.ts";
import { deleteInputs } from "./inputs.ts";
import { writeEffects } from "./projection.ts";

/** Commits what a batch of decisions changed, and takes the `done` inputs away, while the router's lease is held. */
export async function commitDecision(deps: EngineDeps, effects: Effects, version: number, done: readonly number[]): Promise<void> {
  const { sql, lease, emit } = deps;
  await sql.begin(async (tx) => {
    // Everything leaves in one go, the commit too; the connection runs it in this order. So the lease is held first (without it nothing of
    // this stands), and dialogs are locked by emit, in id order, before anything here refers to them.
    const work = [
      checkLease(lease, tx),
      effects.events.length > 0 ? emit(tx, effects.events) : null,
      writeEffects(tx, effects, version),
      deleteInputs(tx, done),
    ];
    if (effects.notes.length === 0) {
      await commitWith(tx, work);
      return;
    }
    await together(work);
    for (const note of effects.notes) await deps.note?.(tx as Tx, note.dialogId, systemNote(note));
  });
}

function systemNote(note: Note): { code: string; params: Record<string, unknown> } {
  return { code: note.code, params: { employeeId: note.employeeId } };
}
