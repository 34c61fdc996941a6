/** A load as rule B0 writes it: two figures after the point, so that a column of them is compared at a glance. */
export function loadText(load: number, language: string): string {
  return load.toLocaleString(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
