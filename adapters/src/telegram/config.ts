import type { ConfigField } from "@kommutator/contract/channel";
import { z } from "zod";

/** https anywhere, http on this machine alone: the token is part of every address. Gives the origin, without a slash at its end. */
const address = z.string().transform((value, context) => {
  const url = URL.canParse(value.trim()) ? new URL(value.trim()) : null;
  const local = url !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url === null || !/^https?:$/.test(url.protocol))
    context.addIssue({ code: "custom", message: `"${value}" is not an address like https://crm.company.example` });
  else if (url.protocol === "http:" && !local) context.addIssue({ code: "custom", message: "Without https only localhost is allowed" });
  else if (url.pathname !== "/" || url.search !== "" || url.username !== "")
    context.addIssue({ code: "custom", message: "Only the scheme, the host and the port belong here" });
  else return url.origin;
  return z.NEVER;
});

const schema = z
  .object({
    /** As @BotFather gives it (core.telegram.org/bots/api#authorizing-your-bot). */
    token: z
      .string()
      .trim()
      .regex(/^\d{3,20}:[A-Za-z0-9_-]{20,100}$/, "This is not a bot token like 123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"),
    mode: z.enum(["polling", "webhook"]).default("polling"),
    /** Where Telegram reaches this house; it delivers to ports 443, 80, 88 and 8443 only. */
    publicUrl: z.union([z.literal(""), address]).default(""),
    apiUrl: address.default("https://api.telegram.org"),
    /** How long Telegram may hold an empty answer to getUpdates. */
    pollSeconds: z.coerce.number().int().min(0).max(50).default(30),
    /** How long any other request may take; files get a minute more. */
    requestTimeoutMs: z.coerce.number().int().min(100).max(120_000).default(20_000),
    /** How often a webhook's health is asked for. */
    checkEveryMs: z.coerce.number().int().min(50).max(3_600_000).default(60_000),
    /** Shortest pause before trying again; doubles up to half a minute. */
    reconnectFloorMs: z.coerce.number().int().min(10).max(60_000).default(1_000),
  })
  .superRefine((config, context) => {
    if (config.mode === "webhook" && config.publicUrl === "")
      context.addIssue({ code: "custom", path: ["publicUrl"], message: "A webhook needs the public address of this house" });
  });

export type TelegramConfig = z.infer<typeof schema>;

/** Throws a ZodError naming every fault at once. */
export const parseTelegramConfig = (raw: unknown): TelegramConfig => schema.parse(raw);

export const telegramFields: ConfigField[] = [
  { name: "token", type: "secret", required: true },
  { name: "mode", type: "select", required: true, options: ["polling", "webhook"], default: "polling" },
  { name: "publicUrl", type: "text", required: false },
  { name: "apiUrl", type: "text", required: false, default: "https://api.telegram.org" },
];
