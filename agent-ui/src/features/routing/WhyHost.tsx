import { Suspense, useState } from "react";
import { onDemand } from "../../app/on-demand.tsx";

const WhyDrawer = onDemand(async () => (await import("./WhyDrawer.tsx")).WhyDrawer);

let show: (dialogId: string) => void = () => undefined;
/** Opens the story of a dialog's routing from anywhere: a badge, a list, the call card. */
export const openWhy = (dialogId: string) => show(dialogId);

/** Where the story opens, on every page. */
export function WhyHost() {
  const [dialogId, setDialogId] = useState<string | null>(null);
  show = setDialogId;
  if (dialogId === null) return null;
  return (
    <Suspense>
      <WhyDrawer dialogId={dialogId} onClose={() => setDialogId(null)} />
    </Suspense>
  );
}
