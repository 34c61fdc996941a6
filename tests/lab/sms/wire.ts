import { connect, createServer, type Socket } from "node:net";

const DELIVER_SM = 0x05;
const DELIVER_SM_RESP = 0x8000_0005;
/** Beyond what Kannel counts to in a test. */
const OWN_SEQUENCE = 0x4000_0000;

/** A line between an ESME and its SMS centre that hands every delivery receipt on twice, as SMS centres do after a lost answer. */
export interface Wire {
  readonly port: number;
  /** PDUs from the ESME and from the centre, by their command id. */
  readonly fromEsme: Buffer[];
  readonly fromCentre: Buffer[];
  /** Receipts that the ESME has answered with OK, doubled ones included. */
  receiptsTaken: number;
  close(): Promise<void>;
}

/** Listens for ESMEs and connects each to the centre at this port. */
export async function startWire(centrePort: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
  };
  let sequence = OWN_SEQUENCE;
  const receipts = new Set<number>();
  const server = createServer((esme) => {
    const centre = keep(connect({ port: centrePort, host: "127.0.0.1" }));
    keep(esme);
    byFrames(esme, (frame) => {
      wire.fromEsme.push(frame);
      const answers = frame.readUInt32BE(4) === DELIVER_SM_RESP ? frame.readUInt32BE(12) : null;
      if (answers !== null && receipts.has(answers) && frame.readUInt32BE(8) === 0) wire.receiptsTaken++;
      if (answers === null || answers < OWN_SEQUENCE) centre.write(frame);
    });
    byFrames(centre, (frame) => {
      wire.fromCentre.push(frame);
      esme.write(frame);
      if (!isReceipt(frame)) return;
      const again = Buffer.from(frame);
      again.writeUInt32BE(++sequence, 12);
      receipts.add(frame.readUInt32BE(12)).add(sequence);
      esme.write(again);
    });
    esme.once("close", () => centre.destroy());
    centre.once("close", () => esme.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const wire: Wire = {
    port: (server.address() as { port: number }).port,
    fromEsme: [],
    fromCentre: [],
    receiptsTaken: 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return wire;
}

/** The command id of a PDU (SMPP 3.4 section 5.1.2). */
export const commandOf = (frame: Buffer): number => frame.readUInt32BE(4);

/** A deliver_sm whose esm_class says "delivery receipt" (SMPP 3.4 section 5.2.12). */
export function isReceipt(frame: Buffer): boolean {
  if (commandOf(frame) !== DELIVER_SM) return false;
  // service_type, source (ton, npi, address), destination (ton, npi, address): then esm_class.
  let at = frame.indexOf(0, 16) + 1;
  for (let address = 0; address < 2; address++) at = frame.indexOf(0, at + 2) + 1;
  return ((frame[at] as number) & 0x3c) === 0x04;
}

function byFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let received: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 16 && received.length >= received.readUInt32BE(0)) {
      const length = received.readUInt32BE(0);
      take(Buffer.from(received.subarray(0, length)));
      received = received.subarray(length);
    }
  });
}
