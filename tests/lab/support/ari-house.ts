import adapter from "@kommutator/adapters/asterisk-ari";
import type { Channel, ChannelEvent, Commands } from "@kommutator/contract/channel";
import type { Asterisk } from "./asterisk.ts";
import { RecordingHost } from "./recording-host.ts";
import type { SipCall } from "./sip.ts";
import { until } from "./wait.ts";

type CallOffered = Extract<ChannelEvent, { kind: "call.offered" }>;

/** The adapter on a real Asterisk with a Host in memory, and the few words in which tests give it orders. */
export interface AriHouse {
  host: RecordingHost;
  channel: Channel;
  perform<K extends keyof Commands>(kind: K, command: Commands[K]): Promise<unknown>;
  /** Rings a phone for a call; the leg's key is returned. */
  ring(callKey: string, endpoint: string, options?: Partial<Commands["call.ring"]>): Promise<string>;
  /** Waits for the connection to be up (again), counted in `up` states. */
  up(times?: number): Promise<void>;
  close(): Promise<void>;
}

let n = 0;
/** A UUID that says which test object it is. */
export const id = (): string => `00000000-0000-4000-8000-${(Date.now() * 1000 + n++).toString(16).padStart(12, "0").slice(-12)}`;
export const EMPLOYEE = "00000000-0000-4000-8000-00000000e001";

export function settings(asterisk: Asterisk, extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { url: asterisk.ari, user: asterisk.user, password: asterisk.password, phones: "sip", cdrFile: asterisk.cdrFile, mediaAddress: asterisk.ip, ...extra };
}

export async function openAri(asterisk: Asterisk, options: { host?: RecordingHost; extra?: Record<string, unknown> } = {}): Promise<AriHouse> {
  const host = options.host ?? new RecordingHost();
  const channel = await adapter.open(adapter.parseConfig(settings(asterisk, options.extra)), host);
  const perform = async <K extends keyof Commands>(kind: K, command: Commands[K]) => {
    const handler = channel.handlers[kind];
    if (handler === undefined) throw new Error(`unsupported: ${kind}`);
    return handler(command);
  };
  const house: AriHouse = {
    host,
    channel,
    perform,
    async ring(callKey, endpoint, given = {}) {
      const legKey = given.id ?? id();
      await perform("call.ring", {
        id: legKey,
        callKey,
        offerId: legKey,
        employeeId: EMPLOYEE,
        endpoint,
        callerNumber: "+77011112233",
        callerName: "Ivan",
        timeoutMs: 20_000,
        ...given,
      });
      return legKey;
    },
    async up(times = 1) {
      await until("the channel is up", () => host.statuses.filter((s) => s.state === "up").length >= times, { timeoutMs: 20_000 });
    },
    close: () => channel.close(),
  };
  await house.up();
  return house;
}

/** Channels and bridges that Asterisk has now. */
export async function orphans(asterisk: Asterisk): Promise<string> {
  const channels = (await asterisk.cli("core show channels concise")).trim();
  const bridges = (await asterisk.cli("bridge show all")).trim().split("\n").slice(1).join("\n");
  return [channels, bridges].filter((t) => t !== "").join("\n");
}

/** The next call that the house reports; when none comes, the failure says what Asterisk, the line and the caller know of it. */
export async function nextOffered(asterisk: Asterisk, house: AriHouse, before: number, caller: SipCall): Promise<CallOffered> {
  const offered = () => house.host.of("call.offered")[before];
  return until("the call is reported", offered).catch(async (error: Error) => {
    const cli = async (command: string) => `${command}: ${(await asterisk.cli(command).catch(String)).trim().split("\n").slice(0, 4).join(" / ")}`;
    const known = [
      `caller ${caller.state} ${caller.statuses.join(" ")}`,
      `line ${house.host.statuses.map((s) => `${s.state} ${s.detail ?? ""}`).join(", ")}`,
      `line's last words ${house.host.transcript.slice(-3).join(" / ")}`,
      await cli("ari show apps"),
      await cli("core show channels concise"),
      `log ${(await asterisk.log()).trim().split("\n").slice(-4).join(" / ")}`,
    ];
    throw new Error(`${error.message}; ${known.join("; ")}`, { cause: error });
  });
}
