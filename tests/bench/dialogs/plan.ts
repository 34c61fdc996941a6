/** What the two processes of the benchmark tell each other. */
export type Kind = "web-chat" | "viber" | "telegram";

export interface PlannedDialog {
  id: string;
  kind: Kind;
  /** Web chat: the visitor's token; Viber: the user's id; Telegram: the chat's id. */
  writer: string;
}

export interface Plan {
  url: string;
  channels: Record<Kind, string>;
  viberToken: string;
  agents: { cookie: string; dialogs: PlannedDialog[] }[];
  perSecond: number;
  /** Begins with `warmUpSeconds` that are sent and compared like all others, but not timed: the house has just started. */
  seconds: number;
  warmUpSeconds: number;
  /** How long after the last message is sent the screens are waited for. */
  graceSeconds: number;
  /** Every so many messages one comes from somebody new: identified, a lead, a dialog, the router. */
  newEvery: number;
}

/** Addresses of the providers that the load generator plays. */
export interface Providers {
  viberApi: string;
  telegramUrl: string;
}

export interface Report {
  scheduled: number;
  received: number;
  missing: string[];
  /** Beyond the first receipt, with no reconnection in between. */
  repeated: number;
  reconnects: number;
  resyncs: number;
  attempts: number;
  /** The same to the acknowledgement, when the event is durable; over HTTP only. */
  acknowledged: { n: number; p50: number; p99: number };
  /** Milliseconds from the scheduled send to the receipt in the agent's socket; missing ones count as worst. */
  latency: Record<"p50" | "p90" | "p99" | "max", number>;
  byKind: Record<string, { n: number; p50: number; p99: number }>;
  newWriters: { n: number; p50: number; p99: number };
  warmUp: { n: number; p50: number; p99: number };
  generatorBusy: number;
}

/** The words of message `n` of a dialog (or of a new writer). */
export const wordsOf = (n: number): string => `Здравствуйте! Подскажите, пожалуйста, когда приедет наш заказ и можно ли доставить его в субботу? #${n}#`;
export const numberIn = (text: string): number => Number(/#(\d+)#$/.exec(text)?.[1] ?? -1);

export function percentile(sorted: readonly number[], p: number): number {
  return sorted.length === 0 ? 0 : Math.round((sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)] ?? 0) * 10) / 10;
}
