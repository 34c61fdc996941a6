import { DEFAULT_THEME } from "@mantine/core";
import { expect, test } from "vitest";
import { cssVariables, theme } from "./theme.ts";
import { paintOf, TINT, tintOf } from "./tint.ts";

type Rgb = [number, number, number];
const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
const mix = (a: Rgb, percent: number, b: Rgb): Rgb => a.map((value, i) => (value * percent + (b[i] as number) * (100 - percent)) / 100) as Rgb;
/** WCAG 2.2, relative luminance and contrast ratio. */
const luminance = (color: Rgb) => {
  const [r, g, b] = color.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: Rgb, b: Rgb) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
};

const variables = cssVariables(DEFAULT_THEME);
const palette = Object.values({ ...DEFAULT_THEME.colors, ...theme.colors }).map((shades) => rgb(shades?.[6] as string));
const steps = [0, 51, 102, 153, 204, 255];
const any = steps.flatMap((r) => steps.flatMap((g) => steps.map((b): Rgb => [r, g, b])));

test.each(["light", "dark"] as const)("a chip of any colour of the palette, and of any other, is readable in the %s theme", (scheme) => {
  const surface = rgb(variables[scheme]["--k-surface"] as string);
  const text = rgb(variables[scheme]["--k-text"] as string);
  const ratios = [...palette, ...any].map((paint) => contrast(mix(paint, TINT.textPercent, text), mix(paint, TINT.groundPercent, surface)));
  expect(ratios.length).toBeGreaterThan(200);
  expect(Math.min(...ratios)).toBeGreaterThanOrEqual(4.5);
});

test("a name is a colour of the palette or else grey, a code is itself, and nothing is grey", () => {
  expect(paintOf("green")).toBe("var(--mantine-color-green-6, var(--k-dim))");
  expect(paintOf("#35ad67")).toBe("#35ad67");
  expect(tintOf(null)).toEqual(tintOf("gray"));
  expect(tintOf("#35ad67")).toEqual({
    "--badge-bg": "color-mix(in srgb, #35ad67 16%, var(--k-surface))",
    "--badge-color": "color-mix(in srgb, #35ad67 30%, var(--k-text))",
  });
});
