import type { Host, WebhookRequest, WebhookResponse } from "@kommutator/contract/channel";
import { Refused, readFields } from "./body.ts";
import type { WebFormConfig } from "./config.ts";
import { messageEvent, type Sent } from "./from-form.ts";
import { Rate } from "./rate.ts";
import { checkBody, issueToken, readToken, TOKEN_LIFE_MS } from "./token.ts";

/** Of a signed form alone: it is read as any other and stored nowhere. Signed by us, so no visitor's form can hide behind it. */
export const TRIAL = "_trial";
/** A field that no person sees: whoever fills it in is a machine. No browser fills in an address of this name by itself. */
const TRAP = "homepage";
/** A page takes one for each form that somebody begins to fill in. */
const TOKENS_PER_MINUTE = 60;

/** Answers the pages and servers that send forms. */
export class FormDesk {
  readonly #config: WebFormConfig;
  readonly #host: Host;
  readonly #addresses: Rate;
  readonly #all: Rate;
  readonly #tokens: Rate;
  /** Since the channel opened, for the test's words. */
  readonly counted = { taken: 0, trapped: 0, refused: 0 };

  constructor(config: WebFormConfig, host: Host) {
    this.#config = config;
    this.#host = host;
    this.#addresses = new Rate(config.perAddressPerMinute);
    this.#all = new Rate(config.perMinute);
    this.#tokens = new Rate(Math.max(TOKENS_PER_MINUTE, config.perAddressPerMinute * 2));
  }

  /** Throws what `report` throws: then nothing is stored, and the gateway answers 503, after which the page tries again. */
  async answer(request: WebhookRequest): Promise<WebhookResponse> {
    const signed = request.headers["x-signature"] !== undefined;
    const cors = signed ? {} : this.#cors(request);
    if (cors === null) return this.#refuse(request, 403, "origin", {});
    const [name = ""] = request.path.split("/").filter((piece) => piece !== "");
    const route = `${request.method} ${name}`;
    try {
      if (request.method === "OPTIONS") return { status: 204, headers: cors };
      if (route === "GET token") return this.#token(request, cors);
      if (route === "POST ") return await this.#submit(request, signed, cors);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.#refuse(request, error.status, error.code, cors);
    }
    return this.#refuse(request, 404, "not_found", cors);
  }

  #token(request: WebhookRequest, cors: Record<string, string>): WebhookResponse {
    const now = this.#host.now();
    if (!this.#tokens.take(request.remoteAddress ?? "", now)) return this.#refuse(request, 429, "too_many", { ...cors, "retry-after": "30" });
    const token = issueToken(this.#config.secret, this.#host.channelId, siteOf(request), now);
    return json(200, { token, lifeMs: TOKEN_LIFE_MS, minFillMs: this.#config.minFillSeconds * 1_000, trap: TRAP }, cors);
  }

  async #submit(request: WebhookRequest, signed: boolean, cors: Record<string, string>): Promise<WebhookResponse> {
    const now = this.#host.now();
    if (signed) {
      const checked = checkBody(this.#config.secret, request.headers, request.body, now);
      if (checked !== "good") return this.#refuse(request, 401, checked, cors);
    }
    const fields = await readFields(request.headers["content-type"] ?? "", request.body);
    let sent: Sent;
    if (signed) {
      const key = fields.get("_key") ?? "";
      if (key !== "" && !/^[\w-]{8,100}$/.test(key)) throw new Refused("malformed", 400);
      // The same signed request again has the same signature; a server that tries anew gives its own key.
      sent = { key: key === "" ? `signed:${(request.headers["x-signature"] ?? "").slice(7)}` : `key:${key}`, origin: null, at: now };
    } else {
      const token = readToken(this.#config.secret, this.#host.channelId, fields.get("_token") ?? "", now);
      if (typeof token === "string") return this.#refuse(request, 401, token, cors);
      if (token.origin !== siteOf(request)) return this.#refuse(request, 403, "origin", cors);
      const waitMs = token.issuedAt + this.#config.minFillSeconds * 1_000 - now;
      if (waitMs > 0) return this.#refuse(request, 425, "too_fast", cors, { waitMs });
      sent = { key: `form:${token.nonce}`, origin: request.headers["origin"] ?? null, at: now };
    }
    if ((fields.get(TRAP) ?? "") !== "") {
      // A machine is told that all went well, and learns nothing.
      this.counted.trapped++;
      this.#host.record("in", "Form with the trap filled in: not stored", { trapped: this.counted.trapped, from: request.remoteAddress ?? "" });
      return json(200, { ok: true }, cors);
    }
    fields.delete(TRAP);
    const trial = signed && fields.delete(TRIAL);
    const event = messageEvent(fields, sent, this.#config);
    if (trial) {
      this.#host.record("in", "Trial form: read, not stored", { key: event.eventKey });
      return json(200, { ok: true, trial: this.#host.channelId, text: event.text }, cors);
    }
    const allowed = (signed || this.#addresses.take(request.remoteAddress ?? "", now)) && this.#all.take("", now);
    if (!allowed) return this.#refuse(request, 429, "too_many", { ...cors, "retry-after": "30" });
    await this.#host.report(event);
    this.counted.taken++;
    this.#host.record("in", "Form", { key: event.eventKey, source: event.origin?.source ?? "", signed });
    return json(200, { ok: true }, cors);
  }

  /** Headers for a page of an allowed site (or of our own), or null for any other. */
  #cors(request: WebhookRequest): Record<string, string> | null {
    const origin = request.headers["origin"];
    if (origin === undefined) return request.headers["sec-fetch-site"] === "same-origin" ? {} : null;
    if (this.#config.allowedOrigins.includes(origin))
      return {
        "access-control-allow-origin": origin,
        "access-control-allow-headers": "content-type",
        "access-control-allow-methods": "GET, POST",
        "access-control-max-age": "600",
        vary: "origin",
      };
    return isOwn(request, origin) ? {} : null;
  }

  #refuse(request: WebhookRequest, status: number, code: string, headers: Record<string, string>, details: Record<string, unknown> = {}): WebhookResponse {
    this.counted.refused++;
    this.#host.record("in", `Form refused: ${code}`, { from: request.remoteAddress ?? "", origin: request.headers["origin"]?.slice(0, 100) ?? "" });
    return json(status, { error: code, ...details }, headers);
  }
}

/** The site of a page's request; "" = one of our own pages, which send no `Origin` when they only ask (Fetch standard, section 3.1). */
function siteOf(request: WebhookRequest): string {
  const origin = request.headers["origin"];
  return origin === undefined || isOwn(request, origin) ? "" : origin;
}

function isOwn(request: WebhookRequest, origin: string): boolean {
  const hosts = [request.headers["host"], request.headers["x-forwarded-host"]];
  return hosts.some((host) => host !== undefined && (origin === `http://${host}` || origin === `https://${host}`));
}

function json(status: number, body: unknown, headers: Record<string, string>): WebhookResponse {
  return {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", "x-content-type-options": "nosniff", ...headers },
    body: JSON.stringify(body),
  };
}
