import type { DialogDetail } from "@kommutator/contract/api/dialogs";
import { connect } from "@kommutator/gateway/db/pool";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { orphans } from "./support/ari-house.ts";
import { labAddress } from "./support/asterisk.ts";
import { placeOf } from "./support/audio.ts";
import { type HouseLab, knownCustomer, LabAgent, startHouseLab } from "./support/house-lab.ts";
import { type SipCall, SipPeer } from "./support/sip.ts";
import { hearsPrompt, prompt } from "./support/spoken.ts";
import { until } from "./support/wait.ts";

const CALLER_HZ = 440;
const KNOWN = "+77011112233";
let lab: HouseLab;
let trunk: SipPeer;
let aigul: LabAgent;
let bolat: LabAgent;
let dana: LabAgent;
const everybody = () => [aigul, bolat, dana];

beforeAll(async () => {
  lab = await startHouseLab({ channel: { language: "ru" }, between: servedBefore });
  trunk = await SipPeer.open({ ip: lab.asterisk.trunkHost, port: lab.asterisk.trunkPort, server: lab.asterisk, hz: CALLER_HZ });
  aigul = await LabAgent.start(lab, "aigul", labAddress(23), 1000);
  bolat = await LabAgent.start(lab, "bolat", labAddress(24), 1700);
  dana = await LabAgent.start(lab, "dana", labAddress(25), 2300);
  await knownCustomer(lab, KNOWN, "aigul");
  const { company, admin } = lab;
  await admin.patch(`/queues/${company.queueId}`, {
    ownerTimeoutS: 5,
    ringTimeoutS: 5,
    maxLeastLoaded: 1,
    wrapupVoiceS: 0,
    maxWaitS: 60,
    announceS: 5,
    version: 0,
  });
  await admin.put(`/employees/${company.employees.aigul.id}/substitute`, { substituteId: company.employees.bolat.id });
});
afterAll(async () => {
  for (const agent of [aigul, bolat, dana]) agent?.close();
  trunk?.close();
  await lab?.close();
});
// Whatever the one before left, a pause or a rule: each test begins with everybody at work.
beforeEach(async () => {
  await lab.admin.put(`/employees/${idOf("aigul")}/forwarding`, { rules: [] });
  for (const agent of everybody()) await agent.ready();
});
afterEach(async () => {
  for (const peer of [trunk, ...everybody().map((a) => a.phone)]) {
    peer.reset();
    peer.onInvite = (call) => call.ring();
  }
  await until("no channel is left behind", async () => (await orphans(lab.asterisk)) === "", { timeoutMs: 6000, everyMs: 100 });
});
/** The queue has answered a call every minute and a half. */
async function servedBefore(databaseUrl: string): Promise<string> {
  const past = connect(databaseUrl, { max: 1 });
  await past`
    WITH c AS (INSERT INTO channel (kind, name, queue_id, enabled) SELECT 'asterisk-ari', 'The line before', id, false FROM queue LIMIT 1 RETURNING id, queue_id), d AS (
      INSERT INTO dialog (channel_id, thread_key, medium, identity_kind, opened_at, closed_at)
      SELECT c.id, 'past ' || i, 'voice', 'phone', now() - i * interval '90 seconds', now() FROM c, generate_series(1, 12) i RETURNING id, opened_at)
    INSERT INTO entry (id, dialog_id, queue_id, medium, priority, identity_result, rung, enqueued_at, ended_at, outcome)
    SELECT gen_random_uuid(), d.id, c.queue_id, 'voice', 0, 'new', 'queue', d.opened_at, d.opened_at, 'answered' FROM d, c`;
  await past.end();
  return databaseUrl;
}
const sql = () => lab.db.sql;
const routerWaits = async () => (await sql()`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).length > 0;
const idOf = (name: "aigul" | "bolat" | "dana") => lab.company.employees[name].id;

it("whoever waits is told the place and the estimated wait again and again; the line's emergency switch sends them, and who calls next, to the number outside, until it is ended", async () => {
  for (const agent of everybody()) await agent.intent("paused");
  const { queueId } = lab.company;
  const settings = async (change: Record<string, unknown>) => {
    const [queue] = await sql()<{ version: number }[]>`SELECT version FROM queue WHERE id = ${queueId}`;
    await lab.admin.patch(`/queues/${queueId}`, { ...change, version: queue?.version });
  };
  await settings({ announceS: 6, callbackOffered: false });
  const call = await trunk.call("5551000", { from: "+77025550009" });
  const from = performance.now();
  await hearsPrompt(call, from, "ru", "wait-to-2");
  const again = performance.now();
  await hearsPrompt(call, again, "ru", "wait-from-1");
  const heard = call.rtp.heard(from, again);
  const places = [];
  for (const name of ["place-1", "wait-from-1", "wait-to-2"]) places.push(placeOf(await prompt("ru", name), heard));
  expect(places[0]).toBeGreaterThanOrEqual(0);
  expect([...places].sort((a, b) => a - b)).toEqual(places);

  const outside = "+77059998866";
  const until_ = new Date(Date.now() + 3_600_000).toISOString();
  const { id } = await lab.admin.post<{ id: string }>("/emergency", { channelId: lab.channelId, mode: "redirect", redirectNumber: outside, until: until_ });
  for (const caller of [call, null]) {
    const sent = caller ?? (await trunk.call("5551000", { from: "+77025550010" }));
    const there = await trunk.nextCall();
    expect(there.invite?.head).toMatch(/^INVITE sip:\+77059998866@/);
    there.answer();
    await sent.is("up");
    await Promise.all([sent.rtp.hears(CALLER_HZ), there.rtp.hears(CALLER_HZ)]);
    there.bye();
    await sent.is("ended", 2000);
  }
  await lab.admin.request("DELETE", `/emergency/${id}`);
  const ended = await sql()<{ outcome: string; code: string }[]>`
    SELECT e.outcome, (SELECT d.reason->>'code' FROM decision d WHERE d.entry_id = e.id ORDER BY d.at DESC, d.id DESC LIMIT 1) AS code
    FROM entry e JOIN call k ON k.dialog_id = e.dialog_id WHERE k.from_norm IN ('+77025550009', '+77025550010')`;
  expect(ended).toEqual([
    { outcome: "redirected", code: "emergency" },
    { outcome: "redirected", code: "emergency" },
  ]);
  const after = await trunk.call("5551000", { from: "+77025550011" });
  for (const agent of everybody()) await agent.ready();
  await until("a telephone of ours rings", () => everybody().some((a) => a.phone.incoming.some((c) => c.state !== "ended")));
  after.cancel();
  await settings({ announceS: 5, callbackOffered: true });
});

it("two calls that are pending before either decision ring two different agents, fifty times", async () => {
  await aigul.intent("paused");
  const rung = { bolat: 0, dana: 0 };
  for (let round = 0; round < 50; round++) {
    // The router is busy with somebody's presence, whose row is held: both calls come in meanwhile.
    const calls: SipCall[] = [];
    let changed: Promise<unknown> = Promise.resolve();
    const hold = await sql().reserve();
    try {
      await hold`BEGIN`;
      await hold`SELECT 1 FROM presence WHERE employee_id = ${idOf("aigul")} FOR UPDATE`;
      changed = aigul.api.request("PUT", "/presence/me", { intent: "paused", reason: round % 2 === 0 ? "lunch" : "meeting" });
      await until("the router waits for the row", routerWaits, { everyMs: 5 });
      calls.push(...(await Promise.all(["+77025550001", "+77025550002"].map((from) => trunk.call("5551000", { from })))));
      await until("both calls are before the router, undecided", async () => {
        const [row] = await sql()<{ n: number }[]>`SELECT count(*)::int AS n FROM routing_input WHERE input->>'kind' = 'dialog.opened'`;
        return row?.n === 2;
      });
    } finally {
      await hold`COMMIT`;
      hold.release();
    }
    await changed;
    const devices = await Promise.all([bolat.phone.nextCall(), dana.phone.nextCall()]);
    expect(new Set(devices.map((d) => d.invite?.header("From")?.match(/sip:(\+\d+)@/)?.[1])).size, `round ${round}`).toBe(2);
    rung.bolat++;
    rung.dana++;
    for (const call of calls) call.cancel();
    for (const device of devices) await device.is("ended", 2000);
    await until(
      "both are free",
      async () => (await sql()`SELECT 1 FROM presence WHERE 'voice' = ANY(ready) AND employee_id IN (${idOf("bolat")}, ${idOf("dana")})`).length === 2,
      { everyMs: 10 },
    );
    for (const peer of [trunk, bolat.phone, dana.phone]) peer.reset();
  }
  expect(rung).toEqual({ bolat: 50, dana: 50 });
  const [open] = await sql()<{ n: number }[]>`SELECT count(*)::int AS n FROM offer WHERE ended_at IS NULL`;
  expect(open?.n).toBe(0);
  await aigul.ready();
});

it("owner does not answer, substitute and least loaded decline, the caller waits and presses the key: the callback rings the caller back, and every hop stands in the history", async () => {
  for (const agent of [bolat, dana])
    agent.phone.onInvite = (call) => {
      call.ring();
      call.decline(603);
    };
  const outside = trunk.incoming.length;
  const call = await trunk.call("5551000", { from: KNOWN, name: "Ivan" });
  const owner = await aigul.phone.nextCall();
  await owner.is("ended", 9000);
  const dialogId = await until("the caller waits in the queue", async () => {
    const [entry] = await sql()<{ dialog_id: string }[]>`SELECT dialog_id FROM entry WHERE rung = 'queue' AND ended_at IS NULL`;
    return entry?.dialog_id;
  });
  for (const agent of [bolat, dana]) agent.phone.onInvite = (c) => c.ring();
  await call.rtp.press("1");
  const [promised] = await until("the callback is promised", async () => {
    const rows = await sql()<
      { callback_number: string; enqueued_at: Date }[]
    >`SELECT callback_number, enqueued_at FROM entry WHERE dialog_id = ${dialogId} AND callback_number IS NOT NULL`;
    return rows.length > 0 ? rows : null;
  });
  expect(promised?.callback_number).toBe(KNOWN);
  await call.is("ended", 15_000); // told so, then hung up by us

  // Whoever is free first gets the card; nothing rings before it is accepted.
  const card = await until(
    "somebody is offered the callback",
    () => everybody().find((a) => (a.offers.at(-1)?.offer as { rung?: string } | undefined)?.rung === "callback"),
    {
      timeoutMs: 20_000,
    },
  );
  const offer = card.offers.at(-1)?.offer as { id: string };
  expect(card.phone.incoming.filter((c) => c.state !== "ended")).toHaveLength(0);
  await card.api.post(`/offers/${offer.id}/accept`);
  const own = await card.phone.nextCall();
  own.answer();
  const back = await trunk.nextCall();
  expect(back.invite?.head).toMatch(/^INVITE sip:\+77011112233@/);
  back.answer();
  await Promise.all([own.rtp.hears(CALLER_HZ), back.rtp.hears(own.rtp.hz)]);
  back.bye();
  await own.is("ended", 2000);

  const history = await lab.admin.get<DialogDetail>(`/dialogs/${dialogId}`);
  const hops = (history.call?.legs ?? []).map((l) => ({ who: l.employee?.id, why: l.reason?.code, cause: l.cause }));
  expect(hops).toEqual([
    { who: idOf("aigul"), why: "responsible_interest", cause: "no-answer" },
    { who: idOf("bolat"), why: "substitute", cause: "declined" },
    { who: idOf("dana"), why: "least_loaded", cause: "declined" },
  ]);
  const entries = await sql()<{ outcome: string; enqueued_at: Date }[]>`SELECT outcome, enqueued_at FROM entry WHERE dialog_id = ${dialogId} ORDER BY ended_at`;
  expect(entries.map((e) => e.outcome)).toEqual(["callback", "answered"]);
  expect(entries[1]?.enqueued_at).toEqual(entries[0]?.enqueued_at); // the place was kept
  const [outgoing] = await until("the callback stands after the call that waited", async () => {
    const rows =
      await sql()`SELECT d.direction, k.disposition FROM dialog d JOIN call k ON k.dialog_id = d.id WHERE d.previous_dialog_id = ${dialogId} AND k.ended_at IS NOT NULL`;
    return rows.length > 0 ? rows : null;
  });
  expect(outgoing).toEqual({ direction: "out", disposition: "answered" });
  await until("the missed-call inquiry is closed by the answered callback", async () => {
    const [inquiry] = await sql()<{ origin: string; status: string }[]>`SELECT origin, status FROM inquiry WHERE dialog_id = ${dialogId}`;
    return inquiry?.origin === "missed_call" && inquiry.status === "processed";
  });
  expect(trunk.incoming).toHaveLength(outside + 1); // once
});

/** The call of somebody's history once it has been answered and is over. */
async function answeredSince(began: Date): Promise<DialogDetail> {
  const [row] = await until("the call is over", async () => {
    const rows = await sql()<
      { dialog_id: string }[]
    >`SELECT dialog_id FROM call WHERE direction = 'in' AND ended_at IS NOT NULL AND disposition = 'answered' AND started_at >= ${began}`;
    return rows.length > 0 ? rows : null;
  });
  return lab.admin.get<DialogDetail>(`/dialogs/${row?.dialog_id}`);
}
const forwards = (rule: object) => lab.admin.put(`/employees/${idOf("aigul")}/forwarding`, { rules: [rule] });
const isForwarded = (on: string) => ({ code: "forwarded", from: { id: idOf("aigul") }, on });

it("the owner's own rule sends the call to a mobile number when nobody answers: both hops stand in the call with from, to and reason", async () => {
  const mobile = "+77059998877";
  const began = new Date();
  await forwards({ on: "no_answer", toNumber: mobile });
  const call = await trunk.call("5551000", { from: KNOWN });
  const owner = await aigul.phone.nextCall();
  expect(trunk.incoming.filter((c) => c.state !== "ended")).toHaveLength(0);
  await owner.is("ended", 9000);
  const outside = await trunk.nextCall();
  expect(outside.invite?.head).toMatch(/^INVITE sip:\+77059998877@/);
  outside.answer();
  await call.is("up");
  call.bye();
  await outside.is("ended", 2000);
  expect((await answeredSince(began)).call?.legs).toMatchObject([
    { party: "agent", employee: { id: idOf("aigul") }, cause: "no-answer" },
    { party: "outside", target: mobile, reason: isForwarded("no_answer") },
  ]);
});

it("when nobody answers the call goes to the colleague of the owner's rule, before any substitute, and they talk", async () => {
  const began = new Date();
  await forwards({ on: "no_answer", toEmployeeId: idOf("dana") });
  const call = await trunk.call("5551000", { from: KNOWN });
  const owner = await aigul.phone.nextCall();
  await owner.is("ended", 9000);
  const colleague = await dana.phone.nextCall();
  colleague.answer();
  await call.is("up");
  await Promise.all([call.rtp.hears(dana.phone.hz), colleague.rtp.hears(CALLER_HZ)]);
  call.bye();
  await colleague.is("ended", 2000);
  // No further hop: the substitute was not rung.
  expect((await answeredSince(began)).call?.legs).toMatchObject([
    { employee: { id: idOf("aigul") }, cause: "no-answer" },
    { employee: { id: idOf("dana") }, reason: isForwarded("no_answer") },
  ]);
});

it("a mobile to which the owner always forwards, and which forwards to our line: the same caller comes back and is not sent round again", async () => {
  await forwards({ on: "always", toNumber: "+77059998877" });
  const first = await trunk.call("5551000", { from: KNOWN });
  const hop = await trunk.nextCall();
  const again = await trunk.call("5551000", { from: KNOWN });
  await again.is("up", 5000); // the dialplan's fallback answers
  expect(trunk.incoming.filter((c) => c !== hop && c.state !== "ended")).toHaveLength(0);
  again.bye();
  first.cancel();
});
