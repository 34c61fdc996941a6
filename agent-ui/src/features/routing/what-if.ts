import type { WhatIfBody } from "@kommutator/contract/api/routing-explain";
import type { Medium } from "@kommutator/contract/ids";

export interface Question {
  /** `channel:ID` or `queue:ID`; null = not chosen yet. */
  where: string | null;
  /** Number of ours that is dialled; empty = the channel's own. */
  line: string;
  medium: Medium;
  /** Number or e-mail of the one who calls or writes; empty = hidden. */
  who: string;
  /** Value of a local date-and-time field; empty = now. */
  at: string;
}

/** The question as the server takes it; null while nothing is chosen. */
export function bodyOf(question: Question): WhatIfBody | null {
  const [kind, id] = question.where?.split(":") ?? [];
  if (id === undefined) return null;
  const who = question.who.trim();
  const at = Date.parse(question.at);
  return {
    ...(kind === "channel" ? { channelId: id } : { queueId: id, medium: question.medium }),
    ...(kind === "channel" && question.line.trim() !== "" ? { line: question.line.trim() } : {}),
    ...(who === "" ? {} : who.includes("@") ? { email: who } : { number: who.replace(/[\s()-]/g, "") }),
    ...(Number.isNaN(at) ? {} : { at: new Date(at).toISOString() }),
  };
}

export interface Cause {
  key: "queue" | "skills" | "hours" | "people" | "emergency" | "forwarding";
  path: string;
}

/** Which settings made it so: the queue's always, the others when a step names them. */
export function causesOf(queueId: string, codes: ReadonlySet<string>, skills: boolean): Cause[] {
  const has = (...names: string[]) => names.some((name) => codes.has(name));
  const causes: (Cause | false)[] = [
    { key: "queue", path: `/settings/queues?open=${queueId}` },
    (skills || has("lacks_skill")) && { key: "skills", path: "/settings/skills" },
    has("out_of_hours") && { key: "hours", path: "/settings/calendars" },
    has("absent") && { key: "people", path: "/supervisor/absences" },
    has("forwarded", "forward_loop") && { key: "forwarding", path: "/settings/people" },
    has("emergency") && { key: "emergency", path: "/supervisor" },
  ];
  return causes.filter((each) => each !== false);
}
