import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { dialingAgent } from "./dialing.ts";
import { toChannelError } from "./errors.ts";

let sockets: Socket[];
let server: net.Server;
beforeEach(async () => {
  sockets = [];
  server = net.createServer((socket) => void sockets.push(socket.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const failure = (request: http.ClientRequest): Promise<unknown> =>
  new Promise((resolve) => {
    request.on("error", resolve);
    request.end("a message");
  });
const at = (): { host: string; port: number } => ({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });

it("somebody who takes the call and never shakes hands was never reached: nothing was sent", async () => {
  const error = await failure(https.request({ ...at(), method: "POST", agent: dialingAgent(true, 50) }));
  expect(toChannelError(error, true)).toMatchObject({ code: "unreachable", message: expect.stringMatching(/ETIMEDOUT/) });
});

it("once connected, only the request's own limit counts", async () => {
  const request = http.request({ ...at(), method: "POST", agent: dialingAgent(false, 50) });
  const failed = failure(request);
  // Twice the time to connect, and the connection stands; then the other side hangs up in the middle.
  setTimeout(() => sockets[0]?.destroy(), 100);
  expect(toChannelError(await failed, true).code).toBe("uncertain");
});
