import { AppError } from "@kommutator/contract/errors";
import type { Db, Tx } from "@kommutator/contract/ports";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import type { Engine } from "./engine.ts";
import { insertInputs } from "./inputs.ts";
import { insertTogether } from "./insert-together.ts";

const PATIENCE_MS = 10_000;
/** How soon the table is looked at when nobody tells: the engine runs on another node, or (rarely) its word came before we listened. */
const LOOK_MS = { first: 50, firstWhenHere: 400, longest: 800 };

/** Puts one input before the router and waits until it is decided and durable, whichever node decides. */
export type Submit = (input: RoutingInput, alongside?: (tx: Tx) => Promise<void>) => Promise<void>;

/**
 * Waits for the router's decision. Where its engine runs, the input goes to it in memory; otherwise it becomes a row, and an input is
 * decided when its row is gone. Throws `overloaded` when that takes longer than 10 s, `internal` when it was put aside.
 */
export function submitter(sql: Db, engine: Engine): Submit {
  const insert = insertTogether(sql);
  return async (input, alongside) => {
    if (alongside === undefined) {
      const outcome = await within(engine.decideHere(input), PATIENCE_MS);
      if (outcome === "decided") return;
      if (outcome === "aside") throw new AppError("internal");
      if (outcome === undefined) throw new AppError("overloaded");
    }
    const id =
      alongside === undefined
        ? await insert(input)
        : await sql.begin(async (tx) => {
            await alongside(tx);
            return (await insertInputs(tx, [input]))[0] as number;
          });
    const told = new Promise<"decided" | "aside">((resolve) => engine.onDecided(id, resolve));
    engine.wake();
    const until = performance.now() + PATIENCE_MS;
    try {
      for (let wait = engine.decides() ? LOOK_MS.firstWhenHere : LOOK_MS.first; ; wait = Math.min(wait * 2, LOOK_MS.longest)) {
        const outcome = (await within(told, wait)) ?? (await lookUp(sql, id));
        if (outcome === "decided") return;
        if (outcome === "aside") throw new AppError("internal");
        if (performance.now() > until) throw new AppError("overloaded");
      }
    } finally {
      engine.forget(id);
    }
  };
}

async function lookUp(sql: Db, id: number): Promise<"decided" | "aside" | undefined> {
  const [row] = await sql<{ pending: boolean; aside: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM routing_input WHERE id = ${id}) AS pending, EXISTS (SELECT 1 FROM routing_quarantine WHERE id = ${id}) AS aside`;
  if (row?.aside === true) return "aside";
  return row?.pending === true ? undefined : "decided";
}

async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
