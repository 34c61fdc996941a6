import { type Channel, ChannelError, type Host } from "@kommutator/contract/channel";
import type { Config } from "./config.ts";
import { AriChannelSession } from "./session.ts";

/** Connects to Asterisk and says what the line can do. */
export async function openLine(config: Config, host: Host): Promise<Channel> {
  const session = await AriChannelSession.open(config, host);
  const { calls, phones, recordings } = session;
  return {
    handlers: {
      "call.prepare": (c) => calls.prepare(c),
      "call.ring": (c) => session.whileUp(() => calls.ring(c)),
      "call.cancel": (c) => calls.cancel(c),
      "call.bridge": (c) => calls.bridge(c),
      "call.hold": (c) => calls.hold(c),
      "call.resume": (c) => calls.resume(c),
      "call.release": (c) => calls.release(c),
      "call.dtmf": (c) => calls.dtmf(c),
      "call.hangup": (c) => calls.hangup(c),
      "call.rejoin": (c) => session.whileUp(() => calls.rejoin(c)),
      "call.fallback": (c) => calls.fallback(c),
      "call.announce": (c) => session.whileUp(() => calls.announce(c)),
      "call.redirect": (c) => session.whileUp(() => calls.redirect(c)),
      "call.originate": (c) => session.whileUp(() => calls.originate(c)),
      ...(config.cdrFile === undefined ? {} : { "call.records": (c: { from: number; to: number }) => session.records(c.from, c.to) }),
      "recording.fetch": (c) => recordings.fetch(c.recordingKey),
      "recording.delete": (c) => recordings.delete(c.recordingKey),
      "phone.provision": (c) => phones.provision(c),
      "phone.remove": (c) => phones.remove(c),
    },
    // A call has no text, files or reply window; it can be started by us.
    limits: { textLength: 0, attachmentBytes: 0, replyWindowMs: null, canStart: true },
    test: async () => {
      try {
        return { ok: true, detail: await session.test() };
      } catch (error) {
        return { ok: false, detail: error instanceof ChannelError ? `${error.code}: ${error.message}` : String(error) };
      }
    },
    close: () => session.close(),
  };
}
