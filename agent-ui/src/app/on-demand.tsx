import i18next from "i18next";
import { type ComponentType, type ReactNode, use, useEffect, useReducer } from "react";

/** A part of the workspace whose code and words come when they are first wanted. */
export interface OnDemand<P = object> {
  (props: P): ReactNode;
  /** Begins to load it, or waits for the load that has begun. Rejects when it cannot be loaded; the next call tries again. */
  fetch(): Promise<void>;
  /** It renders at once: its code is there, or its failure is. */
  settled(): boolean;
}

/**
 * Like React.lazy, but what has been fetched before it is rendered suspends nothing: React shows what was once suspended no sooner
 * than 300 ms after the last fallback, so that three lazy parts in a row cost a second of waiting for nothing.
 */
export function onDemand<P extends object>(load: () => Promise<ComponentType<P>>, words: readonly string[] = []): OnDemand<P> {
  let part: ComponentType<P> | undefined;
  let failed = false;
  let coming: Promise<ComponentType<P>> | undefined;
  const begin = () => {
    failed = false;
    const began = Promise.all([load(), i18next.loadNamespaces([...words])]).then(([loaded]) => {
      part = loaded;
      return loaded;
    });
    began.catch(() => {
      failed = true;
      // Nobody was shown the failure: whoever wants the part later tries again.
      if (!waited.has(began)) coming = undefined;
    });
    coming = began;
    return began;
  };
  const render = (props: P): ReactNode => {
    const Part = part ?? use(waitFor(coming ?? begin()));
    return <Part {...props} />;
  };
  const fetch = async () => void (await (coming === undefined || failed ? begin() : coming));
  return Object.assign(render, { fetch, settled: () => part !== undefined || failed });
}

/** Are these parts there (or known not to come)? Begins to fetch what is not, and renders again when it has come. */
export function useFetched(parts: readonly OnDemand<never>[]): boolean {
  const [, again] = useReducer((n: number) => n + 1, 0);
  const missing = parts.filter((part) => !part.settled());
  useEffect(() => {
    if (missing.length > 0) void Promise.allSettled(missing.map((part) => part.fetch())).then(again);
  });
  return missing.length === 0;
}

/** Fetches parts that are likely to be wanted next, once the browser has nothing better to do. Not there: they come when wanted. */
export function fetchWhenIdle(...parts: readonly OnDemand<never>[]): void {
  const idle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 300));
  idle(() => {
    for (const part of parts) part.fetch().catch(() => undefined);
  });
}

/** Loads that somebody has waited for: each counts once. */
const waited = new WeakSet<Promise<unknown>>();
let waiting = 0;
const watchers = new Set<() => void>();
function waitFor<T>(load: Promise<T>): Promise<T> {
  if (waited.has(load)) return load;
  waited.add(load);
  const change = (by: number) => {
    waiting += by;
    for (const watch of watchers) watch();
  };
  // Not within the rendering that waits.
  queueMicrotask(() => change(1));
  load.then(
    () => change(-1),
    () => change(-1),
  );
  return load;
}

/** For useSyncExternalStore: does a page wait for a part? What is fetched beforehand does not count. */
export const loading = {
  subscribe: (watch: () => void) => {
    watchers.add(watch);
    return () => void watchers.delete(watch);
  },
  now: () => waiting > 0,
};
