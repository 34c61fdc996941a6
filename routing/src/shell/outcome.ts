import { AppError } from "@kommutator/contract/errors";
import type { Db, Tx } from "@kommutator/contract/ports";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import type { Engine } from "./engine.ts";
import { insertInputs } from "./inputs.ts";

const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 25;

/** Puts one input before the router and waits until it is decided and durable, whichever node decides. */
export type Submit = (input: RoutingInput, alongside?: (tx: Tx) => Promise<void>) => Promise<void>;

/**
 * Waits for the router's decision: told in memory when its engine runs here, by looking at the table otherwise. An input is
 * decided when its row is gone. Throws `overloaded` when that takes longer than 10 s, `internal` when it was put aside.
 */
export function submitter(sql: Db, engine: Engine): Submit {
  return async (input, alongside) => {
    const ids = await sql.begin(async (tx) => {
      await alongside?.(tx);
      return insertInputs(tx, [input]);
    });
    const id = ids[0] as number;
    let told = false;
    let wakeUp: () => void = () => undefined;
    const forget = engine.onDecided(id, () => {
      told = true;
      wakeUp();
    });
    engine.wake();
    try {
      const until = performance.now() + PATIENCE_MS;
      while (!told) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, LOOK_EVERY_MS);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
          if (told) wakeUp();
        });
        if (told) break;
        const [row] = await sql`SELECT 1 FROM routing_input WHERE id = ${id}`;
        if (row === undefined) break;
        if (performance.now() > until) throw new AppError("overloaded");
      }
    } finally {
      forget();
    }
    const [aside] = await sql`SELECT 1 FROM routing_quarantine WHERE id = ${id}`;
    if (aside !== undefined) throw new AppError("internal");
  };
}
