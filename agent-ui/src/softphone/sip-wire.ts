import type { SoftphoneSession } from "@kommutator/contract/api/routing";
import { type Invitation, Registerer, RegistererState, type Session, type SessionDescriptionHandlerModifier, SessionState, UserAgent, type Web } from "sip.js";
import type { z } from "zod";
import { type QualitySample, sampleOf } from "./quality.ts";
import { isLoopbackUrl, keepLoopbackCandidates, wantsAutoAnswer } from "./sdp.ts";

/**
 * SIP over WebSocket with SIP.js 0.21: one registration and at most one leg. It only reports what happens and does what it
 * is told; when to retry is decided in registration.ts, what a ring means in call-state.ts.
 */
export interface SipReports {
  connected(): void;
  disconnected(): void;
  registered(): void;
  rejected(status: number): void;
  silent(): void;
  /** `offerId`: our server says which offer this ring carries out. */
  invited(invite: { auto: boolean; number: string; name: string; offerId: string | null }): void;
  inviteCancelled(elsewhere: boolean): void;
  legUp(remote: MediaStream): void;
  legDown(byMe: boolean): void;
  legFailed(error: unknown): void;
}

export interface SipWire {
  connect(session: z.infer<typeof SoftphoneSession>): void;
  register(): void;
  disconnect(): void;
  accept(microphoneId: string | null): void;
  reject(): void;
  hangUp(): void;
  mute(on: boolean): void;
  useMicrophone(deviceId: string): Promise<void>;
  /** One sample of the sound that arrives; null without a leg. */
  sample(): Promise<QualitySample | null>;
  /** Does sound still have a way? */
  mediaAlive(): boolean;
  /** A new way for the sound after the network changed (ICE restart, RFC 8445 section 2.4). Rejects when the far end refuses. */
  restartMedia(): Promise<void>;
  /** Ask the far end at once whether it lives: the network changed, or the machine woke up. */
  probe(): void;
  /** Forget the leg without a BYE: the call lives on at the server and will ring again. */
  dropLeg(): void;
  close(): void;
}

/** How often the far end must prove that it lives, and how long it may take: lost is seen within 9 s. */
const HEARTBEAT_EVERY_MS = 6000;
const HEARTBEAT_WITHIN_MS = 3000;
/** A REGISTER without an answer counts as refused by then; SIP's own limit (timer F, RFC 3261 section 17.1.2.2) is 32 s of silence. */
const REGISTER_WITHIN_MS = 5000;

export function openSipWire(report: SipReports): SipWire {
  let ua: UserAgent | undefined;
  let registerer: Registerer | undefined;
  /** A REGISTER of ours awaits its answer. */
  let pending = false;
  /** The outcome of the last REGISTER was reported. */
  let told = true;
  let server = "";
  let address = "";
  let leg: Session | undefined;
  let byMe = false;
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  let overdue: ReturnType<typeof setTimeout> | undefined;
  let unanswered: ReturnType<typeof setTimeout> | undefined;

  const stopHeartbeat = (): void => {
    clearInterval(heartbeat);
    clearTimeout(overdue);
    heartbeat = undefined;
  };
  const handler = (): Web.SessionDescriptionHandler | undefined => leg?.sessionDescriptionHandler as Web.SessionDescriptionHandler | undefined;
  const connection = (): RTCPeerConnection | undefined => handler()?.peerConnection;
  const modifiers = (): SessionDescriptionHandlerModifier[] =>
    isLoopbackUrl(server) ? [(d) => Promise.resolve({ ...d, sdp: keepLoopbackCandidates(d.sdp ?? "") })] : [];

  /** An OPTIONS in the middle of nowhere (RFC 3261 section 11): any answer, even a refusal, says the way is open. */
  const beat = (): void => {
    if (ua === undefined || !ua.isConnected()) return;
    const target = UserAgent.makeURI(address.replace(/^sip:[^@]*@/, "sip:"));
    const me = UserAgent.makeURI(address);
    if (target === undefined || me === undefined) return;
    const alive = (): void => clearTimeout(overdue);
    clearTimeout(overdue);
    overdue = setTimeout(report.silent, HEARTBEAT_WITHIN_MS);
    const core = ua.userAgentCore;
    const silentHere = (code: number | undefined): void => {
      // SIP.js answers itself with 408 or 503 when nobody else does.
      if (code !== 408 && code !== 503) alive();
    };
    core.request(core.makeOutgoingRequestMessage("OPTIONS", target, me, target, {}), {
      onAccept: alive,
      onProgress: alive,
      onRedirect: alive,
      onReject: (response) => silentHere(response.message.statusCode),
    });
  };

  const watch = (invitation: Invitation): void => {
    leg = invitation;
    byMe = false;
    let up = false;
    let elsewhere = false;
    invitation.delegate = {
      onCancel: (cancel) => {
        // RFC 3326: Asterisk says "Call completed elsewhere" with cause 26 or SIP cause 200.
        elsewhere = /elsewhere|cause\s*=\s*(200|26)\b/i.test(cancel.request.getHeader("Reason") ?? "");
      },
    };
    invitation.stateChange.addListener((state) => {
      if (leg !== invitation) return;
      if (state === SessionState.Established) {
        up = true;
        const receivers = connection()?.getReceivers() ?? [];
        report.legUp(new MediaStream(receivers.map((receiver) => receiver.track)));
      }
      if (state === SessionState.Terminated) {
        leg = undefined;
        if (up) report.legDown(byMe);
        else if (!byMe) report.inviteCancelled(elsewhere);
      }
    });
  };

  const makeAgent = (session: z.infer<typeof SoftphoneSession>): UserAgent => {
    const uri = UserAgent.makeURI(session.uri);
    if (uri === undefined) throw new Error(`not a SIP address: ${session.uri}`);
    return new UserAgent({
      uri,
      authorizationUsername: session.username,
      authorizationPassword: session.password,
      transportOptions: { server: session.wsUrl, connectionTimeout: 4, traceSip: false },
      logLevel: "error",
      sessionDescriptionHandlerFactoryOptions: { iceGatheringTimeout: 1000, peerConnectionConfiguration: { iceServers: session.iceServers } },
      delegate: {
        onDisconnect: () => {
          stopHeartbeat();
          report.disconnected();
        },
        onInvite: (invitation) => {
          // One leg at a time. Only a rejoin (answered by itself) may replace a talk: the old leg is dead at the server.
          const replaces = leg?.state === SessionState.Established && wantsAutoAnswer((name) => invitation.request.getHeader(name));
          if (leg !== undefined && leg.state !== SessionState.Initial && !replaces) {
            void invitation.reject({ statusCode: 486 });
            return;
          }
          leg = undefined;
          watch(invitation);
          report.invited({
            auto: wantsAutoAnswer((name) => invitation.request.getHeader(name)),
            number: invitation.remoteIdentity.uri.user ?? "",
            name: invitation.remoteIdentity.displayName,
            offerId: invitation.request.getHeader("X-Kommutator-Offer") ?? null,
          });
        },
      },
    });
  };

  const freshRegisterer = (agent: UserAgent): Registerer => {
    const made = new Registerer(agent, { expires: 120, refreshFrequency: 75 });
    made.stateChange.addListener((state) => {
      if (made !== registerer || state !== RegistererState.Unregistered) return;
      // A refused refresh is told here only; a refused first REGISTER tells its status in a moment (onReject).
      setTimeout(() => {
        if (made !== registerer || made.state !== RegistererState.Unregistered || told) return;
        told = true;
        report.rejected(0);
      }, 0);
    });
    return made;
  };

  return {
    connect(session) {
      if (ua !== undefined && server === session.wsUrl && address === session.uri) {
        // The same house: the password is new, the agent (and a call in it) stays.
        ua.configuration.authorizationUsername = session.username;
        ua.configuration.authorizationPassword = session.password;
        ua.reconnect().then(report.connected, report.disconnected);
        return;
      }
      if (ua !== undefined) void ua.stop().catch(() => undefined);
      server = session.wsUrl;
      address = session.uri;
      ua = makeAgent(session);
      registerer = undefined;
      ua.start().then(report.connected, report.disconnected);
    },
    register() {
      if (ua === undefined) return;
      // A REGISTER that never got its answer would block the next one for 32 s (timer F): take a new registerer then.
      if (registerer === undefined || pending) registerer = freshRegisterer(ua);
      const mine = registerer;
      pending = true;
      told = false;
      const refused = (status: number): void => {
        if (mine !== registerer) return;
        clearTimeout(unanswered);
        pending = false;
        if (told) return;
        told = true;
        report.rejected(status);
      };
      clearTimeout(unanswered);
      unanswered = setTimeout(() => {
        if (mine !== registerer || told) return;
        told = true; // and it stays pending: the next attempt takes a registerer of its own
        report.rejected(408);
      }, REGISTER_WITHIN_MS);
      mine
        .register({
          requestDelegate: {
            onAccept: () => {
              if (mine !== registerer) return;
              clearTimeout(unanswered);
              pending = false;
              told = false;
              stopHeartbeat();
              heartbeat = setInterval(beat, HEARTBEAT_EVERY_MS);
              report.registered();
            },
            onReject: (response) => refused(response.message.statusCode ?? 0),
          },
        })
        .catch(() => refused(0));
    },
    disconnect() {
      stopHeartbeat();
      clearTimeout(unanswered);
      void ua?.transport.disconnect().catch(() => undefined);
    },
    accept(microphoneId) {
      const invitation = leg as Invitation | undefined;
      if (invitation === undefined) return;
      invitation
        .accept({
          sessionDescriptionHandlerOptions: { constraints: { audio: microphoneId === null ? true : { deviceId: { ideal: microphoneId } }, video: false } },
          sessionDescriptionHandlerModifiers: modifiers(),
        })
        .catch((error: unknown) => {
          if (leg === invitation) {
            leg = undefined;
            report.legFailed(error);
          }
          // 480: this device cannot take it now (no microphone), and says so at once instead of ringing on.
          if (invitation.state === SessionState.Initial) void invitation.reject({ statusCode: 480 }).catch(() => undefined);
        });
    },
    reject() {
      const invitation = leg as Invitation | undefined;
      if (invitation?.state !== SessionState.Initial) return;
      byMe = true;
      leg = undefined;
      void invitation.reject({ statusCode: 486 }).catch(() => undefined);
    },
    hangUp() {
      if (leg === undefined) return;
      byMe = true;
      const session = leg;
      if (session.state === SessionState.Established) void session.bye().catch(() => undefined);
      else void session.dispose().catch(() => undefined);
    },
    mute(on) {
      for (const sender of connection()?.getSenders() ?? []) if (sender.track !== null) sender.track.enabled = !on;
    },
    async useMicrophone(deviceId) {
      const sender = connection()
        ?.getSenders()
        .find((each) => each.track?.kind === "audio");
      if (sender === undefined) return;
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { deviceId: { exact: deviceId } } });
      const [track] = stream.getAudioTracks();
      if (track === undefined) return;
      track.enabled = sender.track?.enabled ?? true;
      sender.track?.stop();
      await sender.replaceTrack(track);
    },
    async sample() {
      const pc = connection();
      if (pc === undefined) return null;
      const report = (await pc.getStats()) as unknown as Iterable<[string, Record<string, unknown>]>;
      return sampleOf(report, performance.now());
    },
    mediaAlive() {
      const state = connection()?.iceConnectionState;
      return state === "connected" || state === "completed";
    },
    restartMedia() {
      const session = leg;
      if (session === undefined) return Promise.reject(new Error("no leg"));
      return new Promise<void>((resolve, reject) => {
        session
          .invite({
            requestDelegate: { onAccept: () => resolve(), onReject: (response) => reject(new Error(`refused with ${response.message.statusCode}`)) },
            sessionDescriptionHandlerOptions: { offerOptions: { iceRestart: true } } as Web.SessionDescriptionHandlerOptions,
            sessionDescriptionHandlerModifiers: modifiers(),
          })
          .catch(reject);
      });
    },
    probe: beat,
    dropLeg() {
      const gone = leg;
      leg = undefined;
      (gone?.sessionDescriptionHandler as Web.SessionDescriptionHandler | undefined)?.close();
    },
    close() {
      stopHeartbeat();
      clearTimeout(unanswered);
      const agent = ua;
      ua = undefined;
      registerer = undefined;
      leg = undefined;
      void agent?.stop().catch(() => undefined);
    },
  };
}
