import { createHash } from "node:crypto";
import { type Alphabet, decodeText } from "./coding.ts";
import type { Part } from "./from-smsc.ts";

/** A long message that is coming in parts. */
export interface GroupState {
  from: string;
  to: string;
  /** When the first part came: part of the message's key. */
  at: number;
  total: number;
  /** By sequence: alphabet and octets (base64), or their digest once the message is reported. */
  got: Record<string, [Alphabet, string]>;
  /** When it was reported whole; kept for a while, because parts come twice. */
  doneAt?: number | undefined;
}

/** A group that is reported is remembered this long for its doubled parts. */
const DONE_MS = 600_000;
const MOST_DONE = 200;
/** Unfinished messages in memory at most: beyond it the oldest is given up. */
const MOST_GROUPS = 500;

export interface Joined {
  group: string;
  state: GroupState;
}

/**
 * Adds a part. `whole` when its message is complete with it, `again` when it belongs to one reported already, `partial`
 * otherwise. A part that contradicts what is there (phones and gateways reuse references) begins a new message and
 * leaves the old one to be given up under another name.
 */
export function addPart(parts: Record<string, GroupState>, part: Part, now: number): { kind: "whole" | "again" | "partial"; joined: Joined } {
  const sequence = String(part.piece.sequence);
  const octets = part.octets.toString("base64");
  let state = parts[part.group];
  const there = state?.got[sequence];
  const done = state?.doneAt !== undefined;
  if (state !== undefined && (there === undefined ? done : there[1] !== (done ? digest(octets) : octets))) {
    if (!done) parts[`${part.group}:${state.at}`] = state;
    state = undefined;
  }
  if (state === undefined) {
    state = { from: part.from, to: part.to, at: now, total: part.piece.total, got: {} };
    parts[part.group] = state;
  }
  const joined = { group: part.group, state };
  if (state.doneAt !== undefined) return { kind: "again", joined };
  state.got[sequence] = [part.alphabet, octets];
  return { kind: Object.keys(state.got).length === state.total ? "whole" : "partial", joined };
}

/** It is reported: what it said is forgotten but for a digest of each part, by which doubled ones are known. */
export function finishGroup(parts: Record<string, GroupState>, { state }: Joined, now: number): void {
  state.doneAt = now;
  for (const part of Object.values(state.got)) part[1] = digest(part[1]);
  const done = Object.entries(parts).filter(([, one]) => one.doneAt !== undefined);
  for (const [group, one] of done.slice(0, Math.max(0, done.length - MOST_DONE))) if (one !== state) delete parts[group];
}

const digest = (octets: string): string => createHash("sha256").update(octets).digest("base64url").slice(0, 8);

/** The text as far as it has come; "[…]" stands for what is missing. */
export function textOf(state: GroupState): string {
  let text = "";
  let run: Buffer[] = [];
  let alphabet: Alphabet | null = null;
  // Octets of the same alphabet are joined first: a surrogate pair may be cut by the parts.
  const flush = (): void => {
    if (alphabet !== null) text += decodeText(Buffer.concat(run), alphabet);
    run = [];
    alphabet = null;
  };
  for (let i = 1; i <= state.total; i++) {
    const part = state.got[i];
    if (part === undefined) {
      flush();
      if (!text.endsWith("[…]")) text += "[…]";
      continue;
    }
    if (alphabet !== null && alphabet !== part[0]) flush();
    alphabet = part[0];
    run.push(Buffer.from(part[1], "base64"));
  }
  flush();
  return text;
}

/** Messages to give up: older than `afterMs`, or too many. Forgets reported ones that are old enough. */
export function overdue(parts: Record<string, GroupState>, afterMs: number, now: number): Joined[] {
  const waiting: Joined[] = [];
  for (const [group, state] of Object.entries(parts)) {
    if (state.doneAt === undefined) waiting.push({ group, state });
    else if (now - state.doneAt >= DONE_MS) delete parts[group];
  }
  waiting.sort((a, b) => a.state.at - b.state.at);
  const surplus = waiting.length - MOST_GROUPS;
  return waiting.filter(({ state }, i) => i < surplus || now - state.at >= afterMs);
}
