/** Who it is, reception, Interests and feed of one dialog. */
export function RightPane({ dialogId }: { dialogId: string }) {
  return <section aria-label={dialogId} />;
}
