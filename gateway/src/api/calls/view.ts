import type { CallView } from "@kommutator/contract/api/dialogs";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/** Calls with their legs as the API shows them: each leg is one hop, with who or what was rung, why, and whose forwarding it was (CC-18). A recording is named only to those who may hear it (`recordings`). */
export async function readCalls(sql: Db | Tx, ids: Id[]): Promise<CallView[]> {
  if (ids.length === 0) return [];
  const rows = await sql<
    {
      id: Id;
      dialog_id: Id;
      direction: string;
      state: CallView["state"];
      from_number: string | null;
      to_number: string | null;
      started_at: Date;
      answered_at: Date | null;
      ended_at: Date | null;
      disposition: string | null;
      answered_by: Id | null;
      answered_name: string | null;
      recording_id: Id | null;
      source: CallView["source"];
    }[]
  >`
    SELECT k.id, k.dialog_id, k.direction, k.state, coalesce(k.from_norm, k.from_raw) AS from_number, coalesce(k.to_norm, k.to_raw) AS to_number, k.started_at, k.answered_at, k.ended_at,
           k.disposition, k.answered_by, e.full_name AS answered_name, k.recording_id, k.source
    FROM call k LEFT JOIN employee e ON e.id = k.answered_by WHERE k.id = ANY(${ids}::uuid[])`;
  const legs = await sql<
    {
      id: Id;
      call_id: Id;
      party: "customer" | "agent" | "outside";
      target: string | null;
      reason: { code: string; on?: string } | null;
      from_id: Id | null;
      from_name: string | null;
      employee_id: Id | null;
      employee_name: string | null;
      state: string;
      cause: string | null;
      started_at: Date;
      answered_at: Date | null;
      ended_at: Date | null;
    }[]
  >`
    SELECT l.id, l.call_id, l.party, l.target, l.employee_id, e.full_name AS employee_name, l.state, l.cause, l.started_at, l.answered_at, l.ended_at,
           w.reason, f.id AS from_id, f.full_name AS from_name
    FROM call_leg l JOIN call k ON k.id = l.call_id LEFT JOIN employee e ON e.id = l.employee_id
    LEFT JOIN LATERAL (
      SELECT o.reason FROM offer o WHERE o.id = l.offer_id
      UNION ALL
      (SELECT d.reason FROM decision d WHERE l.party = 'outside' AND d.dialog_id = k.dialog_id AND d.at <= l.started_at ORDER BY d.at DESC LIMIT 1)
      LIMIT 1
    ) w ON true
    LEFT JOIN employee f ON f.id = (w.reason->>'from')::uuid
    WHERE l.call_id = ANY(${ids}::uuid[]) ORDER BY l.started_at, l.id`;
  const iso = (d: Date | null) => d?.toISOString() ?? null;
  return rows.map((r) => ({
    id: r.id,
    dialogId: r.dialog_id,
    direction: r.direction === "in" ? "in" : "out",
    state: r.state,
    from: r.from_number,
    to: r.to_number ?? "",
    startedAt: r.started_at.toISOString(),
    answeredAt: iso(r.answered_at),
    endedAt: iso(r.ended_at),
    disposition: r.disposition,
    answeredBy: r.answered_by === null ? null : { id: r.answered_by, name: r.answered_name ?? "" },
    recordingBlobId: r.recording_id,
    source: r.source,
    legs: legs
      .filter((l) => l.call_id === r.id)
      .map((l) => ({
        id: l.id,
        party: l.party,
        employee: l.employee_id === null ? null : { id: l.employee_id, name: l.employee_name ?? "" },
        target: l.party === "outside" ? l.target : null,
        reason:
          l.reason === null
            ? null
            : { code: l.reason.code, from: l.from_id === null ? null : { id: l.from_id, name: l.from_name ?? "" }, on: l.reason.on ?? null },
        state: l.state,
        cause: l.cause,
        startedAt: l.started_at.toISOString(),
        answeredAt: iso(l.answered_at),
        endedAt: iso(l.ended_at),
      })),
  }));
}

/** The same call for somebody who may not hear recordings. */
export function withoutRecording(call: CallView): CallView {
  return { ...call, recordingBlobId: null };
}
