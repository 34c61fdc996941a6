import type { Adapter } from "@kommutator/contract/channel";
import { type EmailConfig, emailFields, parseEmailConfig } from "./config.ts";

/** A mailbox: IMAP in, SMTP out. */
const email: Adapter<EmailConfig> = {
  kind: "email",
  medium: "mail",
  fields: emailFields,
  parseConfig: parseEmailConfig,
  open: async (config, host) => (await import("./open.ts")).openMailbox(config, host),
};
export default email;
export { email };
