import type { ConfigField } from "@kommutator/contract/channel";
import { z } from "zod";

const origin = z.string().transform((value, context) => {
  try {
    const url = new URL(value);
    if (/^https?:$/.test(url.protocol)) return url.origin;
  } catch {
    // reported below
  }
  context.addIssue({ code: "custom", message: `"${value}" is not an address like https://shop.example` });
  return z.NEVER;
});

const schema = z.object({
  title: z.string().max(100).default(""),
  greeting: z.string().max(500).default(""),
  /** Sites that may embed the chat, one after another with commas or spaces; none = only our own page. */
  allowedOrigins: z
    .string()
    .default("")
    .transform((list) => list.split(/[\s,;]+/).filter((one) => one !== ""))
    .pipe(z.array(origin)),
  maxFileMb: z.coerce.number().min(0).max(20).default(10),
  /** Messages a visitor may write in a minute; files and typing count separately. */
  messagesPerMinute: z.coerce.number().int().min(1).max(100_000).default(30),
});

export type WebChatConfig = z.infer<typeof schema>;

/** Throws a ZodError naming every fault at once. */
export const parseWebChatConfig = (raw: unknown): WebChatConfig => schema.parse(raw);

export const webChatFields: ConfigField[] = [
  { name: "title", type: "text", required: false },
  { name: "greeting", type: "text", required: false },
  { name: "allowedOrigins", type: "text", required: false },
  { name: "maxFileMb", type: "number", required: false, default: 10 },
  { name: "messagesPerMinute", type: "number", required: false, default: 30 },
];
