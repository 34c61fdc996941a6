import type { ChannelEvent } from "@kommutator/contract/channel";
import { cleanKey } from "./clean.ts";

/**
 * Events of one order key are ingested in the order in which they were reported; other keys do not wait for them.
 * A letter's thread is not known yet: the first message it refers to is the root by which its relatives are found too.
 */
export function orderKeyOf(event: ChannelEvent): string {
  switch (event.kind) {
    case "message.received":
      return cleanKey(`t:${event.thread.key ?? event.thread.references?.[0] ?? event.messageKey}`);
    // An edit must not overtake its message, nor a block what was written before it.
    case "message.edited":
    case "message.deleted":
      return cleanKey(`t:${event.thread.key ?? event.thread.references?.[0] ?? event.messageKey}`);
    case "identity.state":
    case "thread.ended":
      return cleanKey(`t:${event.thread.key ?? event.thread.references?.[0] ?? event.eventKey}`);
    case "message.state":
      return cleanKey(`m:${event.messageKey}`);
    case "call.offered":
    case "call.leg":
    case "call.ended":
    case "call.digit":
    case "call.recorded":
    case "call.reconstructed":
      return cleanKey(`c:${event.callKey}`);
    case "phone.status":
      return cleanKey(`p:${event.endpoint}`);
    case "unparseable":
      return cleanKey(`u:${event.eventKey}`);
  }
}
