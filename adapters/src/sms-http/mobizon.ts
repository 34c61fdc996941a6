import { createHash, timingSafeEqual } from "node:crypto";
import { type FaultTable, fieldsOf, type SmsVendor, type StatusReport, type StatusTable, textOf } from "./vendor.ts";

/**
 * Mobizon (mobizon.kz, mobizon.ua and others; each key belongs to one domain, named in `apiUrl`). Source: the vendor's own
 * documentation, https://github.com/mobizon/mobizon-api-docs (src/v1/en). It keeps no reference of ours and receives no SMS:
 * this channel only writes. The key goes in the body, so that it stands in no log of addresses.
 */
export const mobizon: SmsVendor = {
  title: "Mobizon",
  apiUrl: "https://api.mobizon.kz",
  textLength: 1_000,
  missing: ({ apiKey }) => (apiKey === "" ? ["Mobizon needs an API key"] : []),
  common: ({ apiKey }) => ({ apiKey, output: "json", api: "v1" }),

  fault(operation, answer) {
    const { code: number, message, data } = fieldsOf(answer);
    const code = textOf(number);
    if (code === "0") return null;
    // "If no message identifiers are specified" (getSMSStatus): nothing to tell.
    if (code === "2" && operation === "status") return { code: "rejected", text: "Nothing was found", nothing: true };
    const known = FAULTS[code] ?? { code: "uncertain" as const, text: "Mobizon answered something unknown" };
    const said = [textOf(message), ...(code === "1" || code === "11" || code === "12" ? wrongFields(data) : [])].filter((one) => one !== "").join("; ");
    const where = code === "13" && textOf(data) !== "" ? `: ${textOf(data)}` : "";
    return { ...known, text: `${known.text}${where}${said === "" ? "" : ` (Mobizon: ${said})`}` };
  },

  // message/api/sendSmsMessage.md: digits only; the sender must be registered.
  send: ({ to, text, sender }) => ({ path: "service/message/sendSmsMessage", fields: { recipient: to, text, ...(sender === "" ? {} : { from: sender }) } }),
  sentKey: (answer) => textOf(fieldsOf(fieldsOf(answer)["data"])["messageId"]) || null,
  status: {
    // message/api/getSMSStatus.md: at most 100 in one request; unknown ones are left out of the answer.
    perRequest: 100,
    ask: (messages) => ({ path: "service/message/getSMSStatus", fields: { ids: messages.map((one) => one.key).join(",") } }),
    read: (answer) => {
      const { data } = fieldsOf(answer);
      return (Array.isArray(data) ? data : []).flatMap((one) => statusOf(textOf(fieldsOf(one)["id"]), fieldsOf(one)) ?? []);
    },
  },
  balance: {
    ask: () => ({ path: "service/user/getOwnBalance", fields: {} }),
    read: (answer) => {
      const { balance, currency } = fieldsOf(fieldsOf(answer)["data"]);
      return { amount: Number(textOf(balance)), currency: textOf(currency) };
    },
  },

  // webhook/05-data-structure.md
  callback(fields) {
    if (textOf(fields["eventType"]) === "") throw new Error("A callback without its kind of event");
    if (textOf(fields["eventType"]) !== "sms-delivery-report") return null;
    const data = fieldsOf(fields["data"]);
    const status = statusOf(textOf(data["messageId"]), data);
    if (status === null) throw new Error("A delivery report without message or state");
    return { status };
  },
  /** webhook/06-signature.md: SHA-1 of eventId|attempt|eventCreateTs|secret. Without a key Mobizon sends none, and the address alone is secret. */
  signed(fields, secret) {
    const sign = textOf(fields["sign"]);
    if (sign === "") return true;
    const [eventId, attempt, created] = ["eventId", "attempt", "eventCreateTs"].map((name) => textOf(fields[name]));
    const expected = createHash("sha1").update(`${eventId}|${attempt}|${created}|${secret}`).digest("hex");
    return sign.length === expected.length && timingSafeEqual(Buffer.from(sign.toLowerCase()), Buffer.from(expected));
  },
};

/** _other/smsStatus.md */
const STATUSES: StatusTable = {
  NEW: { state: null },
  ENQUEUD: { state: null },
  ACCEPTD: { state: "sent" },
  PDLIVRD: { state: "sent" },
  DELIVRD: { state: "delivered" },
  UNDELIV: { state: "failed", text: "Not delivered to the phone" },
  REJECTD: { state: "failed", text: "The operator refused it: a wrong number, a forbidden text or an unregistered sender name" },
  EXPIRED: { state: "failed", text: "Not delivered in time: the phone was off or out of reach" },
  DELETED: { state: "failed", text: "The operator deleted it because of a restriction" },
};

/** _other/apiCode.md */
const FAULTS: FaultTable = {
  "1": { code: "rejected", text: "Mobizon does not take the message" },
  "2": { code: "rejected", text: "Mobizon does not know this record" },
  "3": { code: "uncertain", text: "Mobizon failed by itself; nobody knows whether the message was taken" },
  "4": { code: "unsupported", text: "Mobizon does not know the module that was asked: check the API address" },
  "5": { code: "unsupported", text: "Mobizon does not know the method that was asked: check the API address" },
  "6": { code: "unsupported", text: "Mobizon does not know the format that was asked: check the API address" },
  "8": { code: "bad-credentials", text: "Mobizon refused the API key: take the one of your account's API settings" },
  "9": { code: "bad-credentials", text: "The API key has no right for this: allow it in the account's API settings" },
  "10": { code: "unreachable", text: "Mobizon could not save the message just now" },
  "11": { code: "rejected", text: "Mobizon misses a part of the message" },
  "12": { code: "rejected", text: "Mobizon does not take a part of the message" },
  "13": { code: "bad-credentials", text: "The API key belongs to another Mobizon server: set the API address to it" },
  "14": { code: "bad-credentials", text: "The Mobizon account of this API key is blocked or deleted" },
  "15": { code: "rejected", text: "Mobizon refused the operation" },
  "30": { code: "rate-limited", text: "Mobizon takes no more requests for a while", retryAfterMs: 10_000 },
  "98": { code: "uncertain", text: "Mobizon took only a part of it" },
  "99": { code: "rejected", text: "Mobizon took nothing of it" },
  "100": { code: "uncertain", text: "Mobizon does it later and named no message" },
  "999": { code: "uncertain", text: "Mobizon failed by itself; nobody knows whether the message was taken" },
};

function statusOf(key: string, fields: Record<string, unknown>): StatusReport | null {
  const status = textOf(fields["status"]).toUpperCase();
  if (key === "" || status === "") return null;
  const known = STATUSES[status];
  return known === undefined ? { key, state: null } : { key, state: known.state, ...(known.text === undefined ? {} : { failure: known.text }) };
}

/** `data` of a validation error: field -> text, texts or deeper fields. */
function wrongFields(data: unknown, path = ""): string[] {
  if (typeof data === "string") return [path === "" ? data : `${path}: ${data}`];
  if (typeof data !== "object" || data === null) return [];
  return Object.entries(data)
    .slice(0, 10)
    .flatMap(([name, value]) => wrongFields(value, /^\d+$/.test(name) ? path : path === "" ? name : `${path}.${name}`));
}
