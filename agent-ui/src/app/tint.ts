/** How much of a catalogue's colour the ground and the text of its chip take; the rest is the theme's own surface and text. */
export const TINT = { groundPercent: 16, textPercent: 30 } as const;

/** A catalogue's colour (a name of the palette or #rrggbb) as CSS; a name that nobody knows is grey. */
export function paintOf(color: string): string {
  return color.startsWith("#") ? color : `var(--mantine-color-${color}-6, var(--k-dim))`;
}

/**
 * The look of a badge in a catalogue's colour: a breath of it on the surface, and text that leans to it. Whatever the colour, the pair stays
 * readable in both themes (tint.test.ts).
 */
export function tintOf(color: string | null): Record<"--badge-bg" | "--badge-color", string> {
  const paint = paintOf(color ?? "gray");
  return {
    "--badge-bg": `color-mix(in srgb, ${paint} ${TINT.groundPercent}%, var(--k-surface))`,
    "--badge-color": `color-mix(in srgb, ${paint} ${TINT.textPercent}%, var(--k-text))`,
  };
}
