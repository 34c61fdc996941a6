/** A browser's telephone for the lab (SIP.js), driven from the test through `window.phone`. The product's own softphone is tested with the whole house. */
import { type Invitation, Registerer, SessionState, UserAgent, type Web } from "sip.js";

const events: string[] = [];
let invitation: Invitation | null = null;
let agent: UserAgent | null = null;
// Asterisk on loopback hears loopback candidates only.
const loopback = (d: RTCSessionDescriptionInit) =>
  Promise.resolve({
    type: d.type,
    sdp: (d.sdp ?? "")
      .split("\r\n")
      .filter((l) => !l.startsWith("a=candidate") || l.includes(" 127.0.0.1 "))
      .join("\r\n"),
  });
const connection = (): RTCPeerConnection => {
  const pc = (invitation?.sessionDescriptionHandler as Web.SessionDescriptionHandler | undefined)?.peerConnection;
  if (pc === undefined) throw new Error("no connection");
  return pc;
};

const phone = {
  events,
  async start(user: string, password: string, server: string): Promise<void> {
    const uri = UserAgent.makeURI(`sip:${user}@localhost`);
    if (uri === undefined) throw new Error("uri");
    agent = new UserAgent({
      uri,
      authorizationUsername: user,
      authorizationPassword: password,
      transportOptions: { server },
      logLevel: "error",
      sessionDescriptionHandlerFactoryOptions: { iceGatheringTimeout: 500, peerConnectionConfiguration: { iceServers: [] } },
      delegate: {
        onInvite(i) {
          invitation = i;
          events.push(`invite ${i.request.getHeader("Call-Info") ?? ""}`);
          i.stateChange.addListener((s) => {
            events.push(s);
            if (s === SessionState.Established) void phone.listen();
          });
          if (/answer-after=0/.test(i.request.getHeader("Call-Info") ?? "")) void phone.answer();
        },
      },
    });
    await agent.start();
    const registerer = new Registerer(agent, { expires: 300 });
    await new Promise<void>((resolve, reject) => {
      registerer.stateChange.addListener((s) => s === "Registered" && resolve());
      registerer.register({ requestDelegate: { onReject: (m) => reject(new Error(`refused: ${m.message.statusCode}`)) } }).catch(reject);
    });
    events.push("registered");
  },
  async answer(): Promise<void> {
    await invitation?.accept({
      sessionDescriptionHandlerOptions: { constraints: { audio: true, video: false } },
      sessionDescriptionHandlerModifiers: [loopback],
    });
  },
  async bye(): Promise<void> {
    await invitation?.bye();
  },
  async listen(): Promise<void> {
    const element = document.querySelector("audio");
    if (element === null) return;
    element.srcObject = new MediaStream(
      connection()
        .getReceivers()
        .map((r) => r.track),
    );
    await element.play();
  },
  /** The loudest frequency that arrives, in Hz, and its level in dB. */
  async hears(): Promise<{ hz: number; db: number }> {
    const context = new AudioContext({ sampleRate: 48_000 });
    await context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    context
      .createMediaStreamSource(
        new MediaStream(
          connection()
            .getReceivers()
            .map((r) => r.track),
        ),
      )
      .connect(analyser);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    let loudest = 1;
    for (let i = 2; i < bins.length; i++) if ((bins[i] ?? -200) > (bins[loudest] ?? -200)) loudest = i;
    await context.close();
    return { hz: (loudest * 48_000) / 8192, db: bins[loudest] ?? -200 };
  },
};
export type LabPhone = typeof phone;
(window as unknown as { phone: LabPhone }).phone = phone;
