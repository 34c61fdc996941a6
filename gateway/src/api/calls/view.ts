import type { CallView } from "@kommutator/contract/api/dialogs";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/** Calls with their legs as the API shows them. A recording is named only to those who may hear it (`recordings`). */
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
      party: "customer" | "agent";
      employee_id: Id | null;
      employee_name: string | null;
      state: string;
      cause: string | null;
      started_at: Date;
      answered_at: Date | null;
      ended_at: Date | null;
    }[]
  >`
    SELECT l.id, l.call_id, l.party, l.employee_id, e.full_name AS employee_name, l.state, l.cause, l.started_at, l.answered_at, l.ended_at
    FROM call_leg l LEFT JOIN employee e ON e.id = l.employee_id WHERE l.call_id = ANY(${ids}::uuid[]) ORDER BY l.started_at, l.id`;
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
