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
