import type { ConfigField } from "@kommutator/contract/channel";
import { z } from "zod";
import { PROVIDERS, vendors } from "./vendors.ts";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** An address with http(s); without encryption only this machine. */
const address = z.string().superRefine((value, context) => {
  if (value === "") return;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) context.addIssue({ code: "custom", message: `"${value}" is not an address like https://example.org` });
  else if (url.protocol === "http:" && !LOOPBACK.test(url.hostname))
    context.addIssue({ code: "custom", message: "Without encryption (http) only localhost is allowed" });
  else if (url.username !== "" || url.password !== "") context.addIssue({ code: "custom", message: "The address must not carry a password" });
});

const schema = z
  .object({
    provider: z.enum(PROVIDERS),
    login: z.string().trim().max(200).default(""),
    password: z.string().max(200).default(""),
    apiKey: z.string().trim().max(200).default(""),
    /** Registered sender name or number. */
    sender: z.string().trim().max(20).default(""),
    /** The vendor's API; "" = its usual address. */
    apiUrl: address.default(""),
    /** Our own address from outside, for the vendor's callbacks. */
    publicUrl: address.default(""),
    /** Last part of the callback address, and the key of the vendor's signature where it signs. */
    webhookSecret: z
      .string()
      .regex(/^[\w-]{16,100}$/, "Take 16 to 100 letters, digits, - and _")
      .or(z.literal(""))
      .default(""),
    /** Ask the vendor regularly for incoming messages and delivery states. */
    polling: z.stringbool().or(z.boolean()).default(true),
    /** Messages to one number in a day; 0 = as many as you like. */
    dailyPerAddress: z.coerce.number().int().min(0).max(1_000).default(0),
    /** The account's time zone: the vendor's dates carry none. */
    utcOffsetHours: z.coerce.number().min(-12).max(14).default(3),
    /** Pause between two questions in ms. The vendors refuse more than a few of the same kind in a minute. */
    pollMs: z.coerce.number().int().min(20).max(3_600_000).default(20_000),
    /** How long an answer may take in ms. */
    timeoutMs: z.coerce.number().int().min(100).max(120_000).default(20_000),
  })
  .superRefine((config, context) => {
    for (const fault of vendors[config.provider].missing(config)) context.addIssue({ code: "custom", path: ["apiKey"], message: fault });
    if (config.publicUrl !== "" && config.webhookSecret === "")
      context.addIssue({ code: "custom", path: ["webhookSecret"], message: "Callbacks need a secret: take a random one of at least 16 characters" });
    if (!config.polling && config.webhookSecret === "")
      context.addIssue({ code: "custom", path: ["polling"], message: "Without polling and without a callback secret nothing would ever arrive" });
  });

export type SmsHttpConfig = z.infer<typeof schema>;

/** Throws a ZodError naming every fault at once. */
export const parseSmsHttpConfig = (raw: unknown): SmsHttpConfig => schema.parse(raw);

export const smsHttpFields: ConfigField[] = [
  { name: "provider", type: "select", required: true, options: [...PROVIDERS], default: "smsc" },
  { name: "login", type: "text", required: false },
  { name: "password", type: "secret", required: false },
  { name: "apiKey", type: "secret", required: false },
  { name: "sender", type: "text", required: false },
  { name: "polling", type: "boolean", required: false, default: true },
  { name: "publicUrl", type: "text", required: false },
  { name: "webhookSecret", type: "secret", required: false },
  { name: "dailyPerAddress", type: "number", required: false, default: 0 },
  { name: "utcOffsetHours", type: "number", required: false, default: 3 },
  { name: "apiUrl", type: "text", required: false },
];
