import type { ConfigField } from "@kommutator/contract/channel";
import { z } from "zod";

/** The version whose objects from-vk reads; the community's Callback API or Long Poll settings should name the same. */
export const API_VERSION = "5.199";

const loopback = (url: URL): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);

const address = z
  .string()
  .trim()
  .transform((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : null;
    // The token travels with every request: over an open line it is refused, except on this machine.
    if (url !== null && (url.protocol === "https:" || (url.protocol === "http:" && loopback(url)))) return url.href.replace(/\/+$/, "");
    context.addIssue({ code: "custom", message: `"${value}" is not an address like https://example.com` });
    return z.NEVER;
  });

const schema = z
  .object({
    /** Key of the community with the rights messages, photos, docs and manage. */
    token: z.string().trim().min(1),
    groupId: z.coerce.number().int().positive(),
    /** `callback`: VK calls us. `polling`: we ask VK; needs no public address. */
    mode: z.enum(["callback", "polling"]).default("callback"),
    /** Secret key of the callback server, as typed into the community's settings. */
    secret: z.string().default(""),
    /** The string that VK wants as the answer to `confirmation`; empty: it is asked for by the API when it is needed. */
    confirmation: z.string().trim().default(""),
    /** Where VK reaches this installation, without the path. */
    publicUrl: z.union([z.literal("").transform(() => null), address]).default(null as never),
    apiUrl: address.default("https://api.vk.com/method"),
    /** Hosts of VK that we do not know yet, from which customers' files may be fetched too: names, or *.name for all below it. */
    mediaHosts: z
      .string()
      .default("")
      .transform((names) =>
        names
          .toLowerCase()
          .split(/[\s,;]+/)
          .filter((name) => name !== ""),
      )
      .pipe(z.array(z.string().regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/, "Must be names like *.userapi.com"))),
    /** Shortest pause before asking again after a failure; doubles up to a minute. */
    retryFloorMs: z.coerce.number().int().min(10).max(60_000).default(1_000),
    /** How often the token is tried while VK calls us and nothing else would show that it was revoked. */
    checkEveryMs: z.coerce.number().int().min(20).max(3_600_000).default(60_000),
    apiTimeoutMs: z.coerce.number().int().min(50).max(120_000).default(15_000),
  })
  .superRefine((config, context) => {
    if (config.mode !== "callback") return;
    // Without the secret anybody who knows the address could write in a customer's name.
    if (config.secret === "") context.addIssue({ code: "custom", path: ["secret"], message: "The Callback API needs a secret key" });
    if (config.publicUrl === null) context.addIssue({ code: "custom", path: ["publicUrl"], message: "VK must know where to call: https://…" });
  });

export type VkConfig = z.infer<typeof schema>;

/** Throws a ZodError naming every fault at once. */
export const parseVkConfig = (raw: unknown): VkConfig => schema.parse(raw);

export const vkFields: ConfigField[] = [
  { name: "groupId", type: "number", required: true },
  { name: "token", type: "secret", required: true },
  { name: "mode", type: "select", required: true, options: ["callback", "polling"], default: "callback" },
  { name: "secret", type: "secret", required: false },
  { name: "confirmation", type: "text", required: false },
  { name: "publicUrl", type: "text", required: false },
  { name: "mediaHosts", type: "text", required: false },
  { name: "apiUrl", type: "text", required: false, default: "https://api.vk.com/method" },
];
