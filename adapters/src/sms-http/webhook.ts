import { createHash, timingSafeEqual } from "node:crypto";
import type { Host, WebhookHead, WebhookRequest, WebhookResponse } from "@kommutator/contract/channel";
import type { SmsHttpConfig } from "./config.ts";
import type { Account } from "./connection.ts";
import { unparseableEvent } from "./from-sms.ts";
import type { SmsVendor } from "./vendor.ts";

const MAX_CALLBACK_BYTES = 64 * 1024;

/**
 * The vendor's callbacks at /hooks/:channelId/<secret>: states and incoming messages, as form fields, as a query (SMSC's GET)
 * or as JSON (Mobizon). Answered with success only after everything is stored, so that the vendor repeats the rest: what
 * `report` throws goes on to the gateway, which answers 503.
 */
export async function answerCallback(
  request: WebhookRequest,
  { config, vendor, account, host }: { config: SmsHttpConfig; vendor: SmsVendor; account: Account; host: Host },
): Promise<WebhookResponse> {
  const admitted = admitCallback(request, config);
  if (typeof admitted !== "number") return admitted;
  if (request.body.byteLength > admitted) return plain(413, "too long");
  const fields = read(request);
  // The vendor tries the address when it is entered, and so does our own test.
  if (fields !== null && Object.keys(fields).length === 0) return plain(200, "ok");
  if (fields !== null && vendor.signed?.(fields, config.webhookSecret) === false) return plain(403, "signature");
  let told: ReturnType<SmsVendor["callback"]>;
  try {
    if (fields === null) throw new Error("A callback that is neither form fields nor JSON");
    told = vendor.callback(fields);
  } catch (error) {
    // It is surely the vendor's, so it goes to the error list, and is not repeated for ever.
    const raw = fields ?? new TextDecoder().decode(request.body);
    await host.report(unparseableEvent((error as Error).message, raw, host.now()));
    host.record("in", "Callback that cannot be read", { error: (error as Error).message.slice(0, 300) });
    return plain(200, "ok");
  }
  if (told === null) host.record("in", "Callback about something else");
  else if ("status" in told) {
    await account.report(told.status);
    host.record("in", "State by callback", { key: told.status.key, state: told.status.state });
  } else {
    await account.receive(told.incoming);
    host.record("in", "SMS by callback", { id: told.incoming.id });
  }
  return plain(200, "ok");
}

/** Without the secret in its address nothing of a callback is read. */
export function admitCallback(head: WebhookHead, config: Pick<SmsHttpConfig, "webhookSecret">): number | WebhookResponse {
  const given = head.path.split("/").filter((piece) => piece !== "");
  if (config.webhookSecret === "" || given.length !== 1 || !same(given[0] ?? "", config.webhookSecret)) return plain(403, "forbidden");
  return head.method === "POST" || head.method === "GET" ? MAX_CALLBACK_BYTES : plain(405, "GET or POST");
}

/** Fields of the query and the body together; null when the body is in no form that we know. */
function read(request: WebhookRequest): Record<string, unknown> | null {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(request.body).trim();
  } catch {
    return null;
  }
  if (text === "") return { ...request.query };
  if (text.startsWith("{") || text.startsWith("[")) {
    try {
      const parsed: unknown = JSON.parse(text);
      return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : null;
    } catch {
      return null;
    }
  }
  const pairs = [...new URLSearchParams(text)];
  return text.includes("=") && pairs.every(([name]) => /^[\w[\].-]{1,64}$/.test(name)) ? { ...request.query, ...Object.fromEntries(pairs) } : null;
}

/** Compared through a hash, so that neither length nor content leaks in the time it takes. */
function same(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}

const plain = (status: number, body: string): WebhookResponse => ({ status, headers: { "content-type": "text/plain", "cache-control": "no-store" }, body });
