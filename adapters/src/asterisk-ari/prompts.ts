import type { Announcement } from "@kommutator/contract/channel";

/**
 * What a caller is told, as a list of ARI media (`sound:` URIs), from the sounds that this Asterisk has. Pure.
 *
 * Our own words lie in `kommutator/<language>/` of Asterisk's sounds folder (gateway/deploy/asterisk/prompts), where the
 * administrator's own recordings of the same names take their place. Without them Asterisk's own English or Russian speaks, which
 * has no words for some of it: what cannot be said is left out.
 */

/** The sounds of an Asterisk: its language folders and the files in each, as `GET /sounds` lists them. */
export type Sounds = ReadonlyMap<string, ReadonlySet<string>>;

interface Spoken {
  media: string[];
  /** The language of Asterisk's own sounds; undefined when the paths say it. */
  lang?: string;
}

/** The folder of our words among Asterisk's sounds; it is listed like a language. */
const FOLDER = "kommutator";
/** Bounds of an estimate that can be said, in minutes. */
const STEPS = [1, 2, 3, 4, 5, 10, 15, 20, 30, 45, 60];
const LONGEST = 60;
/** Places past this one are "more than twenty". */
const LAST_PLACE = 20;
const MINUTE_MS = 60_000;

/** The words for this announcement in the first of the languages that has them; empty when nothing can be said at all. */
export function spoken(say: Announcement, languages: readonly (string | null | undefined)[], sounds: Sounds): Spoken {
  const own = sounds.get(FOLDER);
  for (const language of [...languages, "en"]) {
    if (language == null || own === undefined) continue;
    const media = wordsOf(say)
      .map((name) => `${language}/${name}`)
      .filter((path) => own.has(path));
    if (media.length > 0) return { media: media.map((path) => `sound:${FOLDER}/${path}`) };
  }
  const lang = [...languages, "en"].find((l) => l != null && sounds.get(l)?.has("queue-thankyou") === true);
  if (lang == null) return { media: [] };
  const has = sounds.get(lang);
  return {
    media: asteriskWords(say)
      .filter((name) => has?.has(name))
      .map((name) => `sound:${name}`),
    lang,
  };
}

/** Names of our own words, in order. */
function wordsOf(say: Announcement): string[] {
  if (say.what !== "place") return [say.what.replaceAll("_", "-")];
  const place = say.place > LAST_PLACE ? "place-more" : `place-${Math.max(1, say.place)}`;
  return [place, ...(say.waitMs === null ? ["wait-unknown"] : waitWords(say.waitMs)), ...(say.callback ? ["callback-key"] : [])];
}

/** The range in whole minutes of STEPS, the lower bound down and the upper up, so that what is said is never narrower than what is known. */
export function waitWords([lowMs, highMs]: readonly [number, number]): string[] {
  const low = STEPS.findLast((m) => m * MINUTE_MS <= lowMs) ?? 0;
  const high = STEPS.find((m) => m * MINUTE_MS >= highMs) ?? null;
  if (low === LONGEST) return ["wait-over-60"];
  if (high !== null && low === high) return [`wait-about-${low}`];
  if (low === 0) return [high === null ? "wait-over-1" : `wait-under-${high}`];
  return [`wait-from-${low}`, high === null ? "wait-to-more" : `wait-to-${high}`];
}

/** Asterisk's own core sounds, as app_queue puts them together; of the range they can say the upper bound. */
function asteriskWords(say: Announcement): string[] {
  switch (say.what) {
    case "place": {
      const place = say.place <= 1 ? ["queue-youarenext"] : ["queue-thereare", ...digits(say.place), "queue-callswaiting"];
      const minutes = say.waitMs === null ? null : Math.max(2, Math.ceil(say.waitMs[1] / MINUTE_MS));
      return minutes === null ? place : [...place, "queue-holdtime", "queue-less-than", ...digits(minutes), "queue-minutes"];
    }
    case "callback_promised":
      return ["queue-thankyou", "goodbye"];
    case "closed":
    case "emergency":
      return ["sorry", "please-try-call-later"];
  }
}

/** A number below a thousand in files that can be stopped in the middle (`number:` cannot). */
function digits(n: number): string[] {
  if (n >= 1000) return digits(999);
  if (n >= 100) return [`digits/${Math.trunc(n / 100)}`, "digits/hundred", ...(n % 100 === 0 ? [] : digits(n % 100))];
  if (n <= 20 || n % 10 === 0) return [`digits/${n}`];
  return [`digits/${n - (n % 10)}`, `digits/${n % 10}`];
}

/** Asterisk's list of sounds by language. */
export function soundsOf(list: readonly { id: string; formats: readonly { language: string }[] }[]): Sounds {
  const found = new Map<string, Set<string>>();
  for (const { id, formats } of list)
    for (const { language } of formats) {
      const known = found.get(language);
      if (known === undefined) found.set(language, new Set([id]));
      else known.add(id);
    }
  return found;
}
