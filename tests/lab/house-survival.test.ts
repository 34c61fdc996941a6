import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { orphans } from "./support/ari-house.ts";
import { labAddress } from "./support/asterisk.ts";
import { steadiness } from "./support/audio.ts";
import { type HouseLab, knownCustomer, LabAgent, startHouseLab } from "./support/house-lab.ts";
import { SipPeer } from "./support/sip.ts";
import { type StallProxy, stallProxy } from "./support/stall-proxy.ts";
import { until } from "./support/wait.ts";

const CALLER_HZ = 440;
const AGENT_HZ = 1000;
const GUARD_HZ = 1700;
const GUARD_PORT = 26_009;
let lab: HouseLab;
let proxy: StallProxy;
let trunk: SipPeer;
let guard: SipPeer;
let aigul: LabAgent;
let n = 0;

beforeAll(async () => {
  lab = await startHouseLab({
    asterisk: {
      fallbackRing: "PJSIP/guard",
      local: {
        pjsip: `[guard]\ntype=endpoint\ncontext=kommutator-phones\ndisallow=all\nallow=ulaw\ndirect_media=no\nbind_rtp_to_media_address=yes\nmedia_address=@IP@\naors=guard\n[guard]\ntype=aor\ncontact=sip:guard@${labAddress(24)}:${GUARD_PORT}\n`,
      },
    },
    between: async (url) => {
      proxy = await stallProxy(url);
      return proxy.url;
    },
  });
  trunk = await SipPeer.open({ ip: lab.asterisk.trunkHost, port: lab.asterisk.trunkPort, server: lab.asterisk, hz: CALLER_HZ });
  guard = await SipPeer.open({ ip: labAddress(24), port: GUARD_PORT, server: lab.asterisk, hz: GUARD_HZ });
});
afterAll(async () => {
  aigul?.close();
  trunk?.close();
  guard?.close();
  proxy?.flow();
  await lab?.close();
  await proxy?.close();
});
afterEach(async () => {
  for (const peer of [trunk, guard, aigul.phone]) peer.reset();
  aigul.close();
  await until("no channel is left behind", async () => (await orphans(lab.asterisk)).replaceAll(/^kmt-b.*$/gm, "").trim() === "", {
    timeoutMs: 60_000,
    everyMs: 200,
  });
});

describe("nobody is lost when the house", () => {
  it.each([
    ["is killed", () => lab.house.kill("SIGKILL"), () => lab.house.restart()],
    ["is stopped (SIGSTOP)", () => lab.house.kill("SIGSTOP"), () => lab.house.kill("SIGCONT")],
    [
      "has a frozen PostgreSQL",
      () => Promise.resolve(proxy.stall()),
      async () => {
        proxy.flow();
      },
    ],
  ] as const)(
    "%s: waiting and arriving callers reach the fallback in time, the talk goes on, and every call stands once afterwards",
    async (how, strike, mend) => {
      aigul = await LabAgent.start(lab, "aigul", labAddress(23), AGENT_HZ);
      const number = (k: number) => `+7701555${String(++n * 10 + k).padStart(4, "0")}`;
      const [talker, waiter, newcomer] = [number(1), number(2), number(3)];
      await knownCustomer(lab, talker);
      const talk = await trunk.call("5551000", { from: talker });
      const device = await aigul.phone.nextCall();
      device.answer();
      await talk.is("up", 20_000);
      await Promise.all([talk.rtp.hears(AGENT_HZ), device.rtp.hears(CALLER_HZ)]);
      const waiting = await trunk.call("5551000", { from: waiter });
      // She speaks, nobody else is there: the caller waits, the lease is renewed.
      await until("it has been waiting for over three seconds", () => performance.now() - waiting.inviteAt > 3300, { timeoutMs: 5000 });
      expect(guard.incoming.filter((c) => !c.taken)).toHaveLength(0);

      const struck = performance.now();
      await strike();
      const arriving = await trunk.call("5551000", { from: newcomer });
      try {
        const reached = new Map<string, number>();
        for (let i = 0; i < 2; i++) {
          const call = await guard.nextCall(8000);
          const from = /<sip:(\+?\d+)@/.exec(call.invite?.header("From") ?? "")?.[1] ?? "";
          reached.set(from, call.inviteAt - (from === newcomer ? arriving.inviteAt : struck));
          call.answer();
        }
        console.log(
          `  ${how}: arriving reached the fallback after ${Math.round(reached.get(newcomer) ?? -1)} ms, waiting after ${Math.round(reached.get(waiter) ?? -1)} ms`,
        );
        expect(reached.get(newcomer)).toBeLessThan(2500);
        expect(reached.get(waiter)).toBeLessThan(5500);
        await Promise.all([waiting.rtp.hears(GUARD_HZ), arriving.rtp.hears(GUARD_HZ)]);
        const now = performance.now();
        expect(talk.rtp.longestGap(struck, now)).toBeLessThan(300);
        expect(device.rtp.longestGap(struck, now)).toBeLessThan(300);
        expect(steadiness(talk.rtp.heard(struck, now), AGENT_HZ)).toBeGreaterThan(0.9);
        expect(steadiness(device.rtp.heard(struck, now), CALLER_HZ)).toBeGreaterThan(0.9);
      } finally {
        await mend();
      }
      for (const call of [waiting, arriving]) call.bye();
      talk.bye();
      await device.is("ended", 15_000);
      const calls = await until(
        "all three calls are over in the books",
        async () => {
          const rows = await lab.db.sql<
            { from_norm: string; disposition: string | null; n: number; ended: boolean; interactions: number; inquiries: number }[]
          >`
          SELECT k.from_norm, min(k.disposition) AS disposition, count(*)::int AS n, bool_and(k.ended_at IS NOT NULL) AS ended, count(i.id)::int AS interactions,
            (SELECT count(*)::int FROM inquiry q WHERE q.identity_value = k.from_norm AND q.origin = 'missed_call') AS inquiries
          FROM call k LEFT JOIN interaction i ON i.call_id = k.id WHERE k.from_norm IN (${talker}, ${waiter}, ${newcomer}) GROUP BY k.from_norm`;
          return rows.length === 3 && rows.every((r) => r.ended) && rows.every((r) => r.interactions + r.inquiries > 0)
            ? new Map(rows.map((r) => [r.from_norm, r]))
            : null;
        },
        { timeoutMs: 40_000, everyMs: 200 },
      );
      for (const row of calls.values()) expect(row.n).toBe(1);
      expect(calls.get(talker)).toMatchObject({ disposition: "answered", interactions: 1 });
      // Whoever spoke to the fallback is to be called back.
      for (const from of [waiter, newcomer]) expect(calls.get(from)?.inquiries).toBe(1);
      console.log(`  ${how}: ${JSON.stringify([...calls.values()])}`);
    },
  );
});
