/** Something that must have reached the server before a dialog (null: any) is closed, handed over or left for good. */
type Settle = (dialogId: string | null) => Promise<void>;

const settles = new Set<Settle>();

/** Called before such an act; returns how to stop. */
export function onSettle(settle: Settle): () => void {
  settles.add(settle);
  return () => settles.delete(settle);
}

/** Ends when nothing written is held back any more: an answer goes out before its dialog is closed. */
export async function settled(dialogId: string | null): Promise<void> {
  await Promise.all([...settles].map((settle) => settle(dialogId)));
}
