/** Parts of what is said in one line, each a sentence of its own: a full stop goes where there is no mark yet. */
export const sentences = (parts: readonly string[]): string =>
  parts
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part, at, all) => (at === all.length - 1 || /[.!?…:]$/.test(part) ? part : `${part}.`))
    .join(" ");
