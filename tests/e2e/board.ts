import type { Page } from "playwright-core";

/**
 * Writes into `boardReadyAt` (milliseconds since the page's beginning) when its board is interactive: the cards are painted and an arrow key
 * has moved the focus from one to another. For each page that is loaded from now on.
 */
export async function watchBoard(page: Page): Promise<void> {
  // A loader that keeps functions' names writes calls of this helper into what goes to the page.
  await page.addInitScript({ content: "globalThis.__name ??= (target) => target;" });
  await page.addInitScript(() => {
    const scope = globalThis as unknown as { boardReadyAt?: number };
    let from: string | undefined;
    // Frame by frame: a key is pressed on a card until the focus stands on another.
    const press = () => {
      const active = document.activeElement as HTMLElement | null;
      const at = active?.dataset["card"];
      if (from !== undefined && at !== undefined && at !== from) {
        scope.boardReadyAt = performance.now();
        return;
      }
      const card = at === undefined ? document.querySelector<HTMLElement>("[data-card]") : active;
      card?.focus();
      from = card?.dataset["card"];
      card?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }));
      requestAnimationFrame(press);
    };
    const observer = new MutationObserver(() => {
      if (document.querySelector("[data-card]") === null) return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(press));
    });
    observer.observe(document, { childList: true, subtree: true });
  });
}

/** When the board of the page that is loaded now was interactive, milliseconds since the page's beginning. */
export async function boardReady(page: Page): Promise<number> {
  const handle = await page.waitForFunction(() => (globalThis as unknown as { boardReadyAt?: number }).boardReadyAt, null, { polling: 50, timeout: 60_000 });
  return (await handle.jsonValue()) as number;
}

/** Milliseconds of a processor that the page's main thread has worked so far. */
export async function mainThreadMs(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  try {
    await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
    const { metrics } = await devtools.send("Performance.getMetrics");
    return (metrics.find((m) => m.name === "TaskDuration")?.value ?? 0) * 1000;
  } finally {
    await devtools.detach();
  }
}
