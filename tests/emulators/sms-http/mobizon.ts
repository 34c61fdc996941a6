import { type Desk, Wire } from "./wire.ts";

/** Mobizon as its documentation describes it (https://github.com/mobizon/mobizon-api-docs), numbers as strings like the live service. */
export class MobizonEmulator implements Desk {
  readonly apiKey = "kz0123456789abcdef0123456789abcdef";
  readonly wire = new Wire(this);
  accepted = true;
  readonly taken: { messageId: string; recipient: string; text: string; from: string }[] = [];
  readonly states = new Map<string, string>();

  sends(path: string): boolean {
    return path === "service/message/sendSmsMessage";
  }

  answer(path: string, fields: Record<string, string>): unknown {
    if (!this.accepted || fields["apiKey"] !== this.apiKey) return { code: 8, data: null, message: "Invalid API key" };
    switch (path) {
      case "service/message/sendSmsMessage":
        return this.#send(fields);
      case "service/message/getSMSStatus":
        return this.#status(fields);
      case "service/user/getOwnBalance":
        return { code: 0, data: { balance: "190.4280", currency: "KZT" }, message: "" };
      default:
        return { code: 5, data: null, message: "Incorrect method" };
    }
  }

  #send({ recipient = "", text = "", from = "" }: Record<string, string>): unknown {
    if (!/^[1-9]\d{9,14}$/.test(recipient)) return { code: 1, data: { recipient: "Incorrect recipient number" }, message: "Validation error" };
    const messageId = String(169_275_418 + this.taken.length);
    this.taken.push({ messageId, recipient, text, from });
    return { code: 0, data: { campaignId: "245455096", messageId, status: 2 }, message: "" };
  }

  #status({ ids = "" }: Record<string, string>): unknown {
    const data = ids
      .split(",")
      .filter((id) => this.taken.some((one) => one.messageId === id))
      .map((id) => ({
        id,
        status: this.states.get(id) ?? "ENQUEUD",
        segNum: "1",
        startSendTs: "2026-06-24 23:13:16",
        statusUpdateTs: "2026-06-24 23:13:16",
      }));
    return { code: 0, data, message: "" };
  }
}
