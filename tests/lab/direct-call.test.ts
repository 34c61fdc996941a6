import type { Board } from "@kommutator/contract/api/routing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { orphans } from "./support/ari-house.ts";
import { labAddress } from "./support/asterisk.ts";
import { type CutProxy, cutProxy } from "./support/cut-proxy.ts";
import { type HouseLab, LabAgent, startHouseLab } from "./support/house-lab.ts";
import { type SipCall, SipPeer } from "./support/sip.ts";
import { until } from "./support/wait.ts";

// Colleagues dial each other in Asterisk's own dialplan, past the house; no extension but theirs can be dialled.
const DIALPLAN = `
[kommutator-phones]
exten => _10X,1,Dial(PJSIP/\${EXTEN},30)
`;
let lab: HouseLab;
let line: CutProxy;
let trunk: SipPeer;
let aigul: LabAgent;
let bolat: LabAgent;
let colleague: LabAgent;

beforeAll(async () => {
  lab = await startHouseLab({
    asterisk: { local: { extensions: DIALPLAN } },
    channel: async (asterisk) => {
      line = await cutProxy({ host: asterisk.ip, port: asterisk.httpPort });
      return { url: `http://127.0.0.1:${line.port}/ari` };
    },
  });
  trunk = await SipPeer.open({ ip: lab.asterisk.trunkHost, port: lab.asterisk.trunkPort, server: lab.asterisk });
  aigul = await LabAgent.start(lab, "aigul", labAddress(23), 1000);
  bolat = await LabAgent.start(lab, "bolat", labAddress(24), 1700);
  colleague = await LabAgent.start(lab, "dana", labAddress(25), 600);
});
afterAll(async () => {
  for (const agent of [aigul, bolat, colleague]) agent?.close();
  trunk?.close();
  await lab?.close();
  await line?.close();
});
afterEach(async () => {
  line.mend();
  for (const peer of [trunk, aigul.phone, bolat.phone, colleague.phone]) {
    peer.reset();
    peer.onInvite = (call) => call.ring();
  }
  await until("no channel is left behind", async () => (await orphans(lab.asterisk)) === "", { timeoutMs: 6000, everyMs: 100 });
  await Promise.all([aigul.ready(), bolat.ready()]);
});

/** Dana is a colleague who takes no calls of the house. */
const onlyColleague = () => colleague.intent("paused");
const extension = (name: "aigul" | "bolat" | "dana") => lab.company.employees[name].extension;
const board = async (agent: "aigul" | "bolat") => {
  const { agents } = await lab.admin.get<Board>("/board");
  const seen = agents.find((a) => a.employeeId === lab.company.employees[agent].id);
  return { state: seen?.state, onCall: seen?.onCall, ready: seen?.ready };
};
const busy = { state: "busy", onCall: true, ready: [] };
const shows = (agent: "aigul" | "bolat", expected: { state: string; onCall: boolean }) =>
  until(`the board shows ${agent} ${expected.state}`, async () => {
    const { state, onCall } = await board(agent);
    return state === expected.state && onCall === expected.onCall;
  });
const free = { state: "idle", onCall: false };
const untaken = (agent: LabAgent) => agent.phone.incoming.filter((c) => !c.taken && c.state !== "ended").length;
/** A call of the house rings this agent, and nobody takes it. */
const rings = async (agent: LabAgent, call: SipCall) => {
  const device = await agent.phone.nextCall();
  call.cancel();
  await device.is("ended", 2000);
};

describe("an agent whose phone is in a call that the house did not offer", () => {
  it("is shown in a call from its first ring on, and a caller rings only the other agent", async () => {
    await onlyColleague();
    const direct = await colleague.phone.call(extension("bolat"), { account: colleague.account });
    const device = await bolat.phone.nextCall();
    await shows("bolat", busy);
    expect(await board("bolat")).toEqual(busy);
    device.answer();
    await direct.is("up");
    await Promise.all([direct.rtp.hears(1700), device.rtp.hears(600)]);
    for (let i = 0; i < 2; i++) {
      const call = await trunk.call("5551000", { from: `+7702555020${i}` });
      await rings(aigul, call);
    }
    expect(untaken(bolat)).toBe(0);
    direct.bye();
    await device.is("ended");
    await shows("bolat", free);
  });

  it("who dials out on the desk phone lets the only caller wait, with the reason, and is offered the call as soon as that talk ends", async () => {
    await Promise.all([onlyColleague(), aigul.intent("paused")]);
    const direct = await bolat.phone.call(extension("dana"), { account: bolat.account });
    const far = await colleague.phone.nextCall();
    far.answer();
    await direct.is("up");
    await shows("bolat", busy);
    const call = await trunk.call("5551000", { from: "+77025550210" });
    const refused = await until("the caller waits", async () => {
      const [row] = await lab.db.sql<{ refusals: Record<string, number> }[]>`
        SELECT d.refusals FROM decision d JOIN call k ON k.dialog_id = d.dialog_id JOIN entry e ON e.dialog_id = d.dialog_id AND e.ended_at IS NULL
        WHERE k.from_norm = '+77025550210' ORDER BY d.at DESC LIMIT 1`;
      return row?.refusals;
    });
    expect(refused).toMatchObject({ in_call: 1 });
    expect(untaken(bolat)).toBe(0);
    const freed = performance.now();
    far.bye();
    const device = await bolat.phone.nextCall();
    console.log(`  offered ${Math.round(device.inviteAt - freed)} ms after the direct call's end`);
    expect(device.inviteAt - freed).toBeLessThan(1000);
    device.answer();
    await call.is("up");
    call.bye();
    await device.is("ended");
  });

  it("is known again when the line to Asterisk was cut meanwhile: who hung up is free, who began a talk is not", async () => {
    await onlyColleague();
    const first = await colleague.phone.call(extension("bolat"), { account: colleague.account });
    (await bolat.phone.nextCall()).answer();
    await first.is("up");
    await shows("bolat", busy);
    line.cut();
    first.bye();
    await until("Asterisk has no call", async () => (await orphans(lab.asterisk)) === "");
    const second = await colleague.phone.call(extension("aigul"), { account: colleague.account });
    (await aigul.phone.nextCall()).answer();
    await second.is("up");
    line.mend();
    await Promise.all([shows("aigul", busy), shows("bolat", free)]);
    await rings(bolat, await trunk.call("5551000", { from: "+77025550220" }));
    expect(untaken(aigul)).toBe(0);
    second.bye();
    await shows("aigul", free);
  });

  it("is not taken for free by a house that starts in the middle of the talk, and is free when it ends", async () => {
    await onlyColleague();
    await lab.house.kill("SIGKILL");
    const direct = await colleague.phone.call(extension("aigul"), { account: colleague.account });
    (await aigul.phone.nextCall()).answer();
    await direct.is("up");
    await lab.house.restart();
    await until("the board shows her in a call", async () => (await board("aigul")).onCall === true, { timeoutMs: 20_000, everyMs: 50 });
    direct.bye();
    await until("the board shows her free", async () => (await board("aigul")).onCall === false);
  });
});
