import type { ConfigField } from "@kommutator/contract/channel";
import { z } from "zod";

const security = ["tls", "starttls", "none"] as const;
const loopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);

const schema = z
  .object({
    address: z.email().transform((address) => address.toLowerCase()),
    displayName: z.string().max(200).default(""),
    imapHost: z.string().min(1),
    imapPort: z.coerce.number().int().min(1).max(65_535).default(993),
    imapSecurity: z.enum(security).default("tls"),
    imapUser: z.string().min(1),
    imapPassword: z.string().min(1),
    folder: z.string().min(1).default("INBOX"),
    /** What to take at the very first connection: letters not read yet, all of them, or only later ones. */
    firstImport: z.enum(["unseen", "all", "new"]).default("unseen"),
    smtpHost: z.string().min(1),
    smtpPort: z.coerce.number().int().min(1).max(65_535).default(465),
    smtpSecurity: z.enum(security).default("tls"),
    smtpUser: z.string().default(""),
    smtpPassword: z.string().default(""),
    /** Shortest pause before connecting again; doubles up to two minutes. */
    reconnectFloorMs: z.coerce.number().int().min(10).max(60_000).default(1_000),
  })
  .superRefine((config, context) => {
    // A password over an open line is refused, except on this machine.
    for (const side of ["imap", "smtp"] as const) {
      if (config[`${side}Security`] === "none" && !loopback(config[`${side}Host`])) {
        context.addIssue({ code: "custom", path: [`${side}Security`], message: "Without encryption only localhost is allowed" });
      }
    }
  });

export type EmailConfig = z.infer<typeof schema>;

/** Throws a ZodError naming every fault at once. */
export const parseEmailConfig = (raw: unknown): EmailConfig => schema.parse(raw);

export const emailFields: ConfigField[] = [
  { name: "address", type: "text", required: true },
  { name: "displayName", type: "text", required: false },
  { name: "imapHost", type: "text", required: true },
  { name: "imapPort", type: "number", required: true, default: 993 },
  { name: "imapSecurity", type: "select", required: true, options: [...security], default: "tls" },
  { name: "imapUser", type: "text", required: true },
  { name: "imapPassword", type: "secret", required: true },
  { name: "folder", type: "text", required: false, default: "INBOX" },
  { name: "firstImport", type: "select", required: false, options: ["unseen", "all", "new"], default: "unseen" },
  { name: "smtpHost", type: "text", required: true },
  { name: "smtpPort", type: "number", required: true, default: 465 },
  { name: "smtpSecurity", type: "select", required: true, options: [...security], default: "tls" },
  { name: "smtpUser", type: "text", required: false },
  { name: "smtpPassword", type: "secret", required: false },
];
