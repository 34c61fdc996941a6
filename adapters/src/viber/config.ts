import type { ConfigField } from "@kommutator/contract/channel";
import { z } from "zod";

/** Where the vendor's API is (developers.viber.com, REST API). */
const API_URL = "https://chatapi.viber.com/pa";
const loopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);

const address = z.string().transform((value, context) => {
  try {
    const url = new URL(value.trim());
    if (url.protocol === "https:" || (url.protocol === "http:" && loopback(url.hostname))) return url.href.replace(/\/+$/, "");
  } catch {
    // reported below
  }
  context.addIssue({ code: "custom", message: "Must be an https:// address" });
  return z.NEVER;
});

/** A field that the form leaves empty has its default. */
const filled = <T extends z.ZodType>(field: T) => z.preprocess((value) => (value === "" || value === null ? undefined : value), field);

const schema = z.object({
  /** The bot's application key: it is in every request of ours and signs every request of Viber's. */
  token: z.string().trim().min(1).max(200),
  /** Where the world reaches this house: Viber sends its events there and fetches our files from there. */
  publicUrl: address,
  /** The name above our messages; Viber refuses more than 28 characters. */
  senderName: z.string().trim().min(1).max(28),
  senderAvatar: z.union([z.literal(""), address]).default(""),
  /** Shown to who opens the bot for the first time, before he has written; empty = none. */
  greeting: z.string().max(7_000).default(""),
  /**
   * Answer also later than 24 hours after the customer's last message. Viber delivers that to every subscriber, but counts
   * it as a message of the bot's own and charges for it; without this the composer says that the customer must write first.
   */
  paidMessages: z.boolean().default(false),
  /** Hosts from which the customers' files may be fetched, besides the API's own: names, or *.name for all below it. */
  mediaHosts: filled(
    z
      .string()
      .default("*.viber.com")
      .transform((list) =>
        list
          .toLowerCase()
          .split(/[\s,;]+/)
          .filter((one) => one !== ""),
      )
      .pipe(z.array(z.string().regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/, "Must be names like *.viber.com"))),
  ),
  apiUrl: filled(address.default(API_URL)),
  /** How long Viber may take for an answer. */
  timeoutMs: z.coerce.number().int().min(10).max(120_000).default(20_000),
  /** How often the token and the webhook's address are looked at. */
  checkEveryMs: z.coerce.number().int().min(10).max(3_600_000).default(60_000),
  /** Shortest pause before Viber is asked again; doubles up to a minute. */
  retryFloorMs: z.coerce.number().int().min(10).max(60_000).default(1_000),
});

export type ViberConfig = z.infer<typeof schema>;

/** Throws a ZodError naming every fault at once. */
export const parseViberConfig = (raw: unknown): ViberConfig => schema.parse(raw);

export const viberFields: ConfigField[] = [
  { name: "token", type: "secret", required: true },
  { name: "publicUrl", type: "text", required: true },
  { name: "senderName", type: "text", required: true },
  { name: "senderAvatar", type: "text", required: false },
  { name: "greeting", type: "text", required: false },
  { name: "paidMessages", type: "boolean", required: false, default: false },
  { name: "mediaHosts", type: "text", required: false, default: "*.viber.com" },
  { name: "apiUrl", type: "text", required: false, default: API_URL },
];
