import type { CallView, DialogSummary, OfferSummary } from "@kommutator/contract/api/dialogs";
import { describe, expect, it, vi } from "vitest";
import { DEFAULT_DEVICES } from "./devices.ts";
import type { Locks, Wire } from "./leadership.ts";
import type { PhoneApi } from "./phone.ts";
import type { SipReports, SipWire } from "./sip-wire.ts";
import { openSoftphone } from "./softphone.ts";

const ME = "ann";
const offer: OfferSummary = {
  id: "offer-1",
  employeeId: ME,
  rung: "responsible",
  reason: { code: "responsible_customer" },
  deadlineAt: "2030-01-01T00:00:25Z",
};
const dialog = { id: "dialog-1", medium: "voice", callId: "call-1", offer, party: { name: "Ivan", identityValue: "+77011112233" } } as unknown as DialogSummary;
const callView = (state: CallView["state"]): CallView =>
  ({
    id: "call-1",
    dialogId: "dialog-1",
    direction: "in",
    state,
    from: "+77011112233",
    to: "100",
    startedAt: "2030-01-01T00:00:00Z",
    answeredAt: "2030-01-01T00:00:05Z",
    legs: [],
  }) as unknown as CallView;

/** The wire is ours: SIP, the server's answers, the browser's locks. Everything between is the real phone. */
function desk(options: { call?: CallView | null; remembered?: string; leads?: boolean } = {}) {
  const did: string[] = [];
  let reports: SipReports | undefined;
  const world = { call: options.call ?? null, remembered: options.remembered ?? null, alive: true, restart: () => Promise.resolve() };
  const say = (word: string) => {
    did.push(word);
    return Promise.resolve();
  };
  const api: PhoneApi = {
    session: () =>
      Promise.resolve({ available: true, wsUrl: "ws://127.0.0.1:8088/ws", uri: "sip:101@127.0.0.1", username: "101", password: "x", iceServers: [] }),
    call: () => Promise.resolve(world.call),
    pendingOffer: () => Promise.resolve(null),
    rejectOffer: (id) => say(`reject ${id}`),
    hold: (id) => say(`hold ${id}`),
    resume: (id) => say(`resume ${id}`),
    hangUp: (id) => say(`hang up ${id}`),
    rejoin: (id) => say(`rejoin ${id}`),
    digits: (id, digits) => say(`digits ${id} ${digits}`),
    dial: (number) => {
      did.push(`dial ${number}`);
      return Promise.resolve({ callId: "call-9" });
    },
  };
  const wireOf = (made: SipReports): SipWire => {
    reports = made;
    const word = (text: string) => () => void did.push(text);
    return {
      connect: word("connect"),
      register: word("register"),
      disconnect: word("disconnect"),
      accept: word("accept"),
      reject: word("refuse"),
      hangUp: word("bye"),
      mute: (on) => void did.push(on ? "mute" : "unmute"),
      useMicrophone: () => Promise.resolve(),
      sample: () => Promise.resolve(null),
      mediaAlive: () => world.alive,
      restartMedia: () => {
        did.push("restart media");
        return world.restart();
      },
      probe: word("probe"),
      dropLeg: word("drop"),
      close: word("close"),
    };
  };
  const locks: Locks = { request: (_name, _options, held) => (options.leads === false ? new Promise(() => undefined) : held()) };
  const wire: Wire = { postMessage: () => undefined, addEventListener: () => undefined, close: () => undefined };
  const phone = openSoftphone({
    employeeId: ME,
    api,
    desk: {
      startBell: () => void did.push("bell"),
      stopBell: () => undefined,
      play: (remote) => void (remote !== null && did.push("play")),
      devices: () => DEFAULT_DEVICES,
      rememberCall: (id) => {
        world.remembered = id;
      },
      rememberedCall: () => world.remembered,
    },
    openSip: wireOf,
    locks: { request: (name, lockOptions, held) => Promise.resolve().then(() => locks.request(name, lockOptions, held)) },
    wire,
    now: Date.now,
    chance: () => 0.5,
    onView: () => undefined,
  });
  if (reports === undefined) throw new Error("SIP was not opened");
  return { phone, did, sip: reports, world };
}
/** Registered, and in the talk that the house brought. */
async function inTalk() {
  const made = await registered();
  made.phone.offer(offer, dialog);
  made.sip.invited({ auto: false, number: "x", name: "", offerId: "offer-1" });
  made.phone.order({ kind: "answer" });
  made.world.call = callView("talking");
  made.sip.legUp(stream);
  await settled();
  return made;
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const stream = {} as MediaStream;

async function registered(options: Parameters<typeof desk>[0] = {}) {
  const made = desk(options);
  await settled();
  made.sip.connected();
  made.sip.registered();
  await settled();
  return made;
}

describe("the phone of one tab", () => {
  it("registers when it leads, and not when another tab does", async () => {
    const leading = await registered();
    expect(leading.phone.view().line.phase).toBe("ready");
    leading.phone.close();
    const following = desk({ leads: false });
    await settled();
    following.phone.offer(offer, dialog);
    expect(following.did).toEqual([]);
    expect(following.phone.view().call.phase).toBe("idle");
    following.phone.close();
  });

  it("rings with who and why, answers, plays the sound, remembers the call for a reload", async () => {
    const { phone, did, sip, world } = await registered();
    phone.offer(offer, dialog);
    sip.invited({ auto: false, number: "77011112233", name: "", offerId: "offer-1" });
    expect(phone.view()).toMatchObject({ who: { name: "Ivan" }, offer: { reason: { code: "responsible_customer" } } });
    phone.order({ kind: "answer" });
    world.call = callView("talking");
    sip.legUp(stream);
    await settled();
    expect(did.filter((each) => each === "accept" || each === "play" || each === "bell")).toEqual(["bell", "bell", "accept", "play"]);
    expect(phone.view().call).toMatchObject({ phase: "talking", callId: "call-1" });
    expect(world.remembered).toBe("call-1");
    phone.close();
  });

  it("declined before its INVITE came, it does not ring after all", async () => {
    const { phone, did, sip } = await registered();
    phone.offer(offer, dialog);
    phone.order({ kind: "decline" });
    sip.invited({ auto: false, number: "x", name: "", offerId: "offer-1" });
    expect(did.slice(-2)).toEqual(["reject offer-1", "refuse"]);
    expect(phone.view().call.phase).toBe("idle");
    phone.close();
  });

  it("a letter or chat offered to me is none of the phone's business", async () => {
    const { phone } = await registered();
    phone.offer(offer, { ...dialog, medium: "chat" } as DialogSummary);
    expect(phone.view().call.phase).toBe("idle");
    phone.close();
  });

  it("a promised call back does not ring: it is accepted by a click, then calls me", async () => {
    const { phone, did, sip } = await registered();
    phone.offer({ ...offer, rung: "callback", reason: { code: "callback" } }, dialog);
    expect(phone.view().call.phase).toBe("idle");
    expect(did).not.toContain("bell");
    sip.invited({ auto: true, number: "77011112233", name: "", offerId: null });
    expect(did.at(-1)).toBe("accept");
    phone.close();
  });

  it("after a reload it rejoins its own call once registered, and answers without ringing", async () => {
    const { phone, did, sip } = await registered({ call: callView("talking"), remembered: "call-1" });
    expect(did).toContain("rejoin call-1");
    expect(did.indexOf("register")).toBeLessThan(did.indexOf("rejoin call-1"));
    sip.invited({ auto: true, number: "x", name: "", offerId: "offer-1" });
    sip.legUp(stream);
    expect(did).not.toContain("bell");
    expect(did.slice(-2)).toEqual(["accept", "play"]);
    // The socket's own return asks again: still one rejoin, or the server would ring twice.
    phone.refresh();
    await settled();
    expect(did.filter((each) => each === "rejoin call-1")).toHaveLength(1);
    phone.close();
  });

  it("many reasons to look again make one rejoin", async () => {
    const { phone, did } = await registered({ call: callView("lost") });
    phone.refresh();
    phone.refresh();
    await settled();
    expect(did.filter((each) => each === "rejoin call-1")).toHaveLength(1);
    phone.close();
  });

  it("a talk on my desk phone is shown, not stolen; hanging up goes through the server", async () => {
    const { phone, did } = await registered({ call: callView("talking") });
    expect(phone.view().call).toMatchObject({ phase: "talking", leg: "none" });
    expect(did.some((each) => each.startsWith("rejoin"))).toBe(false);
    phone.order({ kind: "hang-up" });
    expect(did).toContain("hang up call-1");
    phone.close();
  });

  it("the network changed in mid-call: registered again, the sound takes a new way; a refusal rejoins", async () => {
    const { phone, did, sip, world } = await registered();
    phone.offer(offer, dialog);
    sip.invited({ auto: false, number: "x", name: "", offerId: "offer-1" });
    phone.order({ kind: "answer" });
    world.call = callView("talking");
    sip.legUp(stream);
    await settled();
    world.alive = false;
    sip.disconnected();
    expect(phone.view()).toMatchObject({ line: { phase: "lost" }, call: { phase: "talking" } });
    phone.order({ kind: "reconnect" });
    sip.connected();
    sip.registered();
    await settled();
    expect(did).toContain("restart media");
    expect(phone.view().call).toMatchObject({ phase: "talking", leg: "up" });

    world.restart = () => Promise.reject(new Error("481"));
    sip.disconnected();
    phone.order({ kind: "reconnect" });
    sip.connected();
    sip.registered();
    await settled();
    await settled();
    expect(did).toContain("drop");
    expect(did).toContain("rejoin call-1");
    phone.close();
  });

  it("Asterisk came back without our call: the leg is dropped, the bar is free", async () => {
    const { phone, sip, world } = await registered();
    phone.offer(offer, dialog);
    sip.invited({ auto: false, number: "x", name: "", offerId: "offer-1" });
    phone.order({ kind: "answer" });
    sip.legUp(stream);
    await settled();
    world.call = null;
    sip.disconnected();
    phone.order({ kind: "reconnect" });
    sip.connected();
    sip.registered();
    await settled();
    expect(phone.view().call).toMatchObject({ phase: "idle", ended: "caller_left" });
    phone.close();
  });

  it("a call that is over at the server, and whose BYE found no way here, is over here too", async () => {
    const { phone, did, sip, world } = await inTalk();
    vi.useFakeTimers();
    try {
      world.call = null;
      phone.refresh();
      await vi.advanceTimersByTimeAsync(1400);
      expect(phone.view().call.phase).toBe("talking");
      await vi.advanceTimersByTimeAsync(200);
    } finally {
      vi.useRealTimers();
    }
    expect(did).toContain("drop");
    expect(phone.view().call).toMatchObject({ phase: "idle", ended: "caller_left" });
    sip.legDown(false);
    phone.close();
  });

  it("a server that does not know the call yet ends nothing", async () => {
    const { phone, did, sip } = await registered();
    phone.offer(offer, dialog);
    sip.invited({ auto: false, number: "x", name: "", offerId: "offer-1" });
    phone.order({ kind: "answer" });
    vi.useFakeTimers();
    try {
      sip.legUp(stream);
      await vi.advanceTimersByTimeAsync(5000);
    } finally {
      vi.useRealTimers();
    }
    expect([did.includes("drop"), phone.view().call.phase]).toEqual([false, "talking"]);
    phone.close();
  });

  it("hanging up while the line is lost goes through the server; with the line it is a BYE", async () => {
    const lost = await inTalk();
    lost.sip.disconnected();
    lost.phone.order({ kind: "hang-up" });
    await settled();
    expect(lost.did.filter((d) => d === "bye" || d === "drop" || d.startsWith("hang up"))).toEqual(["hang up call-1", "drop"]);
    expect(lost.phone.view().call).toMatchObject({ phase: "idle", ended: "hung_up" });
    lost.phone.close();
    const there = await inTalk();
    there.phone.order({ kind: "hang-up" });
    expect(there.did.filter((d) => d === "bye" || d === "drop" || d.startsWith("hang up"))).toEqual(["bye"]);
    there.phone.close();
  });

  it("a talk that the house did not bring goes on when the line is back", async () => {
    const { phone, did, sip } = await registered();
    sip.invited({ auto: false, number: "104", name: "Bolat", offerId: null });
    phone.order({ kind: "answer" });
    sip.legUp(stream);
    sip.disconnected();
    phone.order({ kind: "reconnect" });
    sip.connected();
    sip.registered();
    await settled();
    expect([did.includes("drop"), phone.view().call.phase]).toEqual([false, "talking"]);
    phone.close();
  });

  it("hold and keypad go through the server, so that it knows", async () => {
    const { phone, did, sip, world } = await registered();
    phone.offer(offer, dialog);
    sip.invited({ auto: false, number: "x", name: "", offerId: "offer-1" });
    phone.order({ kind: "answer" });
    world.call = callView("talking");
    sip.legUp(stream);
    await settled();
    phone.order({ kind: "hold", on: true });
    phone.order({ kind: "digits", digits: "1#" });
    await settled();
    expect(did).toContain("hold call-1");
    expect(did).toContain("digits call-1 1#");
    expect(phone.view().call.held).toBe(true);
    phone.close();
  });

  it("no microphone: the call is not taken in silence, and the bar says why", async () => {
    const { phone, sip } = await registered();
    phone.offer(offer, dialog);
    sip.invited({ auto: false, number: "x", name: "", offerId: "offer-1" });
    phone.order({ kind: "answer" });
    sip.legFailed(new DOMException("denied", "NotAllowedError"));
    expect(phone.view()).toMatchObject({ trouble: "microphone", call: { phase: "idle", ended: "failed" } });
    phone.close();
  });
});
