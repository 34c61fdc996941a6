import { useEffect, useRef } from "react";

/** `typing`: works also while the caret is in a field (function keys, Ctrl combinations). */
export interface Shortcut {
  /** `j`, `g d`, `?`, `/`, `F2`, `ctrl+s`, `Escape`. Letters are keys of the board, not of the layout: `j` is the same key in Russian. */
  keys: string;
  /** i18n key (namespace:key) shown in the overlay; absent = not listed. */
  label?: string | undefined;
  typing?: boolean | undefined;
  run: (event: KeyboardEvent) => void;
}

const registered = new Set<{ current: Shortcut }>();
const listeners = new Set<() => void>();
let version = 0;
export const shortcutsVersion = () => version;
export function subscribeShortcuts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
function changed(): void {
  version += 1;
  for (const each of listeners) each();
}

/** All that the overlay lists now, the latest registration of a key first. */
export function listShortcuts(): Shortcut[] {
  const seen = new Map<string, Shortcut>();
  for (const { current } of registered) if (current.label !== undefined) seen.set(current.keys, current);
  return [...seen.values()];
}

/** The name of a pressed key, the same on every layout. */
export function keyName(event: Pick<KeyboardEvent, "code" | "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase();
  const plain = letter ?? (event.code === "Slash" ? (event.shiftKey ? "?" : "/") : event.key);
  const prefix = `${event.ctrlKey || event.metaKey ? "ctrl+" : ""}${event.altKey ? "alt+" : ""}`;
  return prefix + plain;
}

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

let pending: { name: string; at: number } | null = null;
function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = keyName(event);
  const typing = inField(event.target);
  const chord = pending !== null && performance.now() - pending.at < 1200 ? `${pending.name} ${name}` : null;
  pending = null;
  // An open dialog box keeps the keyboard to itself.
  const boxed = document.querySelector("[aria-modal='true']") !== null;
  const usable = [...registered].map((each) => each.current).reverse();
  const fits = (keys: string) => usable.find((each) => each.keys === keys && (each.typing === true || (!typing && !boxed)));
  const hit = (chord === null ? undefined : fits(chord)) ?? fits(name);
  if (hit !== undefined) {
    event.preventDefault();
    hit.run(event);
  } else if (!typing && usable.some((each) => each.keys.startsWith(`${name} `))) pending = { name, at: performance.now() };
}

/** Listens on the whole page, once. */
export function startShortcuts(): () => void {
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}

/** A key of the page while the component is mounted; the latest registration wins. `null` registers nothing. */
export function useShortcut(shortcut: Shortcut | null): void {
  const latest = useRef(shortcut);
  latest.current = shortcut;
  const keys = shortcut?.keys;
  const label = shortcut?.label;
  const typing = shortcut?.typing;
  useEffect(() => {
    if (keys === undefined) return;
    const entry = { current: { keys, label, typing, run: (event: KeyboardEvent) => latest.current?.run(event) } };
    registered.add(entry);
    changed();
    return () => {
      registered.delete(entry);
      changed();
    };
  }, [keys, label, typing]);
}
