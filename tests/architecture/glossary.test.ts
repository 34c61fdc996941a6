import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const ROOT = new URL("../../", import.meta.url).pathname;
const TEXTS = ["agent-ui/src", "adapters/src", "crm-core/src", "gateway/src", "gateway/contract/src", "routing/src"];

/** Words that once stood beside the word of the house, in Russian, Kazakh and Ukrainian. */
const TERMS = [
  { word: "Interest", say: "Интерес, Мүдде, Інтерес", never: /қызығушылы|зацікавленіст/i },
  { word: "Lead", say: "Лид, Лид, Лід", never: /потенциальн\p{L}+ клиент|әлеуетті клиент|потенційн\p{L}+ клієнт/iu },
  { word: "Inquiry", say: "Обращение, Өтініш, Звернення", never: /звертанн|жүгіну/i },
  { word: "Interaction", say: "Взаимодействие, Өзара әрекет, Взаємодія", never: /өзара (?!әрекет)|взаємоді[єю]ван/i },
];

/** Files that hold texts for people: locales, and sources in which a server speaks. */
function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return /\.(json|tsx?)$/.test(entry.name) && !/\.test\./.test(entry.name) ? [path] : [];
  });
}
const lines = TEXTS.flatMap((folder) => files(join(ROOT, folder))).flatMap((path) =>
  readFileSync(path, "utf8")
    .split("\n")
    .map((text, i) => ({ at: `${relative(ROOT, path)}:${i + 1}`, text: text.trim() })),
);

test.each(TERMS)("$word is one word in each language: $say", ({ say, never }) => {
  const used = say.split(", ").map((word) => [word, lines.some(({ text }) => text.includes(word))]);
  expect(used).toEqual(say.split(", ").map((word) => [word, true]));
  expect(lines.filter(({ text }) => never.test(text)).map(({ at, text }) => `${at}: ${text}`)).toEqual([]);
});
