import { open, stat } from "node:fs/promises";
import type { CallReconstructed } from "@kommutator/contract/channel";
import { callerOf, clean } from "./from-ari.ts";
import { agentChannel, outgoingCall, outsideChannel } from "./to-ari.ts";

/** One line of `cdr-custom/kommutator.csv` (gateway/deploy/asterisk/cdr_custom.conf). Times are milliseconds since 1970. */
export interface CdrRecord {
  linkedId: string;
  uniqueId: string;
  source: string;
  callerName: string;
  context: string;
  channel: string;
  otherChannel: string;
  startedAt: number;
  answeredAt: number | null;
  endedAt: number;
  disposition: string;
  mark: string;
  /** The number dialled; only calls from the carrier have it. */
  line: string;
}

/** Fields of one CSV line with doubled quotes (RFC 4180); a record never spans lines, since names are cleaned of CR and LF by SIP. */
export function csvFields(line: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    if (line[at] === '"') {
      let text = "";
      for (at++; at < line.length; at++) {
        if (line[at] !== '"') text += line[at];
        else if (line[at + 1] === '"') text += line[at++];
        else break;
      }
      fields.push(text);
      at++;
    } else {
      const end = line.indexOf(",", at);
      fields.push(line.slice(at, end < 0 ? line.length : end));
      at = end < 0 ? line.length : end;
    }
    if (line[at] !== ",") break;
    at++;
  }
  return fields;
}

const ms = (seconds: string | undefined): number | null => {
  const n = Number(seconds);
  return Number.isFinite(n) && n > 0 ? Math.round(n * 1000) : null;
};

/** null for a line that is not one of ours. */
export function parseCdr(line: string): CdrRecord | null {
  const f = csvFields(line);
  const startedAt = ms(f[8]);
  const endedAt = ms(f[10]);
  if (f.length < 14 || startedAt === null || endedAt === null) return null;
  return {
    linkedId: clean(f[0]),
    uniqueId: clean(f[1]),
    source: clean(f[2], 64),
    callerName: clean(/^"((?:[^"\\]|\\.)*)"/.exec(f[3] ?? "")?.[1]),
    context: clean(f[5]),
    channel: clean(f[6]),
    otherChannel: clean(f[7]),
    startedAt,
    answeredAt: ms(f[9]),
    endedAt,
    disposition: clean(f[11]),
    mark: clean(f[12]),
    line: clean(f[13], 64),
  };
}

/**
 * The calls from the carrier in these records, one event a call. `answeredAt` is when an agent of ours was reached: records
 * with the other party's channel; an answer in the fallback (its ring group, the voicemail) is none.
 */
export function reconstruct(records: CdrRecord[]): CallReconstructed[] {
  const calls = new Map<string, CdrRecord[]>();
  for (const r of records) if (r.line !== "" && r.uniqueId === r.linkedId) calls.set(r.linkedId, [...(calls.get(r.linkedId) ?? []), r]);
  return [...calls].map(([callKey, parts]) => {
    const first = parts[0] as CdrRecord;
    const fallback = parts.some((p) => p.mark !== "");
    const answers = fallback
      ? []
      : parts.filter((p) => p.otherChannel !== "" && p.disposition === "ANSWERED" && p.answeredAt !== null).map((p) => p.answeredAt as number);
    return {
      kind: "call.reconstructed",
      eventKey: `${callKey}:cdr`,
      occurredAt: Math.min(...parts.map((p) => p.startedAt)),
      callKey,
      direction: "in",
      from: callerOf({ caller: { name: first.callerName, number: first.source } }),
      to: first.line,
      startedAt: Math.min(...parts.map((p) => p.startedAt)),
      answeredAt: answers.length === 0 ? null : Math.min(...answers),
      endedAt: Math.max(...parts.map((p) => p.endedAt)),
      ...(fallback ? { fallback } : {}),
      raw: { voicemail: parts.some((p) => p.mark === "voicemail") },
    };
  });
}

/**
 * The calls that employees made, one event a call, by the key under which they are reported live: the employee's leg and the customer's
 * carry the id of the order that made them (to-ari.ts). `answeredAt` is when the customer was reached; a record with the other party's
 * channel says that the two spoke.
 */
export function reconstructOutgoing(records: CdrRecord[]): CallReconstructed[] {
  const calls = new Map<string, CdrRecord[]>();
  for (const r of records) if (r.linkedId.startsWith(agentChannel(""))) calls.set(r.linkedId, [...(calls.get(r.linkedId) ?? []), r]);
  return [...calls].map(([linkedId, parts]) => {
    const order = linkedId.slice(agentChannel("").length);
    const callKey = outgoingCall(order);
    const customer = parts.filter((p) => p.uniqueId === outsideChannel(order));
    const spoke = parts.some((p) => p.otherChannel !== "" && p.disposition === "ANSWERED");
    const answers = spoke ? customer.flatMap((p) => (p.disposition === "ANSWERED" && p.answeredAt !== null ? [p.answeredAt] : [])) : [];
    const number = parts.find((p) => p.uniqueId === linkedId)?.source ?? "";
    return {
      kind: "call.reconstructed",
      eventKey: `${callKey}:cdr`,
      occurredAt: Math.min(...parts.map((p) => p.startedAt)),
      callKey,
      direction: "out",
      from: { kind: "phone", value: number },
      to: number,
      startedAt: Math.min(...parts.map((p) => p.startedAt)),
      answeredAt: answers.length === 0 ? null : Math.min(...answers),
      endedAt: Math.max(...parts.map((p) => p.endedAt)),
    };
  });
}

/** Complete lines of the file after `offset` bytes that are wanted; a shorter file than `offset` is a new one and read from its beginning. */
export async function readCdrs(
  path: string,
  offset: number,
  wanted: (record: CdrRecord) => boolean = () => true,
): Promise<{ records: CdrRecord[]; offset: number }> {
  let size: number;
  try {
    size = (await stat(path)).size;
  } catch {
    return { records: [], offset: 0 }; // no call has been recorded yet
  }
  let from = size < offset ? 0 : offset;
  const records: CdrRecord[] = [];
  const file = await open(path, "r");
  try {
    while (from < size) {
      const chunk = Buffer.alloc(Math.min(1 << 20, size - from));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, from);
      const complete = chunk.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
      if (complete === 0) break;
      for (const line of chunk.subarray(0, complete).toString("utf8").split("\n")) {
        const record = line === "" ? null : parseCdr(line);
        if (record !== null && wanted(record)) records.push(record);
      }
      from += complete;
    }
  } finally {
    await file.close();
  }
  return { records, offset: from };
}

/** Where the file ends now; 0 when there is none. */
export async function cdrEnd(path: string): Promise<number> {
  return stat(path).then(
    (s) => s.size,
    () => 0,
  );
}
