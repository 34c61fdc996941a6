import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ERRORS } from "@kommutator/contract/errors";
import { describe, expect, test } from "vitest";
import { LANGUAGES } from "./app/i18n.ts";

const src = dirname(fileURLToPath(import.meta.url));
type Texts = { [key: string]: string | Texts };

/** Every set of texts: its name and where each language lies. */
function sets(): { name: string; path: (language: string) => string }[] {
  const frame = readdirSync(join(src, "locales/ru")).map((file) => ({
    name: file.replace(".json", ""),
    path: (language: string) => join(src, "locales", language, file),
  }));
  const parts = [...readdirSync(join(src, "features")).map((name) => join("features", name)), "softphone"]
    .filter((folder) => existsSync(join(src, folder, "locales")) && readdirSync(join(src, folder, "locales")).length > 0)
    .map((folder) => ({ name: folder.split("/").at(-1) ?? folder, path: (language: string) => join(src, folder, "locales", `${language}.json`) }));
  return [...frame, ...parts];
}
const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Texts;

function flat(texts: Texts, prefix = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === "string") all.set(prefix + key, value);
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) all.set(inner, text);
  }
  return all;
}

const PLURAL = /_(zero|one|two|few|many|other)$/;
/** `assigned_to_other` ends like a plural and is none: plural is what has a `_one` in some language. */
const pluralBases = (all: Map<string, string>[]) =>
  new Set(all.flatMap((texts) => [...texts.keys()].filter((key) => key.endsWith("_one")).map((key) => key.replace(PLURAL, ""))));
const bases = (texts: Map<string, string>) => [...new Set([...texts.keys()].map((key) => key.replace(PLURAL, "")))].sort();
const slots = (text: string) => [...text.matchAll(/\{\{(\w+)/g)].map((match) => match[1]).sort();

describe.each(sets())("texts of $name", ({ path }) => {
  const all = Object.fromEntries(LANGUAGES.map((language) => [language, flat(read(path(language)))])) as Record<
    (typeof LANGUAGES)[number],
    Map<string, string>
  >;

  test("are the same keys in the four languages", () => {
    for (const language of LANGUAGES) expect(bases(all[language]), language).toEqual(bases(all.ru));
  });

  test("have the plural forms of their language, no more and no fewer", () => {
    for (const language of LANGUAGES) {
      const forms = [...new Intl.PluralRules(language).resolvedOptions().pluralCategories].sort();
      const plural = [...all[language].keys()].filter((key) => PLURAL.test(key));
      for (const base of pluralBases(Object.values(all))) {
        const given = plural.filter((key) => key.replace(PLURAL, "") === base).map((key) => PLURAL.exec(key)?.[1]);
        expect(given.sort(), `${language} ${base}`).toEqual(forms);
      }
    }
  });

  test("are not empty and say the same parameters", () => {
    for (const language of LANGUAGES)
      for (const [key, text] of all[language]) {
        expect(text.trim(), `${language} ${key}`).not.toBe("");
        const twin = all.ru.get(key) ?? all.ru.get(key.replace(PLURAL, "_other"));
        if (twin !== undefined) expect(slots(text), `${language} ${key}`).toEqual(slots(twin));
      }
  });
});

test("every failure that a user can meet has a text in every language", () => {
  for (const language of LANGUAGES) {
    const known = Object.keys(read(join(src, "locales", language, "errors.json"))).sort();
    expect(known, language).toEqual([...Object.keys(ERRORS), "network", "unknown"].sort());
  }
});

/** Source files that speak, with the namespaces they name. */
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "locales" || entry.name === "widget" ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\./.test(entry.name) ? [path] : [];
  });
}

test("every text that a page asks for by name exists", () => {
  const known = new Map(sets().map(({ name, path }) => [name, new Set(bases(flat(read(path("ru")))))]));
  const missing: string[] = [];
  for (const file of sources(src)) {
    const code = readFileSync(file, "utf8");
    const namespaces = [...code.matchAll(/useTranslation\("(\w+)"\)/g)].map((match) => match[1] as string);
    for (const match of code.matchAll(/\bt\(\s*"([^"]+)"/g)) {
      const [first, second] = (match[1] as string).split(":") as [string, string | undefined];
      const places = second === undefined ? [...namespaces, "common"] : [first];
      const key = second ?? first;
      if (!places.some((place) => known.get(place)?.has(key))) missing.push(`${relative(src, file)}: ${match[1]}`);
    }
  }
  expect(missing).toEqual([]);
});
