/** So many houses live at once: each is mostly waiting, but a dozen of them on two cores only wait for each other. */
const AT_ONCE = 4;
let free = AT_ONCE;
const waiting: (() => void)[] = [];

/** Runs the work when it is its turn. */
export async function inTurn(work: () => Promise<void>): Promise<void> {
  if (free > 0) free--;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
}
