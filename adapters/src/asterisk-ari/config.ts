import type { ConfigField } from "@kommutator/contract/channel";
import { z } from "zod";

const blankIsAbsent = (v: unknown) => (v === "" || v === null ? undefined : v);
const word = z.string().regex(/^[A-Za-z0-9_.-]+$/, "letters, digits, dot, dash and underscore only");

/** Settings of one Asterisk; checked all at once. Passwords are never read back to a browser. */
export const Config = z.object({
  /** Base address of ARI: `http://host:8088/ari` (or https). */
  url: z
    .string()
    .regex(/^https?:\/\/[^\s?#]+$/, "http(s)://host:port/ari")
    .transform((u) => u.replace(/\/+$/, "")),
  user: z
    .string()
    .min(1)
    .regex(/^[^:\r\n]+$/),
  password: z.string().min(1),
  app: z.preprocess(blankIsAbsent, word.default("kommutator")),
  /** How an outside number is dialled; `{number}` is replaced. */
  dial: z.preprocess(
    blankIsAbsent,
    z
      .string()
      .regex(/^[^\s,]*\{number\}[^\s,]*$/, "must contain {number}")
      .default("PJSIP/{number}@trunk"),
  ),
  /** `webrtc`: employees' phones are browsers; `sip`: desk phones over UDP. */
  phones: z.preprocess(blankIsAbsent, z.enum(["webrtc", "sip"]).default("webrtc")),
  /** `early`: the caller hears music before the call is answered and costs money; `answer`: some carriers pass no early media. */
  waiting: z.preprocess(blankIsAbsent, z.enum(["early", "answer"]).default("early")),
  /** A sound to play before the music, e.g. `sound:hello-world`; needs an answer. */
  prompt: z.preprocess(
    blankIsAbsent,
    z
      .string()
      .regex(/^(sound|recording|tone):[^\s,]+$/)
      .optional(),
  ),
  music: z.preprocess(blankIsAbsent, word.default("default")),
  /** In what waiting callers are spoken to where their own language is not known. */
  language: z.preprocess(blankIsAbsent, z.enum(["ru", "en", "kk", "uk"]).optional()),
  /** Path of `cdr-custom/kommutator.csv` as this process sees it; without it calls that were not seen live are not reconstructed. */
  cdrFile: z.preprocess(blankIsAbsent, z.string().optional()),
  /** What phones are told about media; for a machine with several addresses. */
  mediaAddress: z.preprocess(blankIsAbsent, z.union([z.ipv4(), z.ipv6()]).optional()),
  /** What browsers are told: where the phones' WebSocket is (default: `/ws` of the host in `url`), the SIP domain, STUN and TURN servers. */
  browserWsUrl: z.preprocess(
    blankIsAbsent,
    z
      .string()
      .regex(/^wss?:\/\/[^\s;,]+$/, "ws(s)://host:port/ws")
      .optional(),
  ),
  sipDomain: z.preprocess(
    blankIsAbsent,
    z
      .string()
      .regex(/^[A-Za-z0-9.-]+$/)
      .optional(),
  ),
  iceServers: z.preprocess(
    blankIsAbsent,
    z
      .string()
      .regex(/^((stun|turn)s?:[^\s,]+[\s,]*)+$/, "stun:host:port, turn:host:port")
      .optional(),
  ),
});
export type Config = z.infer<typeof Config>;

export const FIELDS: ConfigField[] = [
  { name: "url", type: "text", required: true, default: "http://127.0.0.1:8088/ari" },
  { name: "user", type: "text", required: true, default: "kommutator" },
  { name: "password", type: "secret", required: true },
  { name: "app", type: "text", required: false, default: "kommutator" },
  { name: "dial", type: "text", required: false, default: "PJSIP/{number}@trunk" },
  { name: "phones", type: "select", required: false, options: ["webrtc", "sip"], default: "webrtc" },
  { name: "waiting", type: "select", required: false, options: ["early", "answer"], default: "early" },
  { name: "prompt", type: "text", required: false },
  { name: "music", type: "text", required: false, default: "default" },
  { name: "language", type: "select", required: false, options: ["ru", "en", "kk", "uk"] },
  { name: "cdrFile", type: "text", required: false },
  { name: "mediaAddress", type: "text", required: false },
  { name: "browserWsUrl", type: "text", required: false },
  { name: "sipDomain", type: "text", required: false },
  { name: "iceServers", type: "text", required: false },
];
