import { randomUUID } from "node:crypto";
import { type Tx, together } from "@kommutator/contract/db";
import type { Identification, IdentityResult } from "@kommutator/contract/identity";
import type { Id } from "@kommutator/contract/ids";
import { formatPhone, identityScope, normaliseEmail, normaliseIdentity } from "@kommutator/contract/phone";
import type { Identify } from "@kommutator/contract/ports";
import { pointsMade } from "../contact-point/sql.ts";
import { type Crm, systemActor } from "../context.ts";
import { setParties } from "../party/sql.ts";
import { addClaims } from "./claims.ts";
import { noteOrigin } from "./origin.ts";
import { findPeople, withSubstitute } from "./people.ts";
import { provePhone } from "./proof.ts";
import { markBounced, markReachable } from "./reachability.ts";
import { duplicateScore, type Match, match } from "./rules.ts";
import {
  type Found,
  insertDuplicatePairs,
  insertLeadsWithPoints,
  type Key,
  lockIdentities,
  lookUp,
  type NewLead,
  type OwnerWithPeople,
  verifyPoint,
} from "./sql.ts";

const ACTOR = systemActor("identification");

type Asker = Parameters<Identify["identifyAll"]>[1][number];
type Context = Parameters<Identify["identifyAll"]>[2];

/** One who asks, normalised; `n` is the place in the caller's list. */
interface Question {
  n: number;
  key: Key;
  raw: string;
  shown: string;
  displayName: string | null;
  channelId: Id;
  previousDialogId: Id | null;
}

/** Identification of whoever calls or writes (spec B0, RG-01, RG-03). */
export function createIdentify(crm: Crm): Identify {
  return {
    async identify(tx, from, context) {
      const [found] = await identifyAll(crm, tx, [{ from, channelId: context.channelId }], context);
      return found as Identification;
    },

    identifyAll: (tx, askers, context) => identifyAll(crm, tx, askers, context),

    attachParty: (tx, dialogId, who) => setParties(tx, [{ dialogId, who }]),

    attachParties: (tx, parties) => setParties(tx, parties),

    addClaims: (tx, dialogId, claims) => addClaims(crm, tx, dialogId, claims),

    async markBounced(tx, email) {
      const value = normaliseEmail(email);
      if (value !== null) await markBounced(crm, tx, value);
    },

    markReachable: (tx, identity, channelId, state) => markReachable(crm, tx, identity, channelId, state),

    provePhone: (tx, dialogId, proof) => provePhone(crm, tx, dialogId, proof),

    noteOrigin: (tx, dialogId, origin) => noteOrigin(crm, tx, dialogId, origin),
  };
}

/** All at once; of those with one identity the first may make a card, which the others then find. */
async function identifyAll(crm: Crm, tx: Tx, askers: readonly Asker[], context: Context): Promise<Identification[]> {
  const { country } = await crm.company(tx);
  const results: Identification[] = [];
  const first: Question[] = [];
  const rest: Question[] = [];
  const seen = new Set<string>();
  for (const [n, { from, channelId, previousDialogId = null }] of askers.entries()) {
    const identity = normaliseIdentity(from, country);
    if (identity.value === null) {
      results[n] = nobody("hidden", from.displayName ?? identity.raw);
      continue;
    }
    const key: Key = { kind: identity.kind, scope: identityScope(identity.kind, channelId), value: identity.value };
    const shown = identity.kind === "phone" ? formatPhone(identity.value, country) : (from.displayName ?? identity.value);
    const name = JSON.stringify(key);
    (seen.has(name) ? rest : first).push({ n, key, raw: identity.raw, shown, displayName: from.displayName ?? null, channelId, previousDialogId });
    seen.add(name);
  }
  for (const questions of [first, rest]) {
    if (questions.length === 0) continue;
    for (const [n, found] of await answer(crm, tx, questions, context)) results[n] = found;
  }
  return results;
}

/**
 * Answers questions of which no two may make the same card. Statements that need no answer of each other go out together: one
 * connection works on them in order, and each sees what the ones before it locked and wrote.
 */
async function answer(crm: Crm, tx: Tx, questions: readonly Question[], context: Context): Promise<(readonly [number, Identification])[]> {
  const now = new Date(context.at ?? crm.clock.now());
  const keys = questions.map((q) => q.key);
  const before = questions.map((q) => q.previousDialogId);
  const known = await lookUp(tx, keys, now, before);
  const found = known.map((k) => match(k.owners));
  // A known person needs no lock and no write. Who is about to write waits for their turn, all in one order; who makes a card looks again then.
  const making = questions.flatMap((_, i) => (!known[i]?.excluded && found[i]?.result === "new" && context.createLead ? [i] : []));
  const verifying = questions.flatMap((_, i) => (!known[i]?.excluded && context.verifiedHow !== null && toVerify(found[i] as Match) !== null ? [i] : []));
  const keysOf = (list: number[]) => list.map((i) => keys[i] as Key);
  const locked = making.length + verifying.length > 0 ? lockIdentities(tx, keysOf([...making, ...verifying])) : null;
  if (making.length > 0) {
    const [, again] = await together([
      locked,
      lookUp(
        tx,
        keysOf(making),
        now,
        making.map((i) => before[i] ?? null),
      ),
    ]);
    for (const [at, i] of making.entries()) {
      known[i] = again[at] as Found;
      found[i] = match(known[i].owners);
    }
  }
  const made: NewLead[] = [];
  const writes: Promise<void>[] = locked === null ? [] : [locked];
  const answers = questions.map(async (q, i) => {
    const it = found[i] as Match;
    if (known[i]?.excluded) return [q.n, nobody("blocked", q.shown)] as const;
    if (it.result === "new") {
      const unknown = nobody("new", q.displayName ?? q.shown);
      if (!context.createLead) return [q.n, unknown] as const;
      const lead = { leadId: randomUUID(), pointId: randomUUID(), key: q.key, raw: q.raw, name: q.displayName, channelId: q.channelId };
      made.push(lead);
      return [q.n, { ...unknown, leadId: lead.leadId, contactPointId: lead.pointId }] as const;
    }
    writes.push(keepEvidence(tx, q.key, it, context.verifiedHow, now));
    return [q.n, await describe(tx, it, known[i]?.owners ?? [], q, now)] as const;
  });
  writes.push(insertLeads(crm, tx, made, context, now));
  if (context.follow === undefined) return (await together([together(answers), ...writes]))[0];
  context.follow(together(writes));
  return together(answers);
}

async function insertLeads(crm: Crm, tx: Tx, leads: readonly NewLead[], context: Context, now: Date): Promise<void> {
  if (leads.length === 0) return;
  await together([
    insertLeadsWithPoints(tx, leads, context.verifiedHow, now),
    crm.audit(
      tx,
      ACTOR,
      // The points go with the rows of their leads: one statement, whatever it tells of.
      leads.flatMap(({ leadId, pointId, key }) => [
        { objectKind: "lead", objectId: leadId, action: "create", changes: { identity: [null, `${key.kind} ${key.value}`] } },
        ...pointsMade({ lead_id: leadId }, [{ id: pointId, kind: key.kind, value: key.value }]).map((point) =>
          context.verifiedHow === null ? point : { ...point, changes: { ...point.changes, verified_how: [null, context.verifiedHow] } },
        ),
      ]),
    ),
  ]);
}

function nobody(result: IdentityResult, name: string): Identification {
  return {
    result,
    contactPointId: null,
    customerId: null,
    contactId: null,
    leadId: null,
    name,
    isVip: false,
    responsible: null,
    substituteId: null,
    interestId: null,
    candidates: [],
  };
}

/** The chosen card's point that this event proves: unverified and not shared (C2). */
function toVerify(found: Match): Id | null {
  return (found.result === "known" || found.result === "lead") && !found.owner.verified && !found.owner.shared ? found.owner.pointId : null;
}

/** Verification of the chosen card's point, and duplicate pairs for the cards that hold the same identity. */
async function keepEvidence(tx: Tx, key: Key, found: Match, how: string | null, now: Date): Promise<void> {
  const point = how === null ? null : toVerify(found);
  await together([how === null || point === null ? undefined : verifyPoint(tx, point, how, now, ACTOR.label), keepRivals(tx, key, found, point !== null)]);
}

/** Cards that hold the same identity may be one person; other customers' only when this event proves whose it is. */
async function keepRivals(tx: Tx, key: Key, found: Match, proves: boolean): Promise<void> {
  if (found.result === "new" || found.result === "ambiguous") return;
  const score = duplicateScore(key.kind, found.owner.shared);
  const main = found.result === "known" ? found.owner.customerId : found.owner.leadId;
  if (main === null) return;
  const rivals = found.result === "known" && proves ? found.rivals : [];
  await insertDuplicatePairs(tx, [
    ...found.extraLeads.map((b) => ({ kind: "lead" as const, a: main, b, score, signals: { [key.kind]: key.value } })),
    ...rivals.map((b) => ({ kind: "customer" as const, a: main, b, score, signals: { [key.kind]: key.value } })),
  ]);
}

async function describe(
  tx: Tx,
  found: Exclude<Match, { result: "new" }>,
  owners: readonly OwnerWithPeople[],
  { shown, previousDialogId }: Question,
  now: Date,
): Promise<Identification> {
  if (found.result === "ambiguous") {
    const { responsible, substituteId } = await findPeople(tx, { customerId: null, contactId: null, leadId: null, own: found.commonResponsibleId }, now);
    return { ...nobody("ambiguous", shown), contactId: found.contactId, candidates: found.candidates, responsible, substituteId };
  }
  const { owner } = found;
  const party =
    found.result === "known"
      ? { customerId: owner.customerId, contactId: found.contactId, leadId: null }
      : { customerId: null, contactId: null, leadId: owner.leadId };
  const known = owners.length === 1 ? owners[0]?.people : null;
  const { interests, responsible, substituteId } = await (known == null
    ? findPeople(tx, { ...party, own: owner.customerResponsibleId ?? owner.leadResponsibleId }, now, previousDialogId)
    : withSubstitute(tx, known, now));
  return {
    result: found.result,
    contactPointId: owner.pointId,
    ...party,
    name: (found.result === "known" ? ((found.contactId === null ? null : owner.contactName) ?? owner.customerName) : owner.leadName) ?? shown,
    isVip: owner.isVip,
    language: party.contactId === null ? null : owner.language,
    responsible,
    substituteId,
    interestId: interests.length === 1 ? (interests[0] ?? null) : null,
    candidates: [],
  };
}
