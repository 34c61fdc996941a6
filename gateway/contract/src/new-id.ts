import { randomUUID } from "node:crypto";
import type { Id } from "./ids.ts";

/**
 * An id that is greater than those made in earlier milliseconds: UUID version 7 (RFC 9562, section 5.7), 48 bits of time before 74 random ones.
 * Rows are locked in the order of their ids, so what came later is locked later; and an index grows at its end.
 */
export function newId(now: number = Date.now()): Id {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
