import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { passOn } from "./pass-on.ts";

/** Between two who talk over TCP: while cut, the connections that were are gone and new ones are refused at once. */
export interface CutProxy {
  port: number;
  /** Connections that were asked for, refused ones included; performance.now() of each. */
  attempts: number[];
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function cutProxy(target: { host: string; port: number }): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  const attempts: number[] = [];
  let open = true;
  const cut = () => {
    open = false;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    attempts.push(performance.now());
    if (!open) {
      near.destroy();
      return;
    }
    const far = connect(target.port, target.host);
    passOn(near, far, sockets);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    attempts,
    cut,
    mend() {
      open = true;
    },
    close: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => resolve());
      }),
  };
}
