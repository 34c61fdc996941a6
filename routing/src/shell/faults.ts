import type { Tx } from "@kommutator/contract/ports";

/** The router's duty as the engine sees it. */
export interface RouterLease {
  /** May it act? */
  holds(): boolean;
  /** Throws when the commit does not hold the lease, and has the transaction fail: the commit may be on its way by then. */
  check(tx: Tx): Promise<void>;
}

/** A lease that is gone: the commit must not stand, and no input is to blame. */
export class Fenced extends Error {}

/** Holds the lease to the end of the transaction; throws when it is another node's by now. */
export async function checkLease(lease: RouterLease, tx: Tx): Promise<void> {
  try {
    await lease.check(tx);
  } catch (error) {
    throw new Fenced("the router's lease is gone", { cause: error });
  }
}

/**
 * Did the data fail (then halve and blame), or the machinery (then retry)? A broken rule of ours throws a plain Error; of
 * SQLSTATEs the classes 22, 23 and P0 speak of the data, everything else (08, 40, 42, 53, 57 …) of the machinery.
 */
export function isInputsFault(error: unknown): boolean {
  if (error instanceof Fenced) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string") return true;
  return /^(22|23|P0)[0-9A-Z]{3}$/.test(code);
}
