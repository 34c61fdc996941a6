import type { DuplicateSignal } from "@kommutator/contract/api/duplicate";
import type { Id } from "@kommutator/contract/ids";
import { nameSimilarity } from "./names.ts";

/** What of a card tells whether it is another one's twin (rule B14). */
export interface Facets {
  /** Every name under which it is known; the best pair counts. */
  names: string[];
  taxId: string | null;
  /** YYYY-MM-DD of a human; null for companies. */
  birthDate: string | null;
  regionId: Id | null;
  points: { kind: string; scope: string; value: string; shared: boolean }[];
  /** Corporate domains of a company's people: they say whose people these are, and nothing about one person. */
  domains?: string[];
}

export type Level = "certain" | "probable";
export const CERTAIN = 0.9;
export const PROBABLE = 0.6;
const WEIGHT = { tax_id: 0.99, messenger: 0.95, email: 0.85, phone: 0.7, shared_phone: 0.1, domain: 0.25, region: 0.05 } as const;
/** A name is worth this much at full similarity, and nothing below the least one. */
const NAME_WEIGHT = 0.45;
const LEAST_SIMILARITY = 0.6;
/** Cards with two different tax numbers, and humans with two different dates of birth, are never more alike than this. */
const DIFFERENT_TAX = 0.3;
const DIFFERENT_BIRTH = 0.5;
const MESSENGERS = new Set(["telegram", "viber", "vk", "whatsapp", "skype", "icq", "site_visitor"]);
/** Mail houses open to everybody: their domain says nothing. */
export const FREE_DOMAINS: readonly string[] = [
  "gmail.com",
  "googlemail.com",
  "mail.ru",
  "inbox.ru",
  "list.ru",
  "bk.ru",
  "internet.ru",
  "yandex.ru",
  "ya.ru",
  "yandex.kz",
  "yandex.com",
  "rambler.ru",
  "outlook.com",
  "hotmail.com",
  "live.com",
  "msn.com",
  "icloud.com",
  "me.com",
  "yahoo.com",
  "proton.me",
  "protonmail.com",
  "ukr.net",
  "i.ua",
  "meta.ua",
  "bigmir.net",
  "aol.com",
  "gmx.com",
  "gmx.de",
  "mail.kz",
];
const FREE = new Set(FREE_DOMAINS);

/** The corporate domain of an e-mail address; null for free mail houses. */
export function corporateDomain(email: string): string | null {
  const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  return domain === "" || FREE.has(domain) ? null : domain;
}

/** Signals of a pair with their weights; each kind counts once. */
export function signalsOf(a: Facets, b: Facets): DuplicateSignal[] {
  const signals: DuplicateSignal[] = [];
  const add = (code: DuplicateSignal["code"], weight: number, value: string | null) => signals.push({ code, weight, value });
  if (a.taxId !== null && b.taxId !== null) {
    if (a.taxId === b.taxId) add("tax_id", WEIGHT.tax_id, a.taxId);
    else add("different_tax_id", 0, `${a.taxId} ≠ ${b.taxId}`);
  }
  const equal = a.points.flatMap((p) =>
    b.points.filter((q) => q.kind === p.kind && q.scope === p.scope && q.value === p.value).map((q) => ({ ...p, shared: p.shared || q.shared })),
  );
  const first = (kind: (k: string) => boolean, shared: boolean) => equal.find((p) => kind(p.kind) && p.shared === shared)?.value;
  const messenger = first((k) => MESSENGERS.has(k), false);
  const email = first((k) => k === "email", false);
  const phone = first((k) => k === "phone", false);
  const switchboard = first((k) => k === "phone", true);
  if (messenger !== undefined) add("messenger", WEIGHT.messenger, messenger);
  if (email !== undefined) add("email", WEIGHT.email, email);
  if (phone !== undefined) add("phone", WEIGHT.phone, phone);
  else if (switchboard !== undefined) add("shared_phone", WEIGHT.shared_phone, switchboard);
  // The same address has the same domain: that would count one thing twice.
  const domain = email === undefined ? commonDomain(a, b) : undefined;
  if (domain !== undefined) add("domain", WEIGHT.domain, domain);
  const names = a.names.flatMap((x) => b.names.map((y) => ({ x, y, like: nameSimilarity(x, y) }))).sort((p, q) => q.like - p.like)[0];
  if (names !== undefined && names.like >= LEAST_SIMILARITY) add("name", NAME_WEIGHT * names.like, `${names.x} ~ ${names.y}`);
  if (a.regionId !== null && a.regionId === b.regionId) add("region", WEIGHT.region, null);
  if (a.birthDate !== null && b.birthDate !== null && a.birthDate !== b.birthDate) add("different_birth_date", 0, `${a.birthDate} ≠ ${b.birthDate}`);
  return signals;
}

function commonDomain(a: Facets, b: Facets): string | undefined {
  const domains = (f: Facets) => [...f.points.filter((p) => p.kind === "email").map((p) => corporateDomain(p.value)), ...(f.domains ?? [])];
  const theirs = new Set(domains(b));
  return domains(a).find((d): d is string => d !== null && theirs.has(d));
}

/** `1 − Π(1 − s)` over the signals, held down by what speaks against; three digits, as it is stored. */
export function scoreOf(signals: readonly DuplicateSignal[]): number {
  const together = 1 - signals.reduce((rest, s) => rest * (1 - s.weight), 1);
  const has = (code: DuplicateSignal["code"]) => signals.some((s) => s.code === code);
  const cap = Math.min(has("different_tax_id") ? DIFFERENT_TAX : 1, has("different_birth_date") ? DIFFERENT_BIRTH : 1);
  return Math.round(Math.min(together, cap) * 1000) / 1000;
}

/** From 0.90 certain, from 0.60 probable, below it nothing. */
export function levelOf(score: number): Level | null {
  return score >= CERTAIN ? "certain" : score >= PROBABLE ? "probable" : null;
}
