import { useEffect, useState } from "react";

/**
 * A reception is written in one tab at a time (B1): the first holds a lock of the browser, which ends with it; a second tab is told "elsewhere" until
 * the first closes or it takes the form over. Browsers without such locks say "mine".
 */
export function useOnlyTab(inquiryId: string): { held: "mine" | "elsewhere" | "unknown"; takeOver: () => void } {
  const [held, setHeld] = useState<"mine" | "elsewhere" | "unknown">("unknown");
  const [steal, setSteal] = useState(false);
  useEffect(() => {
    const { locks } = navigator as { locks?: LockManager };
    if (locks === undefined) {
      setHeld("mine");
      return;
    }
    const name = `reception ${inquiryId}`;
    const leaving = new AbortController();
    let release = () => {};
    const keep = () =>
      new Promise<void>((resolve) => {
        if (leaving.signal.aborted) return resolve();
        release = resolve;
        setHeld("mine");
      });
    const lost = () => {
      if (!leaving.signal.aborted) setHeld("elsewhere");
    };
    if (steal) void locks.request(name, { steal: true }, keep).catch(lost);
    else
      void locks
        .request(name, { ifAvailable: true }, async (lock) => {
          if (lock !== null) return keep();
          lost();
          // Its turn when the other tab is closed.
          void locks.request(name, { signal: leaving.signal }, keep).catch(lost);
          return undefined;
        })
        .catch(lost);
    return () => {
      leaving.abort();
      release();
    };
  }, [inquiryId, steal]);
  return { held, takeOver: () => setSteal(true) };
}
