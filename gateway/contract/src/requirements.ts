import type { Id } from "./ids.ts";
import type { Requirement } from "./routing-input.ts";

/** What is known of skills: those that queues ask for, and those that are languages. */
export interface SkillFacts {
  ofQueues: { queueId: Id; skillId: Id; level: number; relaxS: number | null }[];
  languages: { id: Id; name: string }[];
}

/** How many steps a VIP's dialog goes before others of its queue. */
export const VIP_PRIORITY = 10;

/** Names under which an administrator may have entered a language skill, besides its code. */
const NAMES: Record<string, readonly string[]> = {
  ru: ["русский", "russian", "орыс", "орысша", "російська"],
  en: ["английский", "english", "ағылшын", "ағылшынша", "англійська"],
  kk: ["казахский", "kazakh", "қазақ", "қазақша", "казахська"],
  uk: ["украинский", "ukrainian", "украин", "украинша", "українська"],
};
/** Somebody who speaks the language is waited for so long; after that anybody is better than nobody. */
const LANGUAGE_RELAX_MS = 120_000;

/**
 * What a dialog asks of its agent: the skills of its queue, and the customer's language, else that of the channel (a code such as
 * `kk`), when there is a skill of that language. A queue that asks for the language itself keeps its own level and patience.
 */
export function requirementsOf(skills: SkillFacts, queueId: Id, language: string | null): Requirement[] {
  const asked = skills.ofQueues
    .filter((s) => s.queueId === queueId)
    .map((s): Requirement => ({ skillId: s.skillId, level: s.level, relaxMs: s.relaxS === null ? null : s.relaxS * 1000 }));
  const spoken = language === null ? undefined : skills.languages.find((l) => isLanguage(l.name, language));
  if (spoken === undefined || asked.some((r) => r.skillId === spoken.id)) return asked;
  return [...asked, { skillId: spoken.id, level: 1, relaxMs: LANGUAGE_RELAX_MS }];
}

function isLanguage(name: string, code: string): boolean {
  const said = name.trim().toLowerCase();
  return said === code || NAMES[code]?.includes(said) === true;
}
