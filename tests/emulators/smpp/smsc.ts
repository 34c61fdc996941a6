import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { until } from "../../lab/support/wait.ts";
import { deliverSm, fieldsOf, numbered, response } from "./pdu.ts";

export { deliverSm, textsOf } from "./pdu.ts";

/** An account at the SMS centre: who may bind, and the numbers whose messages it gets. */
export interface Account {
  systemId: string;
  password: string;
  numbers: string[];
}

/** A submit_sm as it came, and the id it was given. */
export interface Submitted {
  account: string;
  id: string;
  frame: Buffer;
  to: string;
  from: string;
  dataCoding: number;
  esmClass: number;
  /** Octets of short_message or message_payload, header included. */
  octets: Buffer;
}

/** What to do with the next submit_sm in place of taking it. */
export type Whim = { kind: "take" } | { kind: "status"; status: number } | { kind: "swallow" } | { kind: "late"; ms: number };

interface Waiting {
  /** A deliver_sm; its sequence number is set when it goes out. */
  frame: Buffer;
  counts: boolean;
  taken?: () => void;
}

const BIND = { 1: "receiver", 2: "transmitter", 9: "transceiver" } as Record<number, string>;
const RETRY_MS = 20;

/**
 * An SMS centre on a real socket. It keeps what it has for an account until the account says OK, delivers it one after
 * the other, and hands on verbatim, octet for octet, what one account sends to a number of another.
 */
export class Smsc {
  port = 0;
  accounts: Account[];
  readonly submitted: Submitted[] = [];
  /** How many of the counted deliveries were answered with OK. */
  acknowledged = 0;
  /** Every status that a delivery was answered with. */
  readonly answers: number[] = [];
  enquired = 0;
  unbound = 0;
  /** Submits answered, and submits passed over in silence. */
  answered = 0;
  swallowed = 0;
  /** Breaks the connection before or after it takes the PDU with this number; counts down, null = never. */
  cut: { at: number; when: "before" | "after" } | null = null;
  /** What it does at bind_transceiver: older SMS centres do not know it, and some close the connection at it. */
  transceivers: "take" | "refuse" | "close" = "take";
  /** Takes what comes and answers nothing. */
  silent = false;
  /** Ids given in submit_sm_resp; the default counts. */
  nextId: () => string = () => String(++this.#ids);
  /** Receipts of relayed messages, as texts of deliver_sm; called when the other account has taken the message. */
  receipts: ((submitted: Submitted) => string[]) | null = null;
  /** Consulted for each submit in turn; empty = take it. */
  readonly whims: Whim[] = [];
  #ids = 1000;
  #sequence = 0;
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();
  readonly #bound = new Map<string, Link[]>();
  readonly #queues = new Map<string, Waiting[]>();
  readonly #pumping = new Set<string>();

  readonly #tls: { key: string; cert: string } | null;

  private constructor(accounts: Account[], tls: { key: string; cert: string } | null) {
    this.accounts = accounts;
    this.#tls = tls;
  }

  static async start(accounts: Account[], tls: { key: string; cert: string } | null = null): Promise<Smsc> {
    const smsc = new Smsc(accounts, tls);
    await smsc.up();
    return smsc;
  }

  async up(): Promise<void> {
    const take = (socket: Socket): Link => new Link(this, socket);
    const server: Server = this.#tls === null ? createServer(take) : createTlsServer(this.#tls, take);
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {});
    });
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as { port: number }).port;
    this.#server = server;
  }

  /** Ends every session with unbind, and takes no new one. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())));
    for (const links of this.#bound.values()) for (const link of links) link.write(Buffer.from("00000010000000060000000000000001", "hex"));
    const limit = setTimeout(() => this.drop(), 500);
    await closed;
    clearTimeout(limit);
  }

  /** Ends every connection without a word. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Puts a message into the account's queue. */
  deliver(account: string, frame: Buffer, options: { counts?: boolean; taken?: () => void } = {}): void {
    const queue = this.#queues.get(account) ?? [];
    this.#queues.set(account, queue);
    queue.push({ frame, counts: options.counts ?? true, ...(options.taken === undefined ? {} : { taken: options.taken }) });
    void this.#pump(account);
  }

  /** Sends all at once, without waiting for answers in between. What is not answered with OK goes into the queue. */
  async deliverTogether(account: string, frames: Buffer[]): Promise<void> {
    const link = await until(`${account} is connected`, () => this.link(account));
    await Promise.all(
      frames.map(async (frame) => {
        if ((await link.ask(numbered(frame, ++this.#sequence))) === 0) this.acknowledged++;
        else this.deliver(account, frame);
      }),
    );
  }

  /** The account's connection that receives. */
  link(account: string): Link | undefined {
    return this.#bound.get(account)?.find((link) => link.role !== "transmitter");
  }

  /** How many messages wait for the account. */
  queued(account: string): number {
    return this.#queues.get(account)?.length ?? 0;
  }

  /** Octets that are no message, straight onto the account's connection. */
  raw(account: string, octets: Buffer): void {
    this.link(account)?.write(octets);
  }

  joined(account: string, link: Link): void {
    this.#bound.set(account, [...(this.#bound.get(account) ?? []), link]);
    void this.#pump(account);
  }
  left(account: string, link: Link): void {
    this.#bound.set(
      account,
      (this.#bound.get(account) ?? []).filter((one) => one !== link),
    );
  }

  /** The id for a submitted message; relays it when it is for another account's number. */
  took(account: string, frame: Buffer): string {
    const submitted = { account, id: this.nextId(), frame, ...fieldsOf(frame) };
    this.submitted.push(submitted);
    const other = this.accounts.find((one) => one.numbers.includes(submitted.to));
    if (other === undefined) return submitted.id;
    const relayed = Buffer.from(frame);
    // submit_sm and deliver_sm have the same fields (SMPP 3.4 sections 4.4.1 and 4.6.1).
    relayed.writeUInt32BE(5, 4);
    const taken = (): void => {
      for (const text of this.receipts?.(submitted) ?? [])
        this.deliver(account, deliverSm({ from: submitted.to, to: submitted.from, text, esmClass: 4 }), { counts: false });
    };
    this.deliver(other.systemId, relayed, { taken });
    return submitted.id;
  }

  async #pump(account: string): Promise<void> {
    if (this.#pumping.has(account)) return;
    this.#pumping.add(account);
    const queue = this.#queues.get(account) ?? [];
    try {
      for (let head = queue[0]; head !== undefined; head = queue[0]) {
        const link = this.link(account);
        if (link === undefined) return;
        const status = await link.ask(numbered(head.frame, ++this.#sequence)).catch(() => null);
        if (status === null) continue;
        this.answers.push(status);
        if (status !== 0) {
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
          continue;
        }
        queue.shift();
        if (head.counts) this.acknowledged++;
        head.taken?.();
      }
    } finally {
      this.#pumping.delete(account);
    }
  }
}

/** One connection of an account. */
class Link {
  role = "";
  readonly #smsc: Smsc;
  readonly #socket: Socket;
  readonly #asked = new Map<number, { resolve(status: number): void; reject(error: Error): void }>();
  #received: Buffer = Buffer.alloc(0);
  #account: string | null = null;

  constructor(smsc: Smsc, socket: Socket) {
    this.#smsc = smsc;
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      while (this.#received.length >= 16 && this.#received.length >= this.#received.readUInt32BE(0)) {
        const length = this.#received.readUInt32BE(0);
        const frame = Buffer.from(this.#received.subarray(0, length));
        this.#received = this.#received.subarray(length);
        const cut = this.#smsc.cut !== null && this.#smsc.cut.at-- === 0 ? this.#smsc.cut.when : null;
        if (cut !== null) this.#smsc.cut = null;
        if (cut !== "before") this.#take(frame);
        if (cut === null) continue;
        socket.destroy();
        return;
      }
    });
    socket.on("close", () => {
      if (this.#account !== null) this.#smsc.left(this.#account, this);
      for (const one of this.#asked.values()) one.reject(new Error("gone"));
    });
  }

  write(octets: Buffer): void {
    this.#socket.write(octets);
  }

  /** Status of the answer to a request; rejects when the connection ends before it. */
  ask(frame: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#asked.set(frame.readUInt32BE(12), { resolve, reject });
      this.#socket.write(frame);
    });
  }

  #take(frame: Buffer): void {
    if (this.#smsc.silent) return;
    const id = frame.readUInt32BE(4);
    const sequence = frame.readUInt32BE(12);
    if ((id & 0x80000000) !== 0) {
      this.#asked.get(sequence)?.resolve(frame.readUInt32BE(8));
      this.#asked.delete(sequence);
      return;
    }
    const answer = (status: number, body = ""): void => this.write(response(id, status, sequence, body));
    const role = BIND[id];
    if (role === "transceiver" && this.#smsc.transceivers !== "take") {
      if (this.#smsc.transceivers === "close") this.#socket.destroy();
      else this.write(response(0, 0x03, sequence, ""));
      return;
    }
    if (role !== undefined) {
      const [systemId, password] = frame.toString("latin1", 16).split("\0");
      const account = this.#smsc.accounts.find((one) => one.systemId === systemId);
      // ESME_RINVSYSID, ESME_RINVPASWD.
      if (account === undefined || account.password !== password) {
        answer(account === undefined ? 0x0f : 0x0e);
        return;
      }
      this.role = role;
      this.#account = account.systemId;
      answer(0, "emulator");
      this.#smsc.joined(account.systemId, this);
      return;
    }
    if (id === 0x04) {
      this.#submit(frame, answer);
    } else if (id === 0x15) {
      this.#smsc.enquired++;
      answer(0);
    } else if (id === 0x06) {
      this.#smsc.unbound++;
      answer(0);
      this.#socket.end();
    } else {
      this.write(response(0, 0x03, sequence, ""));
    }
  }

  #submit(frame: Buffer, answer: (status: number, body?: string) => void): void {
    const whim = this.#smsc.whims.shift();
    if (whim?.kind === "swallow") {
      this.#smsc.swallowed++;
      return;
    }
    if (this.#account === null || whim?.kind === "status") {
      answer(whim?.kind === "status" ? whim.status : 0x04);
      return;
    }
    const given = this.#smsc.took(this.#account, frame);
    const accept = (): void => {
      this.#smsc.answered++;
      answer(0, given);
    };
    if (whim?.kind === "late") setTimeout(accept, whim.ms);
    else accept();
  }
}
