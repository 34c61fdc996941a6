import type { AriRequest } from "./ari-types.ts";
import type { Config } from "./config.ts";
import { clean } from "./from-ari.ts";

/** Pure translation of commands into ARI requests. Ids derive from the command's id, so that a retry finds what exists. */

export const agentChannel = (legKey: string): string => `kmt-a-${legKey}`;
/** The same leg, made before its ring was ordered. */
export const preparedChannel = (legKey: string): string => `kmt-p-${legKey}`;
/** The key of a call that an employee makes. */
export const outgoingCall = (commandId: string): string => `kmt-o-${commandId}`;
export const outsideChannel = (commandId: string): string => `kmt-c-${commandId}`;
/** The leg by which a caller is sent on to an outside number. */
export const redirectChannel = (legKey: string): string => `kmt-r-${legKey}`;
export const playbackOf = (commandId: string): string => `kmt-s-${commandId}`;
export const bridgeOf = (callKey: string): string => `kmt-b-${callKey}`;
/** One recording a call; the name is a file name too, so nothing but safe characters may be in it. */
export const recordingOf = (callKey: string): string => `kmt-${callKey.replaceAll(/[^A-Za-z0-9_.-]/g, "_")}`;

/** `"name" <number>` (RFC 3261 display-name): quotes, backslashes and angle brackets would end it early. */
export function callerId(name: string, number: string | null): string {
  const safe = (t: string) => clean(t.replaceAll(/["\\<>]/g, ""), 80);
  const digits = safe(number ?? "").replaceAll(/[^+0-9A-Za-z*#.-]/g, "");
  const shown = safe(name);
  return `"${shown === "" ? digits || "anonymous" : shown}" <${digits === "" ? "anonymous" : digits}>`;
}

export interface RingOrder {
  channelId: string;
  endpoint: string;
  callKey: string;
  legKey: string;
  employeeId: string;
  offerId?: string | undefined;
  callerName: string;
  callerNumber: string | null;
  timeoutMs: number;
  /** The waiting caller's channel: same Linkedid, and its codecs are preferred. */
  originator?: string | undefined;
  /** The device answers by itself (the agent's page was reloaded). */
  autoAnswer?: boolean;
}

/** Asterisk's own limit of a ring, which only stands in for ours when we are dead. */
const ringSeconds = (order: Pick<RingOrder, "timeoutMs">): number => Math.ceil(order.timeoutMs / 1000) + 2;

function ringVariables(order: RingOrder): Record<string, string> {
  return {
    KMT_ROLE: "agent",
    KMT_CALL: order.callKey,
    KMT_LEG: order.legKey,
    KMT_EMPLOYEE: order.employeeId,
    KMT_OFFER: order.offerId ?? "",
    KMT_ENDPOINT: order.endpoint,
    // Nobody waits on an answered phone for ever if we die before bridging; cleared at bridging.
    "TIMEOUT(absolute)": String(ringSeconds(order) + 8),
    "PJSIP_HEADER(add,X-Kommutator-Leg)": order.legKey,
    ...(order.offerId === undefined ? {} : { "PJSIP_HEADER(add,X-Kommutator-Offer)": order.offerId }),
    ...(order.autoAnswer === true
      ? // RFC 5373 has Answer-Mode; phones in the field look at these two.
        {
          "PJSIP_HEADER(add,Alert-Info)": "<http://localhost>;info=alert-autoanswer;delay=0",
          "PJSIP_HEADER(add,Call-Info)": "<sip:localhost>;answer-after=0",
        }
      : {}),
  };
}

/** The employee's phone; `endpoint` is the extension. */
export function ring(config: Config, order: RingOrder): AriRequest {
  return {
    method: "POST",
    uri: `channels/${encodeURIComponent(order.channelId)}`,
    query: {
      endpoint: `PJSIP/${order.endpoint}`,
      app: config.app,
      appArgs: `agent,${order.callKey}`,
      callerId: callerId(order.callerName, order.callerNumber),
      timeout: String(ringSeconds(order)),
      originator: order.originator,
    },
    body: { variables: ringVariables(order) },
  };
}

/**
 * The channel of a ring, without dialling it (POST /channels/create): nobody's leg yet. Whom the phone shows is the connected line of a channel that is not
 * originated with a caller's id.
 */
export function prepare(config: Config, order: RingOrder): AriRequest {
  return {
    method: "POST",
    uri: "channels/create",
    query: {
      endpoint: `PJSIP/${order.endpoint}`,
      app: config.app,
      appArgs: "prepared",
      channelId: order.channelId,
      originator: order.originator,
    },
    body: {
      variables: { ...ringVariables(order), "CONNECTEDLINE(all,i)": callerId(order.callerName, order.callerNumber) },
    },
  };
}

/** Rings it. */
export const dial = (channelId: string, order: Pick<RingOrder, "timeoutMs">): AriRequest => ({
  method: "POST",
  uri: `channels/${encodeURIComponent(channelId)}/dial`,
  query: { timeout: String(ringSeconds(order)) },
});

/** The customer's number, dialled after the employee has picked up. */
export function dialOutside(
  config: Config,
  order: { channelId: string; callKey: string; number: string; callerNumber: string | null; originator: string; timeoutMs: number },
): AriRequest {
  const seconds = Math.ceil(order.timeoutMs / 1000) + 2;
  return {
    method: "POST",
    uri: `channels/${encodeURIComponent(order.channelId)}`,
    query: {
      endpoint: config.dial.replaceAll("{number}", dialable(order.number)),
      app: config.app,
      appArgs: `outside,${order.callKey}`,
      callerId: order.callerNumber === null ? undefined : callerId("", order.callerNumber),
      timeout: String(seconds),
      originator: order.originator,
    },
    body: { variables: { KMT_ROLE: "customer", KMT_CALL: order.callKey, "TIMEOUT(absolute)": String(seconds + 8) } },
  };
}

/**
 * An outside number for a caller who waits: with the caller's number, and the line that was called as the diverting one (RFC 5806:
 * a carrier that would not let a foreign number through knows by it whose call it is).
 */
export function sendOn(
  config: Config,
  order: {
    channelId: string;
    callKey: string;
    legKey: string;
    number: string;
    from: { number: string | null; line: string } | undefined;
    originator: string;
    timeoutMs: number;
  },
): AriRequest {
  const number = dialable(order.number);
  const line = dialable(order.from?.line ?? "");
  return {
    method: "POST",
    uri: `channels/${encodeURIComponent(order.channelId)}`,
    query: {
      endpoint: config.dial.replaceAll("{number}", number),
      app: config.app,
      appArgs: `redirect,${order.callKey}`,
      callerId: order.from?.number == null ? undefined : callerId("", order.from.number),
      timeout: String(Math.ceil(order.timeoutMs / 1000)),
      originator: order.originator,
    },
    body: {
      variables: {
        KMT_ROLE: "outside",
        KMT_CALL: order.callKey,
        KMT_LEG: order.legKey,
        KMT_ENDPOINT: number,
        "TIMEOUT(absolute)": String(Math.ceil(order.timeoutMs / 1000) + 10),
        ...(line === "" ? {} : { "PJSIP_HEADER(add,Diversion)": `<sip:${line}@${config.sipDomain ?? new URL(config.url).hostname}>;reason=unconditional` }),
      },
    },
  };
}

/** Digits and a leading plus: whatever else stands in a number can only change the dial string. */
export const dialable = (number: string): string => (number.trim().startsWith("+") ? "+" : "") + number.replaceAll(/\D/g, "");

/** What we make nothing of. Two thirds of all events are variables, and each costs Asterisk a write and us a waking while somebody waits for the ring. */
const UNHEARD = [
  "ChannelVarset",
  "ChannelDialplan",
  "ChannelConnectedLine",
  "ChannelCallerId",
  "Dial",
  "EndpointStateChange",
  "ChannelEnteredBridge",
  "ChannelLeftBridge",
  "BridgeCreated",
  "BridgeDestroyed",
  "PlaybackStarted",
  "RecordingStarted",
];

/** Which events the application is not sent (rest-api/applications.json, eventFilter); Asterisk forgets it at its restart. */
export const eventFilter = (config: Config): AriRequest => ({
  method: "PUT",
  uri: `applications/${encodeURIComponent(config.app)}/eventFilter`,
  body: { disallowed: UNHEARD.map((type) => ({ type })) },
});

/** The caller's lease: after `seconds` without renewal the dialplan takes the caller to the fallback. 0 clears it. */
export const lease = (channelId: string, seconds: number): AriRequest => ({
  method: "POST",
  uri: `channels/${encodeURIComponent(channelId)}/variable`,
  query: { variable: "TIMEOUT(absolute)", value: String(seconds) },
});

export const answer = (channelId: string): AriRequest => ({ method: "POST", uri: `channels/${encodeURIComponent(channelId)}/answer` });
export const ringback = (channelId: string): AriRequest => ({ method: "POST", uri: `channels/${encodeURIComponent(channelId)}/ring` });
export const ringbackOff = (channelId: string): AriRequest => ({ method: "DELETE", uri: `channels/${encodeURIComponent(channelId)}/ring` });
export const music = (config: Config, channelId: string): AriRequest => ({
  method: "POST",
  uri: `channels/${encodeURIComponent(channelId)}/moh`,
  query: { mohClass: config.music },
});
export const musicOff = (channelId: string): AriRequest => ({ method: "DELETE", uri: `channels/${encodeURIComponent(channelId)}/moh` });
/** `media`: one or more URIs, separated by commas; `lang` is the language of Asterisk's own sounds. */
export const play = (channelId: string, playbackId: string, media: string, lang?: string): AriRequest => ({
  method: "POST",
  uri: `channels/${encodeURIComponent(channelId)}/play/${encodeURIComponent(playbackId)}`,
  query: { media, lang },
});
export const silence = (playbackId: string): AriRequest => ({ method: "DELETE", uri: `playbacks/${encodeURIComponent(playbackId)}` });
export const playback = (playbackId: string): AriRequest => ({ method: "GET", uri: `playbacks/${encodeURIComponent(playbackId)}` });
/** What is being said to this caller, for a successor of ours to silence: `channelvars` of ari.conf. */
export const says = (channelId: string, playbackId: string): AriRequest => ({
  method: "POST",
  uri: `channels/${encodeURIComponent(channelId)}/variable`,
  query: { variable: "KMT_SAYS", value: playbackId },
});
/** Left to be done with this caller when nothing else is: a successor of ours finds it in the snapshot (`channelvars` of ari.conf). */
export const next = (channelId: string, what: "hangup" | "fallback"): AriRequest => ({
  method: "POST",
  uri: `channels/${encodeURIComponent(channelId)}/variable`,
  query: { variable: "KMT_NEXT", value: what },
});
export const dtmf = (channelId: string, digits: string): AriRequest => ({
  method: "POST",
  uri: `channels/${encodeURIComponent(channelId)}/dtmf`,
  query: { dtmf: digits },
});
/** `q850`: 16 normal, 17 busy, 19 no answer, 26 answered elsewhere. */
export const hangUp = (channelId: string, q850 = 16): AriRequest => ({
  method: "DELETE",
  uri: `channels/${encodeURIComponent(channelId)}`,
  query: { reason_code: String(q850) },
});
export const toFallback = (channelId: string): AriRequest => ({
  method: "POST",
  uri: `channels/${encodeURIComponent(channelId)}/continue`,
  query: { context: "kommutator-fallback", extension: "s", priority: "1" },
});
export const makeBridge = (bridgeId: string): AriRequest => ({
  method: "POST",
  uri: `bridges/${encodeURIComponent(bridgeId)}`,
  query: { type: "mixing", name: bridgeId },
});
export const addToBridge = (bridgeId: string, channels: string[]): AriRequest => ({
  method: "POST",
  uri: `bridges/${encodeURIComponent(bridgeId)}/addChannel`,
  query: { channel: channels.join(",") },
});
export const removeFromBridge = (bridgeId: string, channel: string): AriRequest => ({
  method: "POST",
  uri: `bridges/${encodeURIComponent(bridgeId)}/removeChannel`,
  query: { channel },
});
export const endBridge = (bridgeId: string): AriRequest => ({ method: "DELETE", uri: `bridges/${encodeURIComponent(bridgeId)}` });
export const recordBridge = (bridgeId: string, name: string): AriRequest => ({
  method: "POST",
  uri: `bridges/${encodeURIComponent(bridgeId)}/record`,
  query: { name, format: "wav", ifExists: "append" },
});
export const stopRecording = (name: string): AriRequest => ({ method: "POST", uri: `recordings/live/${encodeURIComponent(name)}/stop` });

type Field = { attribute: string; value: string };
const fields = (values: Record<string, string>): { fields: Field[] } => ({
  fields: Object.entries(values).map(([attribute, value]) => ({ attribute, value })),
});
const object = (kind: "endpoint" | "auth" | "aor", id: string): string => `asterisk/config/dynamic/res_pjsip/${kind}/${encodeURIComponent(id)}`;

/** An employee's phone in Asterisk's own store, in the order in which they refer to each other. */
export function provision(config: Config, phone: { endpoint: string; displayName: string; password: string }): AriRequest[] {
  const media = config.mediaAddress;
  const endpoint = {
    context: "kommutator-phones",
    disallow: "all",
    allow: config.phones === "webrtc" ? "opus,ulaw,alaw" : "ulaw,alaw",
    ...(config.phones === "webrtc" ? { webrtc: "yes", dtls_auto_generate_cert: "yes" } : {}),
    direct_media: "no",
    rtp_symmetric: "yes",
    force_rport: "yes",
    rewrite_contact: "yes",
    ...(media === undefined ? {} : { media_address: media, bind_rtp_to_media_address: "yes" }),
    callerid: callerId(phone.displayName, phone.endpoint),
    auth: phone.endpoint,
    aors: phone.endpoint,
  };
  return [
    { method: "PUT", uri: object("auth", phone.endpoint), body: fields({ auth_type: "userpass", username: phone.endpoint, password: phone.password }) },
    // One device rings: a newer registration takes the place of the older. A desk phone is asked every ten seconds whether it is
    // there; until the first answer after a restart of Asterisk it counts as offline. A browser's registration dies with its socket.
    {
      method: "PUT",
      uri: object("aor", phone.endpoint),
      body: fields({ max_contacts: "1", remove_existing: "yes", qualify_frequency: config.phones === "sip" ? "10" : "0" }),
    },
    { method: "PUT", uri: object("endpoint", phone.endpoint), body: fields(endpoint) },
  ];
}

export function unprovision(endpoint: string): AriRequest[] {
  return (["endpoint", "aor", "auth"] as const).map((kind) => ({ method: "DELETE", uri: object(kind, endpoint) }));
}

export const channel = (channelId: string): AriRequest => ({ method: "GET", uri: `channels/${encodeURIComponent(channelId)}` });
export const rtpStatistics = (channelId: string): AriRequest => ({ method: "GET", uri: `channels/${encodeURIComponent(channelId)}/rtp_statistics` });
