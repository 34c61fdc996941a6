import type { Id } from "@kommutator/contract/ids";

/** Conditions of a dispatch rule; an empty one always holds. */
export interface Conditions {
  id: Id;
  enabled: boolean;
  channelId: Id | null;
  senders: readonly string[];
  words: readonly string[];
  identities: readonly string[];
}
/** What is known of a message before any human sees it. */
export interface Arrival {
  channelId: Id;
  /** Normalised number, address or handle; null when withheld. */
  sender: string | null;
  identity: string;
  /** Subject and text; empty for a call. */
  text: string;
}
export type Verdict = "applies" | "channel" | "sender" | "words" | "identity" | "disabled";

/** Does the rule act on this message, and if not, which condition fails first (RG-08)? Pure. */
export function judge(rule: Conditions, it: Arrival): Verdict {
  if (!rule.enabled) return "disabled";
  if (rule.channelId !== null && rule.channelId !== it.channelId) return "channel";
  if (rule.identities.length > 0 && !rule.identities.includes(it.identity)) return "identity";
  if (rule.senders.length > 0 && !rule.senders.some((pattern) => it.sender !== null && fits(pattern, it.sender))) return "sender";
  if (rule.words.length > 0 && !rule.words.some((word) => contains(it.text, word))) return "words";
  return "applies";
}

/** The first rule that acts, with the verdict of every rule tried up to it. */
export function firstRule<R extends Conditions>(rules: readonly R[], it: Arrival): { rule: R | null; tried: { id: Id; verdict: Verdict }[] } {
  const tried: { id: Id; verdict: Verdict }[] = [];
  for (const rule of rules) {
    const verdict = judge(rule, it);
    tried.push({ id: rule.id, verdict });
    if (verdict === "applies") return { rule, tried };
  }
  return { rule: null, tried };
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** `*` stands for anything, everything else for itself in any case; spaces in a number mean nothing. */
function fits(pattern: string, sender: string): boolean {
  const plain = /^[+*\d\s()-]+$/.test(pattern) ? pattern.replace(/[\s()-]/g, "") : pattern.trim();
  return new RegExp(`^${plain.split("*").map(literal).join(".*")}$`, "isu").test(sender);
}

/** Is the word or phrase there as a whole, in any case and of any alphabet? */
function contains(text: string, word: string): boolean {
  const body = word.trim().normalize("NFC").split(/\s+/u).map(literal).join("\\s+");
  return new RegExp(`(?<![\\p{L}\\p{N}])${body}(?![\\p{L}\\p{N}])`, "iu").test(text.normalize("NFC"));
}
