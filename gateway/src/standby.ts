import { randomUUID } from "node:crypto";
import type { Db } from "@kommutator/contract/db";
import type { Identify } from "@kommutator/contract/ports";
import type { Routing } from "@kommutator/routing";
import type { Logger } from "pino";

/** Nobody takes over so soon after the start, and a node that is alone has its duties by then. */
const AFTER_MS = 1_000;
const CONNECTIONS = 3;
const NOBODY = { kind: "phone", value: "+70000000000" } as const;

/**
 * A node that waits for another's duties asks once what a take-over will ask: then its connections are open, its statements planned and its
 * code compiled when its turn comes. Cold, the first decision came up to 1.4 s later. Returns what calls it off.
 */
export function warmStandby(parts: { strict: Db; identify: Identify; routing: Routing; decides: () => boolean; log: Logger }): () => void {
  const { strict, identify, routing, decides, log } = parts;
  const context = { channelId: randomUUID(), createLead: false, verifiedHow: null };
  const timer = setTimeout(() => {
    if (decides()) return;
    const asked = Array.from({ length: CONNECTIONS }, () => strict.begin((tx) => identify.identify(tx, NOBODY, context)));
    Promise.all([routing.warmUp(), ...asked]).catch((error: unknown) => log.warn({ error }, "this node could not warm up for a take-over"));
  }, AFTER_MS);
  return () => clearTimeout(timer);
}
