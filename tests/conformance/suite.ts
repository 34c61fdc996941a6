import { randomUUID } from "node:crypto";
import { type Channel, ChannelError } from "@kommutator/contract/channel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../lab/support/wait.ts";
import { Ledger } from "./host.ts";
import type { AdapterUnderTest, Provider, Trial } from "./provider.ts";
import { ALL, handles, send, settled, settledHandles, within } from "./suite-support.ts";

const LEFT_OUT = { limit: undefined, fail: undefined, refuse: undefined, swallow: undefined };

/** What every adapter owes the house, run over real sockets. Called once by each adapter's own test file. */
export function conformance(under: AdapterUnderTest): void {
  describe(`${under.name} keeps the contract`, () => {
    let provider: Provider;
    let ledger: Ledger;
    let abort: AbortController;
    let channel: Channel | null = null;
    const hears = under.oneWay !== "out";
    const answers = under.oneWay !== "in";
    /** What a one-way channel cannot do is not asked of it. */
    const when = (applies: boolean, name: string, work: () => Promise<void>): void => {
      if (applies) it(name, work);
    };

    const open = async (): Promise<Channel> => {
      abort = new AbortController();
      channel = await under.adapter.open(under.adapter.parseConfig(provider.config), ledger.open(abort.signal));
      provider.attach?.(channel);
      return channel;
    };
    const close = async (): Promise<void> => {
      const closing = channel;
      channel = null;
      await closing?.close();
      abort?.abort();
    };
    const heard = (...texts: string[]) =>
      until(`we have heard ${texts.join(", ")}`, () => texts.every((text) => ledger.messages.some((message) => message.text === text)), { timeoutMs: 30_000 });
    const fresh = async (work: () => Promise<void>): Promise<void> => {
      ledger = new Ledger();
      provider = await under.provider();
      try {
        await work();
      } finally {
        await close();
        await provider.stop();
      }
    };

    when(hears, "a message arrives once, with keys, and is acknowledged after it is stored", () =>
      fresh(async () => {
        const early: number[] = [];
        ledger.beforeReport = async () => void early.push(await provider.acknowledged());
        await open();
        await provider.say("one");
        await heard("one");
        await until("it is acknowledged", async () => (await provider.acknowledged()) === 1);
        expect(early[0], "acknowledged before it was stored").toBe(0);
        expect(ledger.messages).toHaveLength(1);
        expect(ledger.messages[0]).toMatchObject({
          eventKey: expect.stringMatching(/.{8,}/),
          messageKey: expect.stringMatching(/.{1,}/),
          nature: "human",
          text: "one",
        });
        expect(() => JSON.stringify(ledger.messages)).not.toThrow();
      }),
    );

    when(hears, "what is delivered again has the same key", () =>
      fresh(async () => {
        await open();
        await provider.say("one");
        await provider.say("two");
        await heard("one", "two");
        const before = ledger.reported.length;
        await provider.redeliver();
        await until("the redelivery is here", () => ledger.reported.length >= before + 2, { timeoutMs: 30_000 });
        expect(ledger.messages.map((message) => message.text).sort()).toEqual(["one", "two"]);
      }),
    );

    when(hears, "messages keep their order", () =>
      fresh(async () => {
        await open();
        const texts = Array.from({ length: 12 }, (_, i) => `message ${i + 1}`);
        for (const text of texts) await provider.say(text);
        await heard(...texts);
        expect(ledger.messages.map((message) => message.text)).toEqual(texts);
      }),
    );

    when(hears, "storing that fails at any of its steps loses nothing and doubles nothing", () =>
      fresh(async () => {
        let visited = 0;
        const said: string[] = [];
        for (let at = 0; ; at++) {
          ledger.trouble = { at, kind: "fail" };
          await open();
          said.push(`a ${at}`, `b ${at}`);
          await provider.say(`a ${at}`);
          await provider.say(`b ${at}`);
          await heard(...said);
          await until("all is acknowledged", async () => (await provider.acknowledged()) === said.length, { timeoutMs: 30_000 });
          const reached = ledger.trouble === null;
          ledger.trouble = null;
          await close();
          if (!reached) break;
          visited++;
        }
        expect(ledger.messages.map((message) => message.text)).toEqual(said);
        console.log(`${under.name}: every one of ${visited} steps failed once`);
        expect(visited).toBeGreaterThanOrEqual(2);
      }),
    );

    when(hears, "storing that hangs is not acknowledged, lets the channel close, and is delivered to the next opening", () =>
      fresh(async () => {
        let visited = 0;
        const said: string[] = [];
        for (let at = 0; ; at++) {
          ledger.trouble = { at, kind: "hang" };
          const opening = open().catch(() => {});
          said.push(`h ${at}`);
          const saying = provider.say(`h ${at}`);
          const hung = await until("it hangs or is through", async () =>
            ledger.calls > at ? "hung" : (await provider.acknowledged()) === said.length && (await settled(ledger, at)) ? "through" : null,
          );
          if (hung === "hung") expect(await provider.acknowledged(), "acknowledged although nothing is stored").toBeLessThanOrEqual(ledger.messages.length);
          await Promise.race([opening, new Promise((resolve) => setImmediate(resolve))]);
          await within(10_000, close());
          abort.abort();
          ledger.trouble = null;
          await open();
          await saying;
          await heard(...said);
          await until("all is acknowledged", async () => (await provider.acknowledged()) === said.length, { timeoutMs: 30_000 });
          await close();
          if (hung === "through") break;
          visited++;
        }
        expect(ledger.messages.map((message) => message.text)).toEqual(said);
        console.log(`${under.name}: every one of ${visited} steps hung once`);
        expect(visited).toBeGreaterThanOrEqual(1);
      }),
    );

    it("the provider goes away and comes back: what was said meanwhile arrives", () =>
      fresh(async () => {
        await open();
        if (hears) {
          await provider.say("before");
          await heard("before");
        }
        await provider.down();
        const saying = hears ? provider.say("meanwhile") : Promise.resolve();
        if (provider.sendWhileDown !== undefined && channel !== null)
          await expect(send(channel, provider, ledger)).rejects.toMatchObject({ code: provider.sendWhileDown });
        await provider.up();
        await saying;
        if (hears) {
          await heard("meanwhile");
          await provider.say("after");
          await heard("after");
          expect(ledger.messages).toHaveLength(3);
        } else if (channel !== null) {
          await send(channel, provider, ledger);
          await until("the customer has it", async () => (await provider.received()).includes("our answer"), { timeoutMs: 30_000 });
        }
      }));

    when(answers, "a reply arrives, and a repeated command is recognisable as the same message", () =>
      fresh(async () => {
        const live = await open();
        if (hears) {
          await provider.say("question");
          await heard("question");
        }
        const id = randomUUID();
        const first = await send(live, provider, ledger, id);
        const again = await send(live, provider, ledger, id, false);
        expect(again).toEqual(first);
        await until("the customer has it", async () => (await provider.received()).includes("our answer"), { timeoutMs: 30_000 });
      }),
    );

    when(hears, "what comes at once over parallel connections is reported once each", () =>
      fresh(async () => {
        if (provider.sayTogether === undefined) return;
        await open();
        const texts = Array.from({ length: 20 }, (_, i) => `together ${i}`);
        await provider.sayTogether(texts);
        await heard(...texts);
        await until("all are acknowledged", async () => (await provider.acknowledged()) === texts.length, { timeoutMs: 30_000 });
        expect(ledger.messages.map((message) => message.text).sort()).toEqual([...texts].sort());
        expect(new Set(ledger.messages.map((message) => message.messageKey)).size).toBe(texts.length);
      }),
    );

    when(hears, "what arrives the newest first is reported once each, and delivered again it has the keys that it had", () =>
      fresh(async () => {
        if (provider.sayBackwards === undefined) return;
        await open();
        const texts = ["the first", "the second", "the third"];
        await provider.sayBackwards(texts);
        await heard(...texts);
        await until("all are acknowledged", async () => (await provider.acknowledged()) === texts.length, { timeoutMs: 30_000 });
        const before = ledger.reported.length;
        await provider.redeliver();
        await until("the redelivery is here", () => ledger.reported.length >= before + texts.length, { timeoutMs: 30_000 });
        expect(ledger.messages.map((message) => message.text).sort()).toEqual([...texts].sort());
        expect(new Set(ledger.messages.map((message) => message.messageKey)).size).toBe(texts.length);
      }),
    );

    it("meets every trial, or says why it cannot", () =>
      fresh(async () => {
        const { next = {}, sayTogether, sayBackwards, credentials } = provider;
        const met: Record<Trial, unknown> = { together: sayTogether, backwards: sayBackwards, credentials, ...LEFT_OUT, ...next };
        const asked = Object.keys(met).filter((trial) => (hears || !/together|backwards/.test(trial)) && (answers || !/limit|fail|refuse|swallow/.test(trial)));
        for (const trial of asked as Trial[]) {
          const reason = under.lacks?.[trial];
          expect(met[trial] === undefined ? reason : "", `${under.name} and "${trial}"`).toBeTypeOf("string");
          if (reason !== undefined) console.log(`${under.name} does not meet "${trial}": ${reason}`);
        }
      }));

    when(answers, "a reply that the provider puts off, fails, refuses or swallows ends in the right error, and the next one goes through", () =>
      fresh(async () => {
        const live = await open();
        if (hears) {
          await provider.say("question");
          await heard("question");
        }
        const { next } = provider;
        const failing = async (what: string): Promise<ChannelError> => {
          try {
            await send(live, provider, ledger, randomUUID(), false);
          } catch (error) {
            expect(error, what).toBeInstanceOf(ChannelError);
            return error as ChannelError;
          }
          throw new Error(`${what}: it was sent all the same`);
        };
        if (next?.limit !== undefined) {
          const { retryAfterMs } = next.limit();
          const error = await failing("put off");
          expect(error.code).toBe("rate-limited");
          if (retryAfterMs !== null) expect(error.retryAfterMs).toBeGreaterThanOrEqual(retryAfterMs);
        }
        if (next?.fail !== undefined) {
          const { code } = next.fail();
          expect((await failing("its own fault")).code).toBe(code);
        }
        if (next?.refuse !== undefined) {
          const { words } = next.refuse();
          const error = await failing("refused");
          expect(error.code).toBe("rejected");
          expect(error.message).toMatch(words);
        }
        if (next?.swallow !== undefined) {
          const { code } = next.swallow();
          expect((await failing("swallowed")).code).toBe(code);
        }
        await send(live, provider, ledger);
        await until("the customer has the last one", async () => (await provider.received()).includes("our answer"), { timeoutMs: 30_000 });
      }),
    );

    it("revoked credentials are said so, and given back they work again", () =>
      fresh(async () => {
        const { credentials } = provider;
        await open();
        if (hears) {
          await provider.say("one");
          await heard("one");
        }
        if (credentials === undefined) return;
        await credentials.revoke();
        await until("the status says bad-credentials", () => ledger.status?.state === "bad-credentials", { timeoutMs: 30_000 });
        const test = await channel?.test?.();
        expect(test).toMatchObject({ ok: false, detail: expect.stringMatching(/password|token|key|secret|credential/i) });
        if (hears) await provider.say("locked out");
        await credentials.restore();
        if (hears) await heard("locked out");
        await until("the status says up", () => ledger.status?.state === "up", { timeoutMs: 30_000 });
        for (const line of ledger.transcript)
          for (const [key, value] of Object.entries(provider.config)) if (/password|secret|token|key$/i.test(key)) expect(line).not.toContain(value);
      }));

    it("hostile payloads end in a refusal or in the error list, and block nobody", () =>
      fresh(async () => {
        await open();
        for (const { name, act } of provider.hostile) {
          await act();
          if (hears) {
            await provider.say(`after ${name}`);
            await heard(`after ${name}`);
          } else if (channel !== null) await send(channel, provider, ledger);
        }
        expect(provider.hostile.length).toBeGreaterThanOrEqual(5);
        for (const event of ledger.events)
          expect(JSON.stringify(event, (_key, value: unknown) => (value instanceof Uint8Array ? value.byteLength : value))).not.toMatch(/\\u0000/);
      }));

    it("says which commands it can do by its handlers alone", () =>
      fresh(async () => {
        const live = await open();
        expect(Object.keys(live.handlers).sort()).toEqual([...under.commands].sort());
        for (const kind of ALL) expect(typeof live.handlers[kind]).toBe(under.commands.includes(kind) ? "function" : "undefined");
        expect(live.limits.textLength).toBeGreaterThan(0);
      }));

    it("names every fault of a configuration at once", () => {
      expect(() => under.adapter.parseConfig(null)).toThrow();
      for (const field of under.adapter.fields) expect(field.name).toMatch(/^[a-zA-Z]+$/);
    });

    describe("closing", () => {
      let baseline: Record<string, number>;
      const gone = () =>
        until("all handles are gone", () => {
          const now = handles();
          return Object.entries(now).every(([kind, count]) => count <= (baseline[kind] ?? 0));
        });
      beforeAll(async () => {
        ledger = new Ledger();
        provider = await under.provider();
      });
      afterAll(async () => provider.stop());
      it("leaves no socket and no timer, after a talk and in the middle of a connection", async () => {
        // Once for what loads lazily, then the count.
        await open();
        if (hears) {
          await provider.say("warm up");
          await heard("warm up");
        }
        await close();
        baseline = await settledHandles();
        for (let round = 0; round < 5; round++) {
          await open();
          if (hears && round % 2 === 0) {
            await provider.say(`round ${round}`);
            await heard(`round ${round}`);
          }
          await close();
        }
        await gone();
      });

      it("leaves none while it waits to connect again, nor with a reply on its way that nobody answers", async () => {
        // Where there is a connection to lose, its loss is known before the end.
        const connects = provider.credentials !== undefined;
        let from = "the beginning";
        const known = async (state: RegExp) => {
          if (!connects) return;
          await until(`the state is ${state}, down from ${from}`, () => state.test(ledger.status?.state ?? ""), { timeoutMs: 30_000 }).catch((error: Error) => {
            throw new Error(`${error.message}; said last: ${JSON.stringify(ledger.status)}`, { cause: error });
          });
        };
        for (from of ["the beginning", "the middle"]) {
          ledger = new Ledger();
          try {
            if (from === "the beginning") await provider.down();
            await open().catch(() => null);
            if (from === "the middle") {
              await known(/up/);
              await provider.down();
            }
            await known(/down|degraded/);
          } finally {
            await within(5_000, close());
            await provider.up();
          }
        }
        await gone();
        const swallow = provider.next?.swallow;
        if (swallow === undefined) return;
        const live = await open();
        if (hears) {
          await provider.say("a question before the end");
          await heard("a question before the end");
        }
        swallow();
        const sending = send(live, provider, ledger).catch((error: ChannelError) => error.code);
        await Promise.race([sending, new Promise((resolve) => setTimeout(resolve, 100))]);
        await within(5_000, close());
        expect(await within(5_000, sending)).toMatch(/^(uncertain|unreachable)$/);
        await gone();
      });
    });
  });
}
