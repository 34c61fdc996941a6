import { randomUUID } from "node:crypto";
import type { Channel, CommandKind } from "@kommutator/contract/channel";
import { until } from "../lab/support/wait.ts";
import type { Ledger } from "./host.ts";
import type { Provider } from "./provider.ts";

/** Every command that a channel may be asked to carry out. */
export const ALL: CommandKind[] = [
  ...([
    "message.send",
    "media.fetch",
    "typing.show",
    "thread.close",
    "call.ring",
    "call.cancel",
    "call.bridge",
    "call.hold",
    "call.resume",
    "call.dtmf",
    "call.hangup",
  ] as const),
  ...(["call.rejoin", "call.fallback", "call.originate", "recording.fetch", "recording.delete", "phone.provision", "phone.remove"] as const),
];

/** Sockets, timers and the like of this process by kind. */
export function handles(): Record<string, number> {
  const kinds = process.getActiveResourcesInfo().filter((kind) => /TCP|TLS|Timeout|Pipe|Immediate|GETADDRINFO/i.test(kind));
  return Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length]));
}

export async function settledHandles(): Promise<Record<string, number>> {
  let last = "";
  let same = 0;
  return until("the handles settle", () => {
    const now = handles();
    same = JSON.stringify(now) === last ? same + 1 : 0;
    last = JSON.stringify(now);
    return same >= 10 ? now : null;
  });
}

/** Nothing new is called for a while: the step with this number does not exist. */
export async function settled(ledger: Ledger, at: number): Promise<boolean> {
  const calls = ledger.calls;
  for (let i = 0; i < 40; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (ledger.calls !== calls || ledger.calls > at) return false;
  }
  return true;
}

export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export async function send(channel: Channel, provider: Provider, ledger: Ledger, id = randomUUID() as string, store = true): Promise<{ messageKey: string }> {
  const last = ledger.messages.at(-1);
  const command = {
    id,
    threadKey: last?.thread.key ?? "thread",
    to: provider.customer(),
    subject: last?.subject,
    text: "our answer",
    files: [],
    references: last === undefined ? [] : [last.messageKey],
  };
  if (store) ledger.reply(command);
  const perform = channel.handlers["message.send"];
  if (perform === undefined) throw new Error("This channel cannot send");
  return perform(command);
}
