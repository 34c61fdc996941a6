import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Adapter, type Channel, ChannelError, type ChannelKind, type ChannelLimits } from "@kommutator/contract/channel";
import { fetchFile } from "@kommutator/contract/fetch-file";
import { fetchWithPreview } from "@kommutator/contract/preview";

/** A provider of messages on a real socket; what it answers is the test's to say. */
export class Provider {
  readonly sent: Record<string, unknown>[] = [];
  /** Answers a request instead of the usual way; true when it has (or when it never will). */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      if (request.method !== "POST") {
        if (!this.answer(request, response)) response.writeHead(404).end();
        return;
      }
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on("end", () => {
        this.sent.push(JSON.parse(body) as Record<string, unknown>);
        if (!this.answer(request, response)) response.end(JSON.stringify({ key: `p-${this.sent.length}` }));
      });
    });
  }

  static async start(): Promise<Provider> {
    const provider = new Provider();
    await new Promise<void>((resolve) => provider.#server.listen(0, "127.0.0.1", resolve));
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A small messenger over that provider, as an adapter: what the gateway does with a channel's limits, files and failures is tried on it. */
export function messenger(kind: ChannelKind, provider: () => Provider, limits: Partial<ChannelLimits>, more: Partial<Channel> = {}): Adapter {
  return {
    kind,
    medium: "message",
    fields: [],
    parseConfig: (raw) => raw,
    async open() {
      return {
        limits: { textLength: 1_000, attachmentBytes: 1_000_000, replyWindowMs: null, canStart: true, ...limits },
        handlers: {
          async "message.send"({ id, threadKey, text, replyTo, quickAnswers, files }) {
            const body = { id, threadKey, text, replyTo, quickAnswers, files: files.map((f) => f.name) };
            const response = await fetch(`${provider().url}/send`, { method: "POST", body: JSON.stringify(body) }).catch(() => {
              throw new ChannelError("uncertain", "the provider did not answer");
            });
            if (!response.ok) throw new ChannelError("rejected", `the provider answered ${response.status}`);
            return { messageKey: ((await response.json()) as { key: string }).key };
          },
          "media.fetch": (command) =>
            fetchWithPreview(command, ({ fileKey, maxBytes }) =>
              fetchFile(`${provider().url}/${fileKey}`, {
                provider: "the provider",
                allowed: { domains: [], configured: [provider().url] },
                maxBytes,
                timeoutMs: 20_000,
              }),
            ),
        },
        close: async () => undefined,
        ...more,
      };
    },
  };
}
