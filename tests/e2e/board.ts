import type { Page } from "playwright-core";

/**
 * Writes into `boardReadyAt` (milliseconds since the page's beginning) when its board is interactive: the cards are painted and an arrow key
 * has moved the focus from one to another. For each page that is loaded from now on.
 */
export async function watchBoard(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const scope = globalThis as unknown as { boardReadyAt?: number };
    const observer = new MutationObserver(() => {
      const first = document.querySelector<HTMLElement>("[data-card]");
      if (first === null) return;
      observer.disconnect();
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          first.focus();
          first.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }));
          const look = () => {
            const at = (document.activeElement as HTMLElement | null)?.dataset["card"];
            if (at !== undefined && at !== first.dataset["card"]) scope.boardReadyAt = performance.now();
            else requestAnimationFrame(look);
          };
          look();
        }),
      );
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
