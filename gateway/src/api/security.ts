import helmet from "@fastify/helmet";
import type { Db } from "@kommutator/contract/db";
import type { FastifyInstance } from "fastify";

/**
 * Where the browsers' phones connect: `browserWsUrl` of the channel; else, behind HTTPS, /sip/ws of our own address (the
 * proxy we ship passes it on); else `/ws` on ARI's own host, which Asterisk serves too.
 */
export function phoneSocketUrl(config: Record<string, unknown>, publicUrl: string): string | null {
  const told = config["browserWsUrl"];
  if (typeof told === "string" && /^wss?:\/\/[^\s;,]+$/.test(told)) return told;
  if (publicUrl.startsWith("https:")) return `wss://${new URL(publicUrl).host}/sip/ws`;
  const ari = config["url"];
  if (typeof ari !== "string" || !URL.canParse(ari)) return null;
  const url = new URL(ari);
  return `${url.protocol === "https:" ? "wss:" : "ws:"}//${url.host}/ws`;
}

/** Origins of the softphones' sockets for the policy, read again when a channel changed (`refresh`). */
export class PhoneOrigins {
  readonly #sql: Db;
  readonly #publicUrl: string;
  #origins: string[] = [];
  constructor(sql: Db, publicUrl: string) {
    this.#sql = sql;
    this.#publicUrl = publicUrl;
  }
  async refresh(): Promise<void> {
    const rows = await this.#sql<
      { config: Record<string, unknown> }[]
    >`SELECT config FROM channel WHERE kind = 'asterisk-ari' AND enabled AND archived_at IS NULL`;
    const urls = rows.map((r) => phoneSocketUrl(r.config, this.#publicUrl)).filter((u): u is string => u !== null && URL.canParse(u));
    this.#origins = [...new Set(urls.map((u) => new URL(u).origin))];
  }
  get list(): string {
    return this.#origins.join(" ");
  }
}

/** Strict headers for everything. Styles may be inline (the component library sets them), scripts never. */
export async function addSecurityHeaders(app: FastifyInstance, options: { https: boolean; phones: PhoneOrigins }): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:", "blob:"],
        mediaSrc: ["'self'", "blob:"],
        fontSrc: ["'self'", "data:"],
        connectSrc: ["'self'", () => options.phones.list || "'self'"],
        workerSrc: ["'self'", "blob:"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(options.https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    // The visitor's script and page are loaded by other sites; pages.ts says where.
    crossOriginResourcePolicy: { policy: "same-origin" },
    crossOriginOpenerPolicy: { policy: "same-origin" },
    originAgentCluster: false,
    strictTransportSecurity: options.https ? { maxAge: 15_552_000 } : false,
    referrerPolicy: { policy: "no-referrer" },
    xFrameOptions: { action: "deny" },
  });
  app.addHook("onSend", async (_request, reply) => {
    reply.header("permissions-policy", "microphone=(self), camera=(), geolocation=(), speaker-selection=(self)");
  });
}
