import { createHash, timingSafeEqual } from "node:crypto";
import type { Host, WebhookRequest, WebhookResponse } from "@kommutator/contract/channel";
import type { Responses } from "vk-io";
import type { VkClient } from "./client.ts";
import type { VkConfig } from "./config.ts";
import { int, obj, str } from "./loose.ts";
import type { Receiver } from "./receiver.ts";

/**
 * An event is a few kilobytes, a message with a hundred forwarded ones and their photos some megabytes; VK gives up a server that keeps
 * refusing one. Its secret is inside the body, so this much is read from anybody, and no more.
 */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/**
 * Answers the Callback API (dev.vk.com/api/callback/getting-started): `confirmation` with the string of the settings, any
 * other event with "ok" once it is stored. VK sends again what is answered otherwise, and stops calling a server that keeps
 * failing; so what is authentic and cannot be read gets its "ok" too, after it is in the error list.
 */
export function callback(
  config: VkConfig,
  host: Host,
  { client, receiver }: { client: VkClient; receiver: Receiver },
): (request: WebhookRequest) => Promise<WebhookResponse> {
  const refuse = (status: number, why: string): WebhookResponse => {
    host.record("in", `A callback was refused: ${why}`);
    return text(status, why);
  };
  const code = confirmationCode(config, client);
  const confirm = async (): Promise<WebhookResponse> => {
    try {
      return text(200, await code());
    } catch (error) {
      return refuse(503, `the confirmation string is not known: ${(error as Error).message}`.slice(0, 300));
    }
  };
  return async (request) => {
    if (request.method !== "POST") return text(405, "POST only");
    if (request.body.byteLength > MAX_BODY_BYTES) return refuse(413, "too large");
    let event: Record<string, unknown>;
    try {
      event = obj(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(request.body)));
    } catch {
      // The secret is inside the JSON: what is no JSON is not from VK.
      return refuse(400, "not JSON");
    }
    const secret = event["secret"];
    const confirms = event["type"] === "confirmation";
    // VK asks for confirmation before the secret is known to it, when the server is being set up.
    if (!(confirms && secret === undefined) && !same(str(secret), config.secret)) return refuse(403, "wrong secret");
    if (int(event["group_id"]) !== config.groupId) return refuse(403, "another community");
    if (confirms) return confirm();
    host.record("in", str(event["type"]).slice(0, 60), { event_id: str(event["event_id"]).slice(0, 60) });
    try {
      await receiver.prepare([event]);
      await receiver.take(event);
    } catch (error) {
      host.record("in", "An event could not be stored; VK will send it again", { error: String(error).slice(0, 300) });
      return { ...text(503, "try again"), headers: { "content-type": "text/plain", "retry-after": "2" } };
    }
    return text(200, "ok");
  };
}

/** VK's wish may come from anybody who knows the community, so the API is asked once in this time at most. */
const CODE_KEPT_MS = 30_000;

/** The string to answer: as configured, or as VK says itself (groups.getCallbackConfirmationCode). Throws ChannelError. */
function confirmationCode(config: VkConfig, client: VkClient): () => Promise<string> {
  let asked: { at: number; code: Promise<string> } | null = null;
  return () => {
    if (config.confirmation !== "") return Promise.resolve(config.confirmation);
    if (asked === null || performance.now() - asked.at > CODE_KEPT_MS) {
      const code = client
        .call<Responses.GroupsGetCallbackConfirmationCodeResponse>("groups.getCallbackConfirmationCode", { group_id: config.groupId })
        .then((answer) => str(obj(answer)["code"]));
      asked = { at: performance.now(), code };
    }
    return asked.code;
  };
}

const text = (status: number, body: string): WebhookResponse => ({ status, headers: { "content-type": "text/plain" }, body });

/** Compares hashes, so that neither the time nor the length tells anything. */
function same(given: string, expected: string): boolean {
  const digest = (value: string): Buffer => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
