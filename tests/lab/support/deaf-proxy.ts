import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import WebSocket, { WebSocketServer } from "ws";

/** Between the house and ARI's WebSocket: while deaf, requests are answered and pings come back, but no event passes, as when Asterisk has lost the application. */
export interface DeafProxy {
  /** In the place of Asterisk's own, `http://ip:port/ari`. */
  url: string;
  deaf: boolean;
  /** How many connections were made. */
  connections: number;
  close(): Promise<void>;
}

export async function deafProxy(ari: string): Promise<DeafProxy> {
  const http = createServer((_request, response) => response.writeHead(503).end());
  const server = new WebSocketServer({ server: http });
  const proxy: DeafProxy = {
    ...{ url: "", deaf: false, connections: 0 },
    async close() {
      for (const near of server.clients) near.terminate();
      server.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  server.on("connection", (near, request) => {
    // Whoever connects anew is heard again.
    proxy.deaf = false;
    proxy.connections++;
    const target = new URL(request.url ?? "", ari.replace(/^http/, "ws"));
    const far = new WebSocket(target, { headers: { Authorization: request.headers.authorization ?? "" }, perMessageDeflate: false });
    const early: string[] = [];
    near.on("message", (data) => (far.readyState === WebSocket.OPEN ? far.send(String(data)) : early.push(String(data))));
    far.on("open", () => {
      for (const text of early.splice(0)) far.send(text);
    });
    far.on("message", (data) => {
      const text = String(data);
      if (!proxy.deaf || (JSON.parse(text) as { type: string }).type === "RESTResponse") near.send(text);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on("error", () => undefined).on("close", () => other.terminate());
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  proxy.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/ari`;
  return proxy;
}
