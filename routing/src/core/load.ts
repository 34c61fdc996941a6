/**
 * Load of an employee, spec B0:
 *
 *     load(e) = [ (A + 0.3·B) / max_dialogs(e)  +  0.5 · P/N ] / weight(e)
 *
 * A open dialogs waiting for e's answer, B other open dialogs of e, P load points still planned today, N e's norm of today.
 * A norm that is not configured (null) makes the P/N term 0; a norm of 0 means "not eligible" and is decided elsewhere.
 */
export function loadOf(awaiting: number, others: number, maxDialogs: number, planned: number, norm: number | null, weight: number): number {
  const dialogs = maxDialogs > 0 ? (awaiting + 0.3 * others) / maxDialogs : 0;
  const points = norm !== null && norm > 0 ? (0.5 * planned) / norm : 0;
  return (dialogs + points) / weight;
}
