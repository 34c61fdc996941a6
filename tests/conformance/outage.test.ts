import { setTimeout as pause } from "node:timers/promises";
import type { ChannelError } from "@kommutator/contract/channel";
import { describe, expect, it } from "vitest";
import { until } from "../lab/support/wait.ts";
import { Ledger } from "./host.ts";
import type { AdapterUnderTest } from "./provider.ts";
import { everyAdapter } from "./under/index.ts";

/** How long the provider is away, and how often its customers go on writing meanwhile. */
const AWAY_MS = Number(process.env["AWAY_MS"] ?? 120_000);
const EVERY_MS = 15_000;

describe.concurrent("the provider is down for two minutes", () => {
  for (const under of everyAdapter) {
    it(`${under.name}: what was said meanwhile arrives once, in order, and a reply goes out again`, { timeout: AWAY_MS + 90_000 }, () => outage(under));
  }
});

async function outage(under: AdapterUnderTest): Promise<void> {
  const ledger = new Ledger();
  const abort = new AbortController();
  const provider = await under.provider();
  const channel = await under.adapter.open(under.adapter.parseConfig(provider.config), ledger.open(abort.signal));
  provider.attach?.(channel);
  const hears = under.oneWay !== "out";
  try {
    const said: string[] = [];
    if (hears) {
      said.push("before");
      await provider.say("before");
      await until("the first is here", () => ledger.messages.length === 1, { timeoutMs: 30_000 });
    }
    await provider.down();
    const saying: Promise<void>[] = [];
    for (let gone = 0; gone < AWAY_MS; gone += EVERY_MS) {
      if (hears) {
        said.push(`after ${gone / 1000} s`);
        saying.push(provider.say(said.at(-1) as string));
      }
      await pause(EVERY_MS);
    }
    const reply = () => {
      const last = ledger.messages.at(-1);
      return {
        id: crypto.randomUUID(),
        threadKey: last?.thread.key ?? "thread",
        to: provider.customer(),
        subject: last?.subject,
        text: "we are back",
        files: [],
        references: last === undefined ? [] : [last.messageKey],
      };
    };
    if (provider.sendWhileDown !== undefined) {
      const error = await channel.handlers["message.send"]?.(reply()).then(
        () => null,
        (e: ChannelError) => e,
      );
      expect(error?.code).toBe(provider.sendWhileDown);
    }
    await provider.up();
    await Promise.all(saying);
    await until("all is here", () => ledger.messages.length >= said.length, { timeoutMs: 60_000 });
    expect(ledger.messages.map((message) => message.text)).toEqual(said);
    await until("the state is up again", () => (ledger.status?.state ?? "up") === "up", { timeoutMs: 60_000 });
    if (channel.handlers["message.send"] !== undefined) {
      const command = reply();
      ledger.reply(command);
      await channel.handlers["message.send"](command);
      await until("the customer has the reply", async () => (await provider.received()).includes("we are back"), { timeoutMs: 30_000 });
    }
  } finally {
    await channel.close();
    abort.abort();
    await provider.stop();
  }
}
