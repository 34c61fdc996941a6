import { Suspense, useState } from "react";
import { onDemand } from "./on-demand.tsx";
import { useShortcut } from "./shortcuts.ts";

const ShortcutsBox = onDemand(async () => (await import("./ShortcutsBox.tsx")).ShortcutsBox);

let open: () => void = () => undefined;
export const openShortcuts = () => open();

/** `?` shows every key that works on this page. */
export function ShortcutsOverlay() {
  const [shown, setShown] = useState(false);
  open = () => setShown(true);
  useShortcut({ keys: "?", label: "common:shortcuts.show", run: () => setShown(true) });
  if (!shown) return null;
  return (
    <Suspense>
      <ShortcutsBox onClose={() => setShown(false)} />
    </Suspense>
  );
}
