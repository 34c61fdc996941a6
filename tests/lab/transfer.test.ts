import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { orphans } from "./support/ari-house.ts";
import { labAddress } from "./support/asterisk.ts";
import { type HouseLab, LabAgent, startHouseLab } from "./support/house-lab.ts";
import { type SipCall, SipPeer } from "./support/sip.ts";
import { until } from "./support/wait.ts";

const CALLER_HZ = 440;
const CALLER = "+77011112233";
const OUTSIDE = "+77059998877";
let lab: HouseLab;
let trunk: SipPeer;
let aigul: LabAgent;
let bolat: LabAgent;

beforeAll(async () => {
  lab = await startHouseLab();
  trunk = await SipPeer.open({ ip: lab.asterisk.trunkHost, port: lab.asterisk.trunkPort, server: lab.asterisk, hz: CALLER_HZ });
  aigul = await LabAgent.start(lab, "aigul", labAddress(23), 1000);
  bolat = await LabAgent.start(lab, "bolat", labAddress(24), 1700);
});
afterAll(async () => {
  for (const agent of [aigul, bolat]) agent?.close();
  trunk?.close();
  await lab?.close();
});
beforeEach(async () => {
  await bolat.ready();
  await aigul.ready();
});
afterEach(async () => {
  for (const peer of [trunk, aigul.phone, bolat.phone]) {
    peer.reset();
    peer.onInvite = (call) => call.ring();
  }
  await until("no channel is left behind", async () => (await orphans(lab.asterisk)) === "", { timeoutMs: 6000, everyMs: 100 });
});
const sql = () => lab.db.sql;
const id = (name: "aigul" | "bolat") => lab.company.employees[name].id;

/** The dialog that this agent has in hand. */
const inHand = (name: "aigul" | "bolat") =>
  until(
    `${name} has a dialog`,
    async () =>
      (await sql()<{ id: string }[]>`SELECT dialog_id AS id FROM assignment WHERE employee_id = ${id(name)} AND ended_at IS NULL AND medium = 'voice'`)[0]?.id,
  );

/** Aigul talks with a caller. */
async function talk(): Promise<{ caller: SipCall; device: SipCall; dialogId: string }> {
  await bolat.intent("paused");
  const caller = await trunk.call("5551000", { from: CALLER });
  const device = await aigul.phone.nextCall();
  device.answer();
  await caller.is("up");
  await Promise.all([caller.rtp.hears(1000), device.rtp.hears(CALLER_HZ)]);
  const dialogId = await inHand("aigul");
  await bolat.ready();
  return { caller, device, dialogId };
}

/** Something is heard that no agent says. */
async function hearsMusic(call: SipCall): Promise<void> {
  const from = performance.now();
  await until("half a second of music", () => call.rtp.heard(from).length > 4000);
}

it("a talk is handed to a colleague: music, the colleague's phone, and one call with both who talked", async () => {
  const { caller, device, dialogId } = await talk();
  const targets = await aigul.api.get<{ people: { id: string; ready: boolean }[]; queues: { id: string; ready: number }[] }>("/transfer-targets");
  expect(targets.people[0]).toMatchObject({ id: id("bolat"), ready: true });
  expect(targets.queues.find((q) => q.id === lab.company.queueId)?.ready).toBe(1);

  await aigul.api.post(`/dialogs/${dialogId}/transfer`, { employeeId: id("bolat") });
  await device.is("ended", 2000);
  const other = await bolat.phone.nextCall();
  await hearsMusic(caller);
  expect(bolat.offers.at(-1)?.offer.reason.code).toBe("transferred");
  expect((await aigul.presence()).state).toBe("wrapup");
  other.answer();
  await Promise.all([caller.rtp.hears(1700), other.rtp.hears(CALLER_HZ)]);
  expect(await inHand("bolat")).toBe(dialogId);

  caller.bye();
  await other.is("ended", 1000);
  const row = await until("the Interaction stands", async () => {
    const [found] = await sql()<{ calls: number; talkers: string[]; legs: { employee: string; cause: string | null }[]; disposition: string }[]>`
      SELECT (SELECT count(*)::int FROM call WHERE dialog_id = ${dialogId}) AS calls, k.disposition,
        (SELECT array_agg(p.employee_id) FROM interaction_participant p WHERE p.interaction_id = i.id) AS talkers,
        (SELECT jsonb_agg(jsonb_build_object('employee', l.employee_id, 'cause', l.cause) ORDER BY l.started_at) FROM call_leg l WHERE l.call_id = k.id AND l.party = 'agent') AS legs
      FROM interaction i JOIN call k ON k.id = i.call_id WHERE k.dialog_id = ${dialogId}`;
    return found;
  });
  expect(row).toMatchObject({ calls: 1, disposition: "answered" });
  expect(row.legs).toMatchObject([{ employee: id("aigul"), cause: "transferred" }, { employee: id("bolat") }]);
});

it("a colleague who declines leaves the caller in the queue, and the talk that was handed on does not come back at once", async () => {
  const { caller, dialogId } = await talk();
  await aigul.api.post(`/dialogs/${dialogId}/transfer`, { employeeId: id("bolat") });
  (await bolat.phone.nextCall()).decline();
  await until("nobody is asked", async () => (await sql()`SELECT 1 FROM offer WHERE dialog_id = ${dialogId} AND ended_at IS NULL`).length === 0);
  await hearsMusic(caller);
  expect(await sql()`SELECT outcome FROM entry WHERE dialog_id = ${dialogId} AND ended_at IS NULL`).toEqual([{ outcome: null }]);
  caller.bye();
});

it("who cannot be rung is refused, and the talk goes on", async () => {
  const { caller, device, dialogId } = await talk();
  await bolat.intent("paused");
  await expect(aigul.api.post(`/dialogs/${dialogId}/transfer`, { employeeId: id("bolat") })).rejects.toThrow(/colleague_busy/);
  await expect(bolat.api.post(`/dialogs/${dialogId}/transfer`, { employeeId: id("bolat") })).rejects.toThrow(/not_found|forbidden/);
  await Promise.all([caller.rtp.hears(1000), device.rtp.hears(CALLER_HZ)]);
  expect(await inHand("aigul")).toBe(dialogId);
  caller.bye();
  await device.is("ended", 1000);
});

it("a talk is handed to an outside number, which rings with the caller's own number", async () => {
  const { caller, device, dialogId } = await talk();
  await aigul.api.post(`/dialogs/${dialogId}/transfer`, { number: OUTSIDE });
  await device.is("ended", 2000);
  const outside = await trunk.nextCall();
  expect(outside.invite?.head).toMatch(/^INVITE sip:\+77059998877@/);
  expect(outside.invite?.head).toMatch(/From: .*<sip:\+77011112233@/);
  outside.answer();
  await Promise.all([caller.rtp.hears(CALLER_HZ), outside.rtp.hears(CALLER_HZ)]);
  caller.bye();
  await outside.is("ended", 1000);
});

it("a customer who was called is handed on too, and is not dropped when the colleague declines", async () => {
  await aigul.api.post<{ callId: string }>("/calls", { number: "+77012223344" }).catch(() => undefined);
  const device = await aigul.phone.nextCall();
  device.answer();
  const customer = await trunk.nextCall();
  customer.answer();
  await Promise.all([customer.rtp.hears(1000), device.rtp.hears(CALLER_HZ)]);
  const dialogId = await inHand("aigul");
  await aigul.api.post(`/dialogs/${dialogId}/transfer`, { employeeId: id("bolat") });
  await device.is("ended", 2000);
  (await bolat.phone.nextCall()).decline();
  await until("the colleague has declined", async () => (await sql()`SELECT 1 FROM offer WHERE dialog_id = ${dialogId} AND state = 'rejected'`).length === 1);
  await hearsMusic(customer);
  expect(customer.state).toBe("up");
  customer.bye();
});
