import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";
import { passOn } from "./pass-on.ts";

/** Between the house and PostgreSQL: while stalled, connections stay open and not a byte passes, as when the server is frozen. */
export interface StallProxy {
  url: string;
  stall(): void;
  flow(): void;
  close(): Promise<void>;
}

export async function stallProxy(databaseUrl: string): Promise<StallProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let stalled = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    passOn(near, far, sockets);
    if (stalled) {
      near.pause();
      far.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    stall() {
      stalled = true;
      for (const s of sockets) s.pause();
    },
    flow() {
      stalled = false;
      for (const s of sockets) s.resume();
    },
    close: () =>
      new Promise((resolve) => {
        for (const s of sockets) s.destroy();
        server.close(() => resolve());
      }),
  };
}
