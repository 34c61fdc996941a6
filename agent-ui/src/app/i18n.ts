import i18next, { type BackendModule, type ReadCallback } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["ru", "en", "kk", "uk"] as const;
export type Language = (typeof LANGUAGES)[number];
/** Each language by its own name. */
export const LANGUAGE_NAMES: Record<Language, string> = { ru: "Русский", en: "English", kk: "Қазақша", uk: "Українська" };

/**
 * Texts lie beside what they name: src/locales/<language>/<namespace>.json for the frame,
 * src/features/<namespace>/locales/<language>.json and src/softphone/locales/<language>.json for the parts.
 * Each is its own chunk, so that a page loads one language and only its own words.
 */
const files = import.meta.glob<Record<string, unknown>>(["../locales/*/*.json", "../features/*/locales/*.json", "../softphone/locales/*.json"], {
  import: "default",
});

function loaderOf(language: string, namespace: string) {
  return (
    files[`../locales/${language}/${namespace}.json`] ??
    files[`../features/${namespace}/locales/${language}.json`] ??
    files[`../${namespace}/locales/${language}.json`]
  );
}

const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language: string, namespace: string, done: ReadCallback) => {
    const load = loaderOf(language, namespace);
    if (load === undefined) return done(null, {});
    load().then(
      (texts) => done(null, texts),
      (error: Error) => done(error, false),
    );
  },
};

const STORED = "kommutator.language";

/** The language chosen on this machine, else the browser's, else Russian. */
export function initialLanguage(stored: string | null, browser: readonly string[]): Language {
  const known = (code: string): code is Language => (LANGUAGES as readonly string[]).includes(code);
  if (stored !== null && known(stored)) return stored;
  for (const tag of browser) {
    const code = tag.slice(0, 2).toLowerCase();
    if (known(code)) return code;
  }
  return "ru";
}

export async function startI18n(): Promise<void> {
  i18next.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: initialLanguage(localStorage.getItem(STORED), navigator.languages),
      fallbackLng: false,
      supportedLngs: [...LANGUAGES],
      ns: ["common", "errors"],
      defaultNS: "common",
      fallbackNS: "common",
      interpolation: { escapeValue: false },
      react: { useSuspense: true, bindI18n: "languageChanged loaded" },
    });
}

/** Changes the language at once and remembers it on this machine. */
export async function setLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORED, language);
  await i18next.changeLanguage(language);
}

export const currentLanguage = (): Language => (i18next.language as Language | undefined) ?? "ru";
