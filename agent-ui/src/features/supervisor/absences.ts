import type { AbsenceBody, AbsenceView, Handover } from "@kommutator/contract/api/absence";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";

/** Absences, newest first: of one person, or of all whom one may see. */
export const useAbsences = (employeeId?: string) =>
  useQuery({
    queryKey: keys.absences(employeeId ?? "all"),
    queryFn: ({ signal }) => api.get<AbsenceView[]>("/absences", { signal, query: { employeeId } }),
    staleTime: 10_000,
  });
/** What was delegated, read anew each time: a list seen during the absence has nothing preselected, and must not be shown to who is back. */
export const useHandover = (id: string) =>
  useQuery({
    queryKey: keys.absences("handover", id),
    queryFn: ({ signal }) => api.get<Handover>(`/absences/${id}/handover`, { signal }),
    staleTime: 0,
    gcTime: 0,
  });

export interface AbsenceFields {
  employeeId: string;
  kind: "planned" | "unplanned";
  reason: string;
  /** Values of local date-and-time fields; empty = not said. */
  from: string;
  to: string;
  substituteId: string | null;
  autoReturn: boolean;
}

const isoOf = (local: string): string | undefined => {
  const ms = Date.parse(local);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
};
/** `2026-03-02T09:00` of a moment, in the zone of this machine: what a date-and-time field takes. */
export function localOf(iso: string | null): string {
  if (iso === null) return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What is sent for a new absence. An unplanned one begins now. */
export function absenceBody(fields: AbsenceFields): AbsenceBody {
  const from = fields.kind === "unplanned" ? undefined : isoOf(fields.from);
  return {
    employeeId: fields.employeeId,
    kind: fields.kind,
    reason: fields.reason.trim() || null,
    ...(from === undefined ? {} : { from }),
    to: isoOf(fields.to) ?? null,
    substituteId: fields.substituteId,
    autoReturn: fields.autoReturn,
  };
}

/** What of it may change later; the beginning only while it has not begun. */
export function absencePatch(fields: AbsenceFields, begun: boolean) {
  const { employeeId: _, kind: __, from, ...rest } = absenceBody({ ...fields, kind: "planned" });
  return begun || from === undefined ? rest : { ...rest, from };
}

/** Hand-back by the chosen ids: what is taken, and what stays with the substitute when the rest is decided too. */
export function takeBackBody(items: Handover["items"], chosen: ReadonlySet<string>, keepRest: boolean): { take: string[]; keep: string[] } {
  const open = items.filter((each) => each.outcome === null);
  return {
    take: open.filter((each) => chosen.has(each.id)).map((each) => each.id),
    keep: keepRest ? open.filter((each) => !chosen.has(each.id)).map((each) => each.id) : [],
  };
}
