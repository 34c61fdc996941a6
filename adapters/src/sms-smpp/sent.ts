import { sameNumber } from "./address.ts";
import { canonical, spellingsOf } from "./message-id.ts";
import type { Receipt } from "./receipt.ts";

/** A message of ours on its way. */
export interface SentState {
  to: string;
  at: number;
  /** Reference of its segments, so that a repeated segment is recognised by the phone. */
  reference: number;
  /** By segment: the SMSC's id (canonical); null = not taken yet; "" = taken without an id. */
  ids: (string | null)[];
  /** Segments whose delivery is reported. */
  delivered: number[];
}

/** Receipts come within the validity period, which operators hold at one to three days. */
const KEEP_MS = 3 * 86_400_000;
const PRUNE_EVERY_MS = 60_000;
const MOST = 5_000;
const FINISHED = 2_000;

export type Outcome =
  | { kind: "unknown" }
  | { kind: "underway" }
  | { kind: "final"; commandId: string; state: "delivered" | "failed"; id: string; failure?: string | undefined };

/** Which SMSC id belongs to which message: the index over the durable part of what was sent. */
export class Sent {
  readonly #sent: Record<string, SentState>;
  readonly #byId = new Map<string, { commandId: string; segment: number }[]>();
  /** Commands whose message is delivered: repeated, they are not sent again. */
  readonly #finished = new Set<string>();
  #count: number;
  #prunedAt = 0;
  #lastReference = Math.floor(Math.random() * 256);

  constructor(sent: Record<string, SentState>) {
    this.#sent = sent;
    this.#count = Object.keys(sent).length;
    for (const [commandId, state] of Object.entries(sent)) for (const [segment, id] of state.ids.entries()) this.#index(commandId, segment, id);
  }

  /** Whether this command's message is with the SMSC altogether. */
  isTaken(commandId: string): boolean {
    return this.#finished.has(commandId) || this.#sent[commandId]?.ids.every((id) => id !== null) === true;
  }

  /** The reference for a message: the one it was begun with, or the next. */
  referenceFor(commandId: string): number {
    const begun = this.#sent[commandId];
    if (begun !== undefined) return begun.reference;
    this.#lastReference = (this.#lastReference + 1) % 256;
    return this.#lastReference;
  }

  /** Begins a message or goes on with it; the segments that still have to be submitted. */
  begin(commandId: string, to: string, reference: number, total: number, now: number): number[] {
    let state = this.#sent[commandId];
    if (state === undefined || state.ids.length !== total) {
      this.#prune(now);
      state = { to, at: now, reference, ids: Array<null>(total).fill(null), delivered: [] };
      this.#count += this.#sent[commandId] === undefined ? 1 : 0;
      this.#sent[commandId] = state;
    }
    return state.ids.flatMap((id, segment) => (id === null ? [segment] : []));
  }

  /** The SMSC took a segment and calls it `id`. */
  accepted(commandId: string, segment: number, id: string): void {
    const state = this.#sent[commandId];
    if (state === undefined) return;
    state.ids[segment] = id === "" ? "" : canonical(id);
    this.#index(commandId, segment, state.ids[segment]);
  }

  /** Nothing of it was taken: as if it had never been tried. */
  abandon(commandId: string): void {
    if (this.#sent[commandId]?.ids.every((id) => id === null) === true) this.#forget(commandId);
  }

  /** What a receipt means for its whole message: delivered when every segment is, failed when one is. */
  receipt(receipt: Receipt): Outcome {
    const found = this.#find(receipt);
    if (found === undefined) return { kind: "unknown" };
    const { commandId, segment } = found;
    const state = this.#sent[commandId] as SentState;
    const id = state.ids[segment] ?? "";
    if (receipt.state === "underway") return { kind: "underway" };
    if (receipt.state === "failed") return { kind: "final", commandId, state: "failed", id, failure: receipt.failure };
    if (!state.delivered.includes(segment)) state.delivered.push(segment);
    if (state.delivered.length < state.ids.length) return { kind: "underway" };
    return { kind: "final", commandId, state: "delivered", id: state.ids[0] ?? "" };
  }

  /** The final state is stored: a failed message may be sent anew, a delivered one not. */
  finish(commandId: string, state: "delivered" | "failed"): void {
    this.#forget(commandId);
    if (state === "failed") return;
    this.#finished.add(commandId);
    for (const oldest of this.#finished) {
      if (this.#finished.size <= FINISHED) break;
      this.#finished.delete(oldest);
    }
  }

  #find(receipt: Receipt): { commandId: string; segment: number } | undefined {
    const candidates = spellingsOf(receipt.id).map((spelling) => this.#byId.get(spelling) ?? []);
    // A decimal id may be another message's hexadecimal one: the number tells them apart.
    const ours = (commandId: string, address: string): boolean => sameNumber(this.#sent[commandId]?.to ?? "", address);
    // Not every SMSC exchanges the two addresses.
    const matching = candidates.flat().find(({ commandId }) => ours(commandId, receipt.from) || ours(commandId, receipt.to));
    return matching ?? candidates[0]?.[0];
  }

  #index(commandId: string, segment: number, id: string | null | undefined): void {
    if (id === null || id === undefined || id === "") return;
    // Ids are used again by some SMSCs; the newest is meant.
    this.#byId.set(id, [{ commandId, segment }, ...(this.#byId.get(id) ?? []).filter((one) => one.commandId !== commandId)]);
  }

  #forget(commandId: string): void {
    if (this.#sent[commandId] === undefined) return;
    this.#count--;
    for (const id of this.#sent[commandId]?.ids ?? []) {
      if (id === null) continue;
      const rest = (this.#byId.get(id) ?? []).filter((one) => one.commandId !== commandId);
      if (rest.length === 0) this.#byId.delete(id);
      else this.#byId.set(id, rest);
    }
    delete this.#sent[commandId];
  }

  #prune(now: number): void {
    if (this.#count <= MOST && now - this.#prunedAt < PRUNE_EVERY_MS) return;
    this.#prunedAt = now;
    const all = Object.entries(this.#sent);
    const surplus = all.length - MOST;
    for (const [i, [commandId, state]] of all.entries()) if (i < surplus || now - state.at > KEEP_MS) this.#forget(commandId);
  }
}
