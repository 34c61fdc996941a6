import type { ChannelEvent, Host, MessageStateReported, WebhookRequest, WebhookResponse } from "@kommutator/contract/channel";
import type { ViberConfig } from "./config.ts";
import type { FileLinks } from "./file-links.ts";
import { fromViber, stateEvent } from "./from-viber.ts";
import type { Memory } from "./memory.ts";
import type { Registration } from "./registration.ts";
import type { Sender } from "./sender.ts";
import { isSigned } from "./signature.ts";
import { toWelcome } from "./to-viber.ts";

/** Viber's callbacks carry text and addresses only. */
const MAX_BODY_BYTES = 1024 * 1024;

export interface Desk {
  config: ViberConfig;
  host: Host;
  memory: Memory;
  links: FileLinks;
  registration: Pick<Registration, "heard">;
  sender: Pick<Sender, "partOf" | "seenWith" | "seen">;
}

/**
 * Answers what comes to /hooks/:channelId: `POST /` Viber's callbacks, `GET /file/<signed>/<name>` the files of our messages.
 * 200 says that the event is stored; whatever fails before that throws, and Viber, which gets no 200, repeats it for an hour.
 */
export async function answer(request: WebhookRequest, desk: Desk): Promise<WebhookResponse> {
  const [first = "", signed = "", name = "", ...more] = request.path.split("/").filter((piece) => piece !== "");
  if (first === "file" && name !== "" && more.length === 0)
    return request.method === "GET" || request.method === "HEAD" ? desk.links.serve(signed) : { status: 405 };
  if (first !== "") return { status: 404 };
  if (request.method !== "POST") return { status: 405 };
  if (request.body.byteLength > MAX_BODY_BYTES) return { status: 413 };
  const { config, host } = desk;
  if (!isSigned(request.body, request.headers["x-viber-content-signature"], config.token)) {
    host.record("in", "A request without Viber's signature was turned away", { from: request.remoteAddress, bytes: request.body.byteLength });
    return { status: 403 };
  }
  desk.registration.heard();
  const said = fromViber(request.body, host.now());
  switch (said.kind) {
    case "event":
      host.record("in", `Viber ${said.event.kind}`, { eventKey: said.event.eventKey });
      await report(said.event, desk);
      return { status: 200 };
    case "state":
      host.record("in", `Viber ${said.event.kind}`, { eventKey: said.event.eventKey });
      await reportState(said.event, said.userId, desk);
      return { status: 200 };
    case "opened": {
      host.record("in", "Viber conversation_started", { subscribed: said.subscribed, context: said.context });
      if (said.context !== undefined) await desk.memory.rememberContext(said.userId, said.context);
      // Only who has not subscribed yet is welcomed, and only in this very answer.
      if (config.greeting === "" || said.subscribed) return { status: 200 };
      return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(toWelcome(config.greeting, config)) };
    }
    case "nothing":
      host.record("in", `Viber ${said.what}`);
      return { status: 200 };
  }
}

async function report(event: ChannelEvent, { host, memory }: Desk): Promise<void> {
  const userId = event.kind === "message.received" ? event.thread.key : undefined;
  if (event.kind !== "message.received" || userId === undefined) return host.report(event);
  const origin = await memory.originOf(userId);
  await host.report(origin === undefined ? event : { ...event, origin });
  if (origin !== undefined) await memory.forgetContext(userId);
}

async function reportState(event: MessageStateReported, userId: string | undefined, { host, sender }: Desk): Promise<void> {
  // The text that went before its file is not the message the house knows; only its failure matters.
  const whole = sender.partOf(event.messageKey);
  if (whole !== undefined) return event.state === "failed" ? host.report({ ...event, messageKey: whole }) : undefined;
  if (event.state !== "read" || userId === undefined) return host.report(event);
  for (const earlier of sender.seenWith(userId, event.messageKey)) await host.report(stateEvent("seen", earlier, event.occurredAt));
  await host.report(event);
  sender.seen(userId, event.messageKey);
}
