import { createHmac, timingSafeEqual } from "node:crypto";
import type { Host, WebhookResponse } from "@kommutator/contract/channel";
import { z } from "zod";

/** Viber, or the customer's device, may come for the file only when that device is on again. */
const LIVES_MS = 7 * 24 * 3_600_000;
/** Where the message is looked for: among the newest of its thread, else right behind the one it followed. */
const NEWEST = 100;
const BEHIND = 20;

const claim = z.object({
  /** Thread, message (the command's id) and the key of the message before it. */
  t: z.string(),
  m: z.string(),
  b: z.string().optional(),
  /** End of validity, ms. */
  e: z.number(),
});

/**
 * Addresses under which Viber fetches the file of one message of ours: it takes no bytes, only a public address. The address
 * itself is the permission: signed with a key made of the bot's token, for one file, for a week. Nothing is kept for it:
 * each request reads the file again from the house's own store, so it may be asked for any number of times, by any node,
 * after any restart; a message that was deleted or failed has no file any more.
 */
export class FileLinks {
  readonly #key: Buffer;
  readonly #base: string;
  readonly #host: Host;

  /** `base`: the channel's own webhook address without a slash at its end. */
  constructor(token: string, base: string, host: Host) {
    this.#key = createHmac("sha256", token).update("files of our messages").digest();
    this.#base = base;
    this.#host = host;
  }

  /** The address of the file of this message; `name` is what its last part shall be. */
  link(message: { threadKey: string; id: string; before: string | undefined }, name: string): string {
    const { threadKey: t, id: m, before: b } = message;
    const payload = Buffer.from(JSON.stringify({ t, m, b, e: this.#host.now() + LIVES_MS })).toString("base64url");
    return `${this.#base}/file/${payload}.${this.#sign(payload).toString("base64url")}/${encodeURIComponent(name.replaceAll("/", "_"))}`;
  }

  /** Answers `GET` and `HEAD file/<signed>/<name>`. */
  async serve(signed: string): Promise<WebhookResponse> {
    const asked = this.#verify(signed);
    if (asked === null) return { status: 403 };
    if (asked.e < this.#host.now()) return { status: 410 };
    const key = await this.#find(asked);
    const file = key === null ? null : ((await this.#host.file?.(asked.t, key)) ?? null);
    this.#host.record("in", "Viber asks for a file", { found: file !== null, bytes: file?.bytes.byteLength });
    if (file === null) return { status: 404 };
    const shown = /^(image\/(jpeg|png)|video\/mp4)$/.test(file.mime);
    return {
      status: 200,
      headers: {
        "content-type": shown ? file.mime : "application/octet-stream",
        "content-length": String(file.bytes.byteLength),
        // Whatever it is, it must not run under our origin.
        "content-disposition": "attachment",
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
        "cache-control": "private, max-age=3600",
        "x-robots-tag": "noindex",
      },
      // To HEAD as well: the server measures it and sends the headers alone.
      body: file.bytes,
    };
  }

  async #find({ t, m, b }: z.infer<typeof claim>): Promise<string | null> {
    const among = async (after: string | null, limit: number) => (await this.#host.history?.(t, after, limit))?.find((message) => message.messageKey === m);
    const message = (await among(null, NEWEST)) ?? (b === undefined ? undefined : await among(b, BEHIND));
    return message?.files[0]?.key ?? null;
  }

  #verify(signed: string): z.infer<typeof claim> | null {
    const [payload = "", signature = ""] = signed.split(".");
    const given = Buffer.from(signature, "base64url");
    const right = this.#sign(payload);
    if (given.byteLength !== right.byteLength || !timingSafeEqual(given, right)) return null;
    return claim.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  }

  #sign(payload: string): Buffer {
    return createHmac("sha256", this.#key).update(payload).digest();
  }
}
