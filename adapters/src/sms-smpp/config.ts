import type { ConfigField } from "@kommutator/contract/channel";
import { z } from "zod";

const alphabets = ["gsm7", "latin1"] as const;
const longMessages = ["udh", "message-payload"] as const;
const securities = ["tls", "none"] as const;

/** A form sends an empty field as "". */
const optional = (schema: z.ZodType<number>) => z.preprocess((value) => (value === "" || value === null ? undefined : value), schema.optional());
const small = z.coerce.number().int().min(0).max(255);

const schema = z.object({
  host: z.string().trim().min(1),
  port: z.coerce.number().int().min(1).max(65_535).default(2775),
  /** Providers that offer no TLS are reached through a VPN or an allowed address. */
  security: z.enum(securities).default("none"),
  /** SMPP 3.4 section 4.1.1 allows 15 and 8 octets; many SMSCs allow more. ASCII only. */
  systemId: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\x21-\x7e]+$/, "Only Latin letters, digits and signs"),
  password: z
    .string()
    .max(64)
    .regex(/^[\x20-\x7e]*$/, "Only Latin letters, digits and signs"),
  systemType: z.string().max(12).default(""),
  /** Our number, short number or name (up to 11 Latin characters). */
  sourceAddress: z
    .string()
    .trim()
    .min(1)
    .max(20)
    .regex(/^[\x20-\x7e]+$/, "Only Latin letters, digits and signs"),
  sourceTon: optional(small),
  sourceNpi: optional(small),
  /** ISO 3166 alpha-2: whose national numbers ("8 701 …") the provider may send. */
  country: z
    .string()
    .trim()
    .length(2)
    .transform((value) => value.toUpperCase())
    .default("KZ"),
  defaultAlphabet: z.enum(alphabets).default("gsm7"),
  longMessages: z.enum(longMessages).default("udh"),
  maxSegments: z.coerce.number().int().min(1).max(255).default(10),
  /** Submits that may wait for their answer at once. */
  window: z.coerce.number().int().min(1).max(1_000).default(10),
  dailyPerAddress: optional(z.coerce.number().int().min(1).max(10_000)),
  enquireLinkMs: z.coerce.number().int().min(50).max(3_600_000).default(30_000),
  /** `auto`: one connection for both ways, two where the SMSC knows no transceiver; `pair`: two from the beginning. */
  connections: z.enum(["auto", "pair"]).default("auto"),
  /** How long one PDU may stay unanswered. */
  pduTimeoutMs: z.coerce.number().int().min(50).max(600_000).default(15_000),
  /** Shortest pause before connecting again; doubles up to half a minute. */
  reconnectFloorMs: z.coerce.number().int().min(10).max(60_000).default(1_000),
  /** A long message whose parts have not all come after this is shown as far as it has come. */
  incompleteAfterMs: z.coerce.number().int().min(100).default(86_400_000),
});

export type SmppConfig = z.infer<typeof schema>;

/** Throws a ZodError naming every fault at once. */
export const parseSmppConfig = (raw: unknown): SmppConfig => schema.parse(raw);

export const smppFields: ConfigField[] = [
  { name: "host", type: "text", required: true },
  { name: "port", type: "number", required: true, default: 2775 },
  { name: "security", type: "select", required: true, options: [...securities], default: "none" },
  { name: "systemId", type: "text", required: true },
  { name: "password", type: "secret", required: true },
  { name: "systemType", type: "text", required: false },
  { name: "sourceAddress", type: "text", required: true },
  { name: "sourceTon", type: "number", required: false },
  { name: "sourceNpi", type: "number", required: false },
  { name: "country", type: "text", required: false, default: "KZ" },
  { name: "defaultAlphabet", type: "select", required: false, options: [...alphabets], default: "gsm7" },
  { name: "longMessages", type: "select", required: false, options: [...longMessages], default: "udh" },
  { name: "maxSegments", type: "number", required: false, default: 10 },
  { name: "window", type: "number", required: false, default: 10 },
  { name: "dailyPerAddress", type: "number", required: false },
];
