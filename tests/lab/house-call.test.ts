import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { orphans } from "./support/ari-house.ts";
import { labAddress } from "./support/asterisk.ts";
import { type HouseLab, knownCustomer, LabAgent, startHouseLab } from "./support/house-lab.ts";
import { SipPeer } from "./support/sip.ts";
import { until } from "./support/wait.ts";

const CALLER_HZ = 440;
const KNOWN = "+77011112233";
let lab: HouseLab;
let trunk: SipPeer;
let aigul: LabAgent;
let bolat: LabAgent;
let customerId: string;
let interestId: string;

beforeAll(async () => {
  lab = await startHouseLab();
  trunk = await SipPeer.open({ ip: lab.asterisk.trunkHost, port: lab.asterisk.trunkPort, server: lab.asterisk, hz: CALLER_HZ });
  aigul = await LabAgent.start(lab, "aigul", labAddress(23), 1000);
  bolat = await LabAgent.start(lab, "bolat", labAddress(24), 1700);
  ({ customerId, interestId } = await knownCustomer(lab, KNOWN));
});
afterAll(async () => {
  aigul?.close();
  bolat?.close();
  trunk?.close();
  await lab?.close();
});
afterEach(async () => {
  for (const peer of [trunk, aigul.phone, bolat.phone]) {
    peer.reset();
    peer.onInvite = (call) => call.ring();
  }
  await until("no channel is left behind", async () => (await orphans(lab.asterisk)) === "", { timeoutMs: 6000, everyMs: 100 });
  await Promise.all([aigul.ready(), bolat.ready()]);
  // Whoever declined rests for a while and is not rung.
  await until("nobody rests any more", async () => (await sql()`SELECT 1 FROM presence WHERE rest_until > now()`).length === 0, {
    timeoutMs: 40_000,
    everyMs: 200,
  });
});
const sql = () => lab.db.sql;

describe("a call from outside, through the whole house", () => {
  it("from a known number rings the responsible agent with the card, both hear each other, and the Interaction stands in the Interest with its recording", async () => {
    const call = await trunk.call("5551000", { from: KNOWN, name: "Ivan" });
    const device = await aigul.phone.nextCall();
    expect(device.inviteAt - call.inviteAt).toBeLessThan(1000);
    const seen = await until("the card is shown", () => aigul.offers.at(-1));
    expect(seen.at - call.inviteAt).toBeLessThan(1000);
    expect(seen.offer.reason.code).toMatch(/^responsible/);
    expect(bolat.phone.incoming.filter((c) => !c.taken)).toHaveLength(0);
    device.answer();
    await call.is("up");
    await Promise.all([call.rtp.hears(1000), device.rtp.hears(CALLER_HZ)]);
    const from = performance.now();
    await until("two seconds of talk", () => performance.now() - from > 2000);
    call.bye();
    await device.is("ended", 1000);
    const row = await until(
      "the Interaction stands",
      async () => {
        const [i] = await sql()<
          {
            executor_id: string;
            customer_id: string;
            interest_id: string;
            direction: string;
            state: string;
            disposition: string;
            source: string;
            recording_state: string | null;
            talk: number;
          }[]
        >`
          SELECT i.executor_id, i.customer_id, i.interest_id, i.direction, i.state, k.disposition, k.source, k.recording_state, extract(epoch FROM k.ended_at - k.answered_at)::float8 AS talk
          FROM interaction i JOIN call k ON k.id = i.call_id WHERE i.customer_id = ${customerId}`;
        return i?.recording_state === "stored" ? i : null;
      },
      { timeoutMs: 20_000, everyMs: 100 },
    );
    expect(row).toMatchObject({
      executor_id: lab.company.employees.aigul.id,
      customer_id: customerId,
      interest_id: interestId,
      direction: "in",
      state: "done",
      disposition: "answered",
      source: "live",
    });
    expect(row.talk).toBeGreaterThan(1.9);
    // One transaction from the event to the order: its row was stored and done at the same moment, and so was the decision.
    const [moments] = await sql()<{ once: boolean; decided: number }[]>`
      SELECT r.received_at = r.done_at AS once, (SELECT count(*)::int FROM decision n WHERE n.dialog_id = k.dialog_id AND n.xmin::text = r.xmin::text) AS decided
      FROM raw_event r JOIN call k ON r.event_key = k.external_id || ':offered' JOIN interaction i ON i.call_id = k.id WHERE i.customer_id = ${customerId}`;
    expect(moments).toEqual({ once: true, decided: 1 });
  });

  it("goes to the least-loaded agent when the responsible is not ready, and says why", async () => {
    await aigul.intent("paused");
    await until("aigul is paused", async () => /pause|break/.test((await aigul.presence()).state));
    const call = await trunk.call("5551000", { from: KNOWN });
    const device = await bolat.phone.nextCall();
    const [decision] = await sql()<
      { reason: { code: string } }[]
    >`SELECT reason FROM decision WHERE chosen_id = ${lab.company.employees.bolat.id} ORDER BY at DESC LIMIT 1`;
    expect(decision?.reason.code).toBe("least_loaded");
    device.answer();
    await call.is("up");
    await device.rtp.hears(CALLER_HZ);
    call.bye();
    await device.is("ended", 1000);
  });

  it("walks on when the responsible declines: two decisions, bridged on the second", async () => {
    aigul.phone.onInvite = (c) => {
      c.ring();
      c.decline(603);
    };
    const call = await trunk.call("5551000", { from: KNOWN });
    const device = await bolat.phone.nextCall();
    device.answer();
    await call.is("up");
    await Promise.all([call.rtp.hears(1700), device.rtp.hears(CALLER_HZ)]);
    const [last] = await sql()<{ dialog_id: string; n: number }[]>`
      SELECT d.dialog_id, count(*)::int AS n FROM decision d JOIN call k ON k.dialog_id = d.dialog_id WHERE d.chosen_id IS NOT NULL GROUP BY d.dialog_id, k.started_at ORDER BY k.started_at DESC LIMIT 1`;
    expect(last?.n).toBe(2);
    device.bye();
    await call.is("ended", 1000);
  });

  it("from an unknown number makes one lead, however often it calls at once", async () => {
    const number = "+77025550101";
    const calls = await Promise.all(Array.from({ length: 5 }, () => trunk.call("5551000", { from: number })));
    await until("all five are stored", async () => {
      const [row] = await sql()<{ n: number }[]>`SELECT count(*)::int AS n FROM call WHERE from_norm = ${number}`;
      return row?.n === 5;
    });
    const [leads] = await sql()<{ n: number }[]>`SELECT count(DISTINCT lead_id)::int AS n FROM contact_point WHERE value_norm = ${number}`;
    expect(leads?.n).toBe(1);
    for (const call of calls) call.cancel();
    await until("all five have ended", async () => {
      const [row] = await sql()<{ n: number }[]>`SELECT count(*)::int AS n FROM call WHERE from_norm = ${number} AND ended_at IS NOT NULL`;
      return row?.n === 5;
    });
  });

  it("given up while ringing leaves no leg after a second and one missed-call inquiry", async () => {
    const number = "+77025550102";
    const call = await trunk.call("5551000", { from: number });
    // Not a race of two waiters: the one that loses would take the next test's call.
    const device = await until("somebody is rung", () => [aigul, bolat].flatMap((a) => a.phone.incoming).find((c) => !c.taken && c.state !== "ended"));
    device.taken = true;
    call.cancel();
    await device.is("ended", 1000);
    const inquiry = await until("the inquiry stands", async () => {
      const [row] = await sql()<{ origin: string; status: string }[]>`SELECT origin, status FROM inquiry WHERE identity_value = ${number}`;
      return row;
    });
    expect(inquiry).toMatchObject({ origin: "missed_call", status: "new" });
    const [row] = await sql()<{ disposition: string; state: string }[]>`SELECT disposition, state FROM call WHERE from_norm = ${number}`;
    expect(row).toEqual({ disposition: "abandoned_queue", state: "ended" });
  });

  it("an agent whose telephone is gone is not reachable and not rung", async () => {
    const session = await aigul.api.post<{ username: string; password: string }>("/softphone/session");
    await aigul.phone.register(session.username, session.password, 0);
    await until("she is not reachable by telephone", async () => !(await aigul.presence()).phoneReachable, { timeoutMs: 20_000 });
    expect(await aigul.presence()).toMatchObject({ state: "idle", phoneExpected: true, ready: ["chat", "message", "mail"] });
    const call = await trunk.call("5551000", { from: KNOWN });
    // A phone that has just failed rests ten seconds.
    const device = await bolat.phone.nextCall(15_000);
    call.cancel();
    await device.is("ended", 1000);
    await aigul.phone.register(session.username, session.password);
  });
});
