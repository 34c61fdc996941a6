import type { Principal } from "@kommutator/contract/access";
import { scopeOf } from "@kommutator/contract/access";
import type { DuplicateCandidate, DuplicateCheckBody, DuplicateCheckResult } from "@kommutator/contract/api/duplicate";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { normaliseValue } from "@kommutator/contract/phone";
import type { z } from "zod";
import type { Query } from "../context.ts";
import { nameSimilarity } from "./names.ts";
import { type Facets, levelOf, scoreOf, signalsOf } from "./rules.ts";
import { blocks, facetsOf, linkedPairs, refsOf } from "./sql.ts";

type Typed = z.infer<typeof DuplicateCheckBody>;
const SHOWN = 10;

/** Facets of what has been typed; a number that is not complete yet is no signal. */
export function facetsTyped(typed: Typed, country: string): Facets {
  return {
    names: [typed.name, typed.companyName ?? ""].filter((name) => name.trim() !== ""),
    taxId: typed.taxId === null || typed.taxId.trim() === "" ? null : typed.taxId.trim(),
    birthDate: typed.birthDate,
    regionId: typed.regionId,
    points: typed.contactPoints.flatMap((p) => {
      const value = normaliseValue(p.kind, p.value, country);
      return value === null ? [] : [{ kind: p.kind, scope: "", value, shared: p.isShared }];
    }),
  };
}

/** Candidates for what is typed, best first, among the cards that one may read (CB-12). */
export async function findDuplicates(tx: Query, principal: Principal, typed: Typed, country: string): Promise<z.infer<typeof DuplicateCheckResult>> {
  return findAlike(tx, principal, typed.id, facetsTyped(typed, country));
}

/** The same for facets; `own`: the card that has them. */
async function findAlike(tx: Query, principal: Principal, own: Id | null, mine: Facets): Promise<z.infer<typeof DuplicateCheckResult>> {
  const near = await blocks(tx, mine);
  const ids = [...new Set([...near.identity, ...near.domain, ...near.name])].filter((id) => id !== own);
  const [facets, refs, linked] = [await facetsOf(tx, ids), await refsOf(tx, principal, ids), await linkedPairs(tx, own === null ? [] : [...ids, own])];
  const candidates: DuplicateCandidate[] = [];
  const colleagues: Id[] = [];
  const similar: { id: Id; like: number }[] = [];
  for (const id of ids) {
    const theirs = facets.get(id);
    const ref = refs.get(id);
    if (theirs === undefined || ref === undefined || (own !== null && linked.has(`${own} ${id}`))) continue;
    const signals = signalsOf(mine, theirs);
    const score = scoreOf(signals);
    const level = levelOf(score);
    if (level !== null) candidates.push({ ...ref, score, level, signals });
    else if (signals.some((s) => s.code === "domain")) colleagues.push(id);
    else if (signals.some((s) => s.code === "name")) similar.push({ id, like: bestName(mine, theirs) });
  }
  const shown = (list: Id[]) => list.slice(0, SHOWN).flatMap((id) => refs.get(id) ?? []);
  return {
    candidates: candidates.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, SHOWN),
    colleagues: shown(colleagues),
    similar: shown(similar.sort((a, b) => b.like - a.like).map((s) => s.id)),
    mayDiffer: mayDiffer(principal),
  };
}

function bestName(a: Facets, b: Facets): number {
  return Math.max(0, ...a.names.flatMap((x) => b.names.map((y) => nameSimilarity(x, y))));
}

/** "This is a different one" and merging are said by whoever may assign customers: it decides about other people's cards. */
export function mayDiffer(principal: Principal): boolean {
  return scopeOf(principal, "customer", "assign") !== null;
}

/**
 * Before a card is made or changed (B14): a certain twin needs "this is a different one" with a reason, from somebody with the right.
 * Throws duplicate with the candidates otherwise. Returns the candidates that were overruled, for the audit.
 */
export async function requireDifferent(tx: Tx, principal: Principal, typed: Typed, country: string, reason: string | null): Promise<Id[]> {
  return overrule(principal, await certainOnes(tx, principal, typed.id, facetsTyped(typed, country)), reason);
}

/**
 * The same after a card was changed, in the change's transaction: asked about are the twins that the change has made certain, not those that
 * it had already. `before`: its facets as they were (facetsOf); undefined for a card that is no candidate itself.
 */
export async function requireNoNewTwin(tx: Tx, principal: Principal, id: Id, before: Facets | undefined, reason: string | null | undefined): Promise<Id[]> {
  const after = before === undefined ? undefined : (await facetsOf(tx, [id])).get(id);
  if (before === undefined || after === undefined) return [];
  const certain = await certainOnes(tx, principal, id, after);
  if (certain.length === 0) return [];
  const known = new Set((await certainOnes(tx, principal, id, before)).map((c) => c.id));
  return overrule(
    principal,
    certain.filter((c) => !known.has(c.id)),
    reason ?? null,
  );
}

async function certainOnes(tx: Tx, principal: Principal, own: Id | null, mine: Facets): Promise<DuplicateCandidate[]> {
  return (await findAlike(tx, principal, own, mine)).candidates.filter((c) => c.level === "certain");
}

function overrule(principal: Principal, certain: DuplicateCandidate[], reason: string | null): Id[] {
  if (certain.length === 0) return [];
  if (reason === null || reason.trim() === "" || !mayDiffer(principal))
    throw new AppError("duplicate", { candidates: certain, mayDiffer: mayDiffer(principal) });
  return certain.map((c) => c.id);
}
