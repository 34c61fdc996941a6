import type { Db } from "@kommutator/contract/db";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import { insertInputs } from "./inputs.ts";

/** The most inputs of one statement. */
const TOGETHER = 500;

interface Waiting {
  input: RoutingInput;
  resolve: (id: number) => void;
  reject: (error: unknown) => void;
}

/**
 * Inserts single inputs, each durable when its promise resolves with its id. Those that come while an insert is under way
 * go together with the next one: at a thousand a second one commit carries several, and the pool's connections stay free for
 * the router. When a group fails, each of it is tried alone, so that one bad input fails nobody else's.
 */
export function insertTogether(sql: Db): (input: RoutingInput) => Promise<number> {
  let waiting: Waiting[] = [];
  let busy = false;
  const run = async () => {
    busy = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, TOGETHER);
      waiting = waiting.slice(TOGETHER);
      await insertGroup(sql, group);
    }
    busy = false;
  };
  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (!busy) void run();
    });
}

async function insertGroup(sql: Db, group: readonly Waiting[]): Promise<void> {
  try {
    const ids = await insertInputs(
      sql,
      group.map((w) => w.input),
    );
    group.forEach((w, i) => {
      w.resolve(ids[i] as number);
    });
  } catch (error) {
    if (group.length === 1) group[0]?.reject(error);
    else for (const one of group) await insertGroup(sql, [one]);
  }
}
