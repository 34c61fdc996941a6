import { type Delivery, TLV } from "./pdu.ts";

/** What the SMSC says of one submitted SMS. */
export interface Receipt {
  /** Its message id, as the SMSC spells it here. */
  id: string;
  state: "delivered" | "failed" | "underway";
  /** For people, when it failed. */
  failure?: string;
  /** Address of the customer: a receipt comes "from" him. */
  from: string;
  to: string;
}

/** message_state (SMPP 3.4 section 5.2.28) in the spelling of Appendix B. */
const STATES = ["", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"];

const FAILURES: Record<string, string> = {
  EXPIRED: "The phone could not be reached before the message expired",
  DELETED: "The SMS centre deleted the message",
  UNDELIV: "The operator could not deliver the message",
  REJECTD: "The operator rejected the message",
  FAILED: "The operator could not deliver the message",
};

/**
 * Reads a delivery receipt (SMPP 3.4 Appendix B, "the format is SMSC vendor specific"): text in any order, case and
 * spacing of its fields, or the TLVs receipted_message_id and message_state, which win where both are there. null when
 * neither gives an id and a state.
 */
export function readReceipt(delivery: Delivery): Receipt | null {
  const text = delivery.octets.toString("latin1").replaceAll("\0", "");
  const field = (name: string): string | undefined => new RegExp(`(?:^|[\\s,;])${name}\\s*[:=]\\s*([^\\s,;]+)`, "i").exec(beforeText(text))?.[1];
  const id = cstring(delivery.tlvs.get(TLV.receiptedMessageId)) ?? field("id");
  const stat = STATES[delivery.tlvs.get(TLV.messageState)?.[0] ?? 0] || spelled(field("stat") ?? field("status"));
  if (id === undefined || id === "" || stat === undefined) return null;
  const code = errorOf(delivery.tlvs.get(TLV.networkErrorCode)) ?? field("err");
  const receipt = { id, from: delivery.source, to: delivery.destination };
  if (stat === "DELIVRD") return { ...receipt, state: "delivered" };
  const words = FAILURES[stat];
  // UNKNOWN is no answer: neither delivered nor failed may be claimed.
  if (words === undefined) return { ...receipt, state: "underway" };
  return { ...receipt, state: "failed", failure: code === undefined || /^0*$/.test(code) ? `${words} (${stat})` : `${words} (${stat}, error ${code})` };
}

/** Whether a text that is not marked as a receipt has the form of one: some SMSCs leave esm_class 0. */
export const looksLikeReceipt = (text: string): boolean => /^\s*id\s*:\s*\S+\s.*\bstat\s*:\s*\w+/is.test(text) && /\bdone ?date\s*:/i.test(text);

/** The customer's own words come last and may say anything. */
const beforeText = (text: string): string => text.replace(/(^|[\s,;])text\s*[:=].*$/is, "$1");

function spelled(stat: string | undefined): string | undefined {
  if (stat === undefined) return undefined;
  if (/^\d$/.test(stat)) return STATES[Number(stat)] || undefined;
  const word = stat.toUpperCase();
  if (/^DELIV/.test(word)) return "DELIVRD";
  if (/^(NOT_?DELIV|UNDELIV|NON_?DELIV)/.test(word)) return "UNDELIV";
  if (/^EXPIR/.test(word)) return "EXPIRED";
  if (/^DELET/.test(word)) return "DELETED";
  if (/^REJECT/.test(word)) return "REJECTD";
  if (/^FAIL/.test(word)) return "FAILED";
  if (/^[A-Z_]+$/.test(word)) return "UNKNOWN";
  return undefined;
}

/** A text TLV with or without its closing NUL. */
function cstring(octets: Buffer | undefined): string | undefined {
  const text = octets?.toString("latin1").split("\0")[0]?.trim();
  return text === "" ? undefined : text;
}

/** network_error_code (section 5.3.2.31): an octet of network type, two of code. */
function errorOf(octets: Buffer | undefined): string | undefined {
  const code = octets?.length === 3 ? octets.readUInt16BE(1) : 0;
  return code === 0 ? undefined : String(code);
}
