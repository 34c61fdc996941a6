import { type Channel, ChannelError, type Host } from "@kommutator/contract/channel";
import { sentences } from "@kommutator/contract/sentences";
import { ViberApi } from "./api.ts";
import type { ViberConfig } from "./config.ts";
import { FileLinks } from "./file-links.ts";
import { fetchMedia } from "./media.ts";
import { Memory } from "./memory.ts";
import { addressFault, Registration } from "./registration.ts";
import { Sender } from "./sender.ts";
import { viberLimits } from "./to-viber.ts";
import { answer } from "./webhook.ts";

/** Registers the webhook with Viber and answers what comes to it. */
export function openBot(config: ViberConfig, host: Host): Channel {
  const stop = new AbortController();
  const letGo = (): void => stop.abort();
  host.signalAbort.addEventListener("abort", letGo, { once: true });
  if (host.signalAbort.aborted) letGo();
  const address = `${config.publicUrl}/hooks/${host.channelId}`;
  const api = new ViberApi(config, host, stop.signal);
  const memory = new Memory(host);
  const links = new FileLinks(config.token, address, host);
  const registration = new Registration(config, host, api, address, stop.signal);
  const sender = new Sender({ config, host, api, links, memory, registration });
  host.status({ state: "connecting" });
  registration.start();
  return {
    limits: viberLimits(config),
    handlers: {
      "message.send": (command) => sender.send(command),
      "media.fetch": (command) => fetchMedia(command, config, stop.signal),
    },
    async webhook(request) {
      if (stop.signal.aborted) throw new ChannelError("unreachable", "The channel is closed.");
      return answer(request, { config, host, memory, links, registration, sender });
    },
    test: () => tryIt(api, address),
    async close() {
      host.signalAbort.removeEventListener("abort", letGo);
      stop.abort();
      await registration.stopped();
    },
  };
}

/** Asks Viber who the bot is and where it sends its events. */
async function tryIt(api: ViberApi, address: string): Promise<{ ok: boolean; detail: string }> {
  try {
    const account = await api.call("get_account_info", {});
    const bot = `Viber knows the bot "${account.name ?? account.uri ?? "without a name"}" (${account.subscribers_count ?? 0} subscribers)`;
    const fault = addressFault(account, address);
    return fault === null ? { ok: true, detail: `${bot} and sends its events to this channel.` } : { ok: false, detail: sentences([bot, fault]) };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
