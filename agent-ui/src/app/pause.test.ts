import { expect, test } from "vitest";
import en from "../features/call/locales/en.json";
import kk from "../features/call/locales/kk.json";
import ru from "../features/call/locales/ru.json";
import uk from "../features/call/locales/uk.json";
import { PAUSE_REASONS, pauseWords } from "./pause.ts";

const inEach = (reason: string) =>
  [ru, kk, uk, en].map((locale) =>
    pauseWords(reason, (key) => (locale.presence.reason as Record<string, string>)[key.replace("call:presence.reason.", "")] ?? ""),
  );

test("every reason of a break has words in four languages, the machine's own too", () => {
  expect(inEach("lunch")).toEqual(["Обед", "Түскі ас", "Обід", "Lunch"]);
  expect(inEach("auto")).toEqual(["Два пропущенных подряд", "Қатарынан екі жауапсыз", "Два пропущених поспіль", "Two missed in a row"]);
  for (const reason of PAUSE_REASONS) expect(inEach(reason)).not.toContain("");
});

test("what a supervisor wrote stands as it was written; without a reason there are no words", () => {
  expect(inEach("Ждём врача")).toEqual(Array(4).fill("Ждём врача"));
  expect(pauseWords(null, () => "x")).toBeNull();
  expect(pauseWords("", () => "x")).toBeNull();
});
