import type { EmergencyBody, EmergencyView } from "@kommutator/contract/api/emergency";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";

/** Emergency switches in force; the socket makes it stale at each beginning and end. */
export const useEmergencies = () => useQuery({ queryKey: keys.emergency, queryFn: ({ signal }) => api.get<EmergencyView[]>("/emergency", { signal }) });

/** What a switch is for. */
export const targetOf = (each: EmergencyView) => each.queue ?? each.channel ?? each.line;

/** Those that hold at this moment: the end needs no word from the server. */
export function inForce(all: readonly EmergencyView[], now: number): EmergencyView[] {
  return all.filter((each) => Date.parse(each.until) > now);
}

/** For how long: minutes from now, to the end of this day, or a moment of one's own. */
export const SPANS = ["30", "60", "120", "day", "own"] as const;
export type Span = (typeof SPANS)[number];

/** Until when, epoch ms; null when the own moment is no time. `own` is the value of a local date-and-time field. */
export function untilOf(span: Span, own: string, now: number): number | null {
  if (span === "day") return new Date(now).setHours(23, 59, 59, 0);
  if (span !== "own") return now + Number(span) * 60_000;
  const chosen = Date.parse(own);
  return Number.isNaN(chosen) ? null : chosen;
}

export interface SwitchForm {
  mode: EmergencyBody["mode"];
  to: "queue" | "number";
  queueId: string | null;
  number: string;
  span: Span;
  own: string;
  note: string;
}

/** What is sent, or which field keeps it from being sent. */
export function bodyOf(
  target: { queueId: string } | { channelId: string } | { lineId: string },
  form: SwitchForm,
  now: number,
): { body: EmergencyBody } | { faults: ("to" | "until")[] } {
  const until = untilOf(form.span, form.own, now);
  const number = form.number.replace(/[\s()-]/g, "");
  const redirects = form.mode === "redirect";
  const faults: ("to" | "until")[] = [];
  if (redirects && (form.to === "queue" ? form.queueId === null : !/^\+?\d{2,15}$/.test(number))) faults.push("to");
  if (until === null || until <= now || until > now + 31 * 86_400_000) faults.push("until");
  if (faults.length > 0 || until === null) return { faults };
  return {
    body: {
      ...target,
      mode: form.mode,
      ...(!redirects ? {} : form.to === "queue" ? { redirectQueueId: form.queueId as string } : { redirectNumber: number }),
      note: form.note.trim(),
      until: new Date(until).toISOString(),
    },
  };
}
