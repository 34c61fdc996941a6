import type http from "node:http";
import { Listener } from "../http/listener.ts";

/** What becomes of the next request that sends something. */
export type Behaviour =
  | { kind: "limit"; seconds: number }
  | { kind: "status"; status: number }
  | { kind: "swallow"; take: boolean }
  | { kind: "answer"; body: unknown };

/** Answers one request of form fields; a sending one is told apart, so that only it meets the planned behaviour. */
export interface Desk {
  sends(path: string): boolean;
  answer(path: string, fields: Record<string, string>): unknown;
}

/** A vendor's HTTP interface on a real socket. It knows nothing of our adapter: fields in, JSON out. */
export class Wire {
  readonly #desk: Desk;
  readonly #listener = new Listener((request, response, body) => this.#take(request, response, body));
  readonly plan: Behaviour[] = [];
  /** Every request in the order of arrival. */
  readonly requests: { path: string; fields: Record<string, string> }[] = [];

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get port(): number {
    return this.#listener.port;
  }
  up = (): Promise<void> => this.#listener.up();
  down = (): Promise<void> => this.#listener.down();

  #take(request: http.IncomingMessage, response: http.ServerResponse, body: Buffer): void {
    const path = (request.url ?? "/").slice(1).split("?")[0] ?? "";
    const fields = Object.fromEntries(new URLSearchParams(body.toString()));
    this.requests.push({ path, fields });
    const next = this.#desk.sends(path) ? this.plan.shift() : undefined;
    const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      void response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers }).end(JSON.stringify(body));
    switch (next?.kind) {
      case "limit":
        json(429, {}, { "retry-after": String(next.seconds) });
        break;
      case "status":
        response.writeHead(next.status, { "content-type": "text/html" }).end("<h1>Oops</h1>");
        break;
      case "swallow":
        if (next.take) this.#desk.answer(path, fields);
        break;
      case "answer":
        json(200, next.body);
        break;
      default:
        json(200, this.#desk.answer(path, fields));
    }
  }
}
