/**
 * Erlang's formulas for a group of like agents, callers who come by chance (Poisson) and talks of exponential length.
 * `load` is in erlangs: calls per second times the mean talk in seconds.
 * Source: A. K. Erlang 1917; the recursion for B avoids factorials (ITU-T E.501, annex).
 */

/** Erlang B: the share of callers who find every one of `agents` busy, when nobody waits. */
export function erlangB(load: number, agents: number): number {
  let inverse = 1;
  for (let n = 1; n <= agents; n++) inverse = 1 + (n / load) * inverse;
  return load <= 0 ? (agents > 0 ? 0 : 1) : 1 / inverse;
}

/** Erlang C: the share of callers who have to wait, when all of them wait. 1 when the load is not served (load >= agents). */
export function erlangC(load: number, agents: number): number {
  if (load >= agents) return 1;
  const b = erlangB(load, agents);
  return b / (1 - (load / agents) * (1 - b));
}

/** Mean wait over all callers, in units of the mean talk's. Infinite when the load is not served. */
export function meanWait(load: number, agents: number, talk: number): number {
  return load >= agents ? Number.POSITIVE_INFINITY : (erlangC(load, agents) * talk) / (agents - load);
}

/** Share of callers answered within `target` (same unit as `talk`). */
export function serviceLevel(load: number, agents: number, talk: number, target: number): number {
  return load >= agents ? 0 : 1 - erlangC(load, agents) * Math.exp((-(agents - load) * target) / talk);
}

/** The fewest agents who answer `share` of the callers within `target`. */
export function agentsNeeded(load: number, talk: number, target: number, share: number): number {
  let agents = Math.max(1, Math.ceil(load));
  while (serviceLevel(load, agents, talk, target) < share) agents++;
  return agents;
}
