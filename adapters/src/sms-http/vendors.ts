import { mobizon } from "./mobizon.ts";
import { smsc } from "./smsc.ts";
import type { SmsVendor } from "./vendor.ts";

/** The vendors of this build, by the value of the `provider` field; a new one is a line here. */
export const PROVIDERS = ["smsc", "mobizon"] as const;
export const vendors: Record<(typeof PROVIDERS)[number], SmsVendor> = { smsc, mobizon };
