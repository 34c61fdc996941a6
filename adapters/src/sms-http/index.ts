import { type Adapter, type Channel, ChannelError, type Host } from "@kommutator/contract/channel";
import { parseSmsHttpConfig, type SmsHttpConfig, smsHttpFields } from "./config.ts";
import { Account } from "./connection.ts";
import { vendors } from "./vendors.ts";
import { admitCallback, answerCallback } from "./webhook.ts";

/** SMS through a vendor's HTTP interface: one adapter, the vendors are data (vendor.ts says how a further one is added). */
const smsHttp: Adapter<SmsHttpConfig> = {
  kind: "sms-http",
  medium: "message",
  fields: smsHttpFields,
  parseConfig: parseSmsHttpConfig,
  open: async (config, host) => openAccount(config, host),
};
export default smsHttp;
export { smsHttp };

function openAccount(config: SmsHttpConfig, host: Host): Channel {
  const vendor = vendors[config.provider];
  const account = new Account(config, vendor, host);
  return {
    limits: {
      textLength: vendor.textLength,
      attachmentBytes: 0,
      attachments: { count: 0 },
      replyWindowMs: null,
      canStart: true,
      startKinds: ["phone"],
      segments: true,
      answerable: "^\\+\\d{7,15}$",
      ...(config.dailyPerAddress === 0 ? {} : { dailyPerAddress: config.dailyPerAddress }),
    },
    handlers: { "message.send": (command) => account.send(command) },
    webhook: (request) => answerCallback(request, { config, vendor, account, host }),
    admit: (head) => admitCallback(head, config),
    ...(vendor.find === undefined ? {} : { repeatsSafely: true as const }),
    balance: () => account.balance(),
    test: () => tryAccount(config, account, host),
    close: () => account.close(),
  };
}

/** Asks the vendor who we are and what money is left, and calls our own callback address from outside. */
async function tryAccount(config: SmsHttpConfig, account: Account, host: Host): Promise<{ ok: boolean; detail: string }> {
  const { title } = vendors[config.provider];
  let left: string;
  try {
    const { amount, currency } = await account.balance();
    left = `${title} lets us in; ${amount} ${currency} left on the account`;
  } catch (error) {
    return { ok: false, detail: error instanceof ChannelError ? error.message : `${title} answered something unreadable` };
  }
  if (config.publicUrl === "") return { ok: true, detail: `${left}. No public address is set, so states and answers come by asking only` };
  const address = `${config.publicUrl.replace(/\/+$/, "")}/hooks/${host.channelId}`;
  try {
    const answer = await fetch(`${address}/${config.webhookSecret}`, { method: "GET", redirect: "error", signal: AbortSignal.timeout(config.timeoutMs) });
    await answer.body?.cancel();
    if (answer.status !== 200)
      return { ok: false, detail: `${left}, but the callback address ${address}/… answers ${answer.status}: check the public address` };
  } catch {
    return { ok: false, detail: `${left}, but the callback address ${address}/… cannot be reached from here: check the public address` };
  }
  return { ok: true, detail: `${left}; callbacks arrive at ${address}/…` };
}
