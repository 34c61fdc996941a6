import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { RtpPeer } from "./rtp.ts";
import { digestAnswer, type SipAccount } from "./sip-digest.ts";
import { until } from "./wait.ts";

/** A telephone made for tests: just enough of SIP over UDP (RFC 3261) to call, be called and misbehave on command. */
export class SipPeer {
  readonly ip: string;
  readonly port: number;
  readonly #server: { ip: string; port: number };
  readonly #socket: Socket;
  #dialogs = new Map<string, SipCall>();
  /** Of calls that are over, for benchmarks: their sockets are closed and they are forgotten. */
  forget(call: SipCall): void {
    this.#dialogs.delete(call.id);
    const at = this.incoming.indexOf(call);
    if (at >= 0) this.incoming.splice(at, 1);
    const rtp = this.#open.indexOf(call.rtp);
    if (rtp >= 0) this.#open.splice(rtp, 1);
    call.rtp.close();
  }
  #responses = new Map<string, (message: Message) => void>();
  /** Calls that came in, newest last. */
  readonly incoming: SipCall[] = [];
  /** What to do with an INVITE; the default rings. */
  onInvite: (call: SipCall) => void = (call) => call.ring();
  /** A telephone that has just been switched off: Asterisk believes it there, and no INVITE is answered. */
  deaf = false;
  hz: number;
  #open: RtpPeer[] = [];
  #closed = false;

  static async open(options: { ip: string; port?: number; server: { ip: string; sipPort: number }; hz?: number }): Promise<SipPeer> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(options.port ?? 0, options.ip, () => resolve());
    });
    return new SipPeer(options.ip, socket, { ip: options.server.ip, port: options.server.sipPort }, options.hz ?? 440);
  }

  private constructor(ip: string, socket: Socket, server: { ip: string; port: number }, hz: number) {
    this.ip = ip;
    this.port = socket.address().port;
    this.#socket = socket;
    this.#server = server;
    this.hz = hz;
    socket.on("message", (data) => this.#receive(parse(data)));
  }

  /** Calls a number; resolves when the INVITE has left. `from` and `name` are put on the wire as they are. An employee's phone calls with its account. */
  async call(number: string, options: { from?: string; name?: string; mute?: boolean; account?: SipAccount } = {}): Promise<SipCall> {
    const rtp = await RtpPeer.open(this.ip, this.hz);
    if (options.mute === true) rtp.mute();
    this.#open.push(rtp);
    const id = randomBytes(8).toString("hex");
    const call = new SipCall(this, "out", id, rtp);
    this.#dialogs.set(id, call);
    call.local = `${options.name === undefined ? "" : `"${options.name}" `}<sip:${options.from ?? options.account?.username ?? "caller"}@${this.ip}:${this.port}>;tag=${randomBytes(4).toString("hex")}`;
    call.remote = `<sip:${number}@${this.#server.ip}:${this.#server.port}>`;
    call.target = `sip:${number}@${this.#server.ip}:${this.#server.port}`;
    call.account = options.account ?? null;
    call.sendInvite();
    return call;
  }

  async register(user: string, password: string, expires = 3600): Promise<void> {
    const id = randomBytes(8).toString("hex");
    const uri = `sip:${this.#server.ip}:${this.#server.port}`;
    const tag = randomBytes(4).toString("hex");
    const attempt = (cseq: number, auth: string) =>
      new Promise<Message>((resolve) => {
        const branch = `z9hG4bK${randomBytes(6).toString("hex")}`;
        this.#responses.set(branch, resolve);
        this.send(
          `REGISTER ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${this.ip}:${this.port};branch=${branch};rport\r\nFrom: <sip:${user}@${this.#server.ip}>;tag=${tag}\r\nTo: <sip:${user}@${this.#server.ip}>\r\n` +
            `Call-ID: ${id}\r\nCSeq: ${cseq} REGISTER\r\nContact: <sip:${user}@${this.ip}:${this.port}>\r\nExpires: ${expires}\r\nMax-Forwards: 70\r\n${auth}Content-Length: 0\r\n\r\n`,
        );
      });
    const challenge = await attempt(1, "");
    if (challenge.status !== 401) throw new Error(`REGISTER: ${challenge.status}`);
    const answer = await attempt(2, digestAnswer(challenge.header("WWW-Authenticate") ?? "", { username: user, password }, "REGISTER", uri));
    if (answer.status !== 200) throw new Error(`REGISTER: ${answer.status}`);
  }

  /** The next call that has come in and has not been taken by this function yet. */
  async nextCall(timeoutMs = 8000): Promise<SipCall> {
    const call = await until("an INVITE comes in", () => this.incoming.find((c) => !c.taken && c.state !== "ended"), { timeoutMs });
    call.taken = true;
    return call;
  }

  /** Ends whatever a test has left, so that the next one starts in silence. */
  reset(): void {
    for (const call of this.#dialogs.values()) {
      call.taken = true;
      if (call.state === "up") call.bye();
      else if (call.state !== "ended" && call.direction === "out") call.cancel();
      else if (call.state !== "ended") call.decline();
    }
  }

  send(text: string): void {
    if (this.#closed) return;
    this.#socket.send(text, this.#server.port, this.#server.ip);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const rtp of this.#open) rtp.close();
    this.#socket.close();
  }

  #receive(m: Message): void {
    if (this.deaf && m.method !== "OPTIONS") return;
    if (m.status !== undefined) {
      const branch = /branch=([^;,\s]+)/.exec(m.header("Via") ?? "")?.[1] ?? "";
      const waiting = this.#responses.get(branch);
      if (waiting !== undefined && m.status >= 200) {
        this.#responses.delete(branch);
        waiting(m);
      }
      this.#dialogs.get(m.header("Call-ID") ?? "")?.onResponse(m);
      return;
    }
    const id = m.header("Call-ID") ?? "";
    const known = this.#dialogs.get(id);
    if (m.method === "OPTIONS") {
      this.send(reply(m, 200, "OK"));
      return;
    }
    if (known === undefined && m.method === "INVITE") {
      const at = performance.now();
      void RtpPeer.open(this.ip, this.hz).then((rtp) => {
        this.#open.push(rtp);
        if (this.#closed) rtp.close();
        if (this.#closed || this.#dialogs.has(id)) return; // a retransmission has come first
        const call = new SipCall(this, "in", id, rtp);
        this.#dialogs.set(id, call);
        call.takeInvite(m, at);
        this.incoming.push(call);
        this.onInvite(call);
      });
      return;
    }
    if (known === undefined) {
      if (m.method !== "ACK") this.send(reply(m, 481, "Call Does Not Exist"));
      return;
    }
    known.onRequest(m);
  }
}

export class SipCall {
  readonly peer: SipPeer;
  readonly direction: "in" | "out";
  readonly id: string;
  readonly rtp: RtpPeer;
  state: "calling" | "ringing" | "up" | "ended" = "calling";
  /** Every final or provisional status seen, e.g. [100, 183, 200]. */
  readonly statuses: number[] = [];
  /** How it ended: "bye", "cancel", or a status. */
  endedBy: string | null = null;
  endedAt = 0;
  invite: Message | null = null;
  inviteAt = 0;
  local = "";
  remote = "";
  target = "";
  taken = false;
  account: SipAccount | null = null;
  #cseq = 1;
  #branch = `z9hG4bK${randomBytes(6).toString("hex")}`;

  constructor(peer: SipPeer, direction: "in" | "out", id: string, rtp: RtpPeer) {
    this.peer = peer;
    this.direction = direction;
    this.id = id;
    this.rtp = rtp;
  }

  sendInvite(authorization = ""): void {
    const body = this.rtp.sdp();
    this.inviteAt = performance.now();
    this.peer.send(`${this.#head("INVITE", this.#cseq)}${authorization}Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }

  takeInvite(m: Message, at: number): void {
    this.invite = m;
    this.inviteAt = at;
    this.local = `${m.header("To") ?? ""};tag=${randomBytes(4).toString("hex")}`;
    this.remote = m.header("From") ?? "";
    this.target = /<([^>]+)>/.exec(m.header("Contact") ?? "")?.[1] ?? "";
    this.peer.send(this.#reply(100, "Trying"));
  }

  ring(): void {
    if (this.state !== "calling") return;
    this.state = "ringing";
    this.peer.send(this.#reply(180, "Ringing"));
  }

  answer(): void {
    this.state = "up";
    this.peer.send(this.#reply(200, "OK", this.rtp.sdp()));
    this.rtp.play(this.invite?.body);
  }

  decline(status = 603, reason = "Decline"): void {
    this.#ended(String(status));
    this.peer.send(this.#reply(status, reason));
  }

  bye(): void {
    if (this.state !== "up") return;
    this.#branch = `z9hG4bK${randomBytes(6).toString("hex")}`;
    this.#cseq++;
    this.peer.send(`${this.#head("BYE", this.#cseq)}Content-Length: 0\r\n\r\n`);
    this.#ended("bye");
  }

  cancel(): void {
    if (this.state === "up" || this.state === "ended") return;
    this.peer.send(`${this.#head("CANCEL", this.#cseq)}Content-Length: 0\r\n\r\n`);
    this.#ended("cancel");
  }

  async is(state: SipCall["state"], timeoutMs = 10_000): Promise<void> {
    await until(
      `the ${this.direction === "in" ? "incoming" : "outgoing"} call is ${state} (it is ${this.state}, ${this.statuses.join()})`,
      () => this.state === state,
      { timeoutMs },
    );
  }

  onResponse(m: Message): void {
    const status = m.status ?? 0;
    if (!/ INVITE$/.test(m.header("CSeq") ?? "")) return;
    this.statuses.push(status);
    if (status === 180 || status === 183) {
      if (this.state === "calling") this.state = "ringing";
      if (m.body !== "") this.rtp.play(m.body);
    } else if (status >= 200) {
      if (status === 401 && this.account !== null && this.#cseq === 1) {
        this.#again(m, this.account);
        return;
      }
      this.remote = m.header("To") ?? this.remote;
      if (status < 300) this.target = /<([^>]+)>/.exec(m.header("Contact") ?? "")?.[1] ?? this.target;
      this.peer.send(`${this.#head("ACK", this.#cseq)}Content-Length: 0\r\n\r\n`);
      if (status < 300) {
        if (this.state !== "ended") this.state = "up";
        this.rtp.play(m.body);
      } else if (this.state !== "ended") this.#ended(String(status));
    }
  }

  /** The same call once more, with the answer to the challenge (RFC 3261 section 22.2). */
  #again(challenge: Message, account: SipAccount): void {
    const remote = this.remote;
    this.remote = challenge.header("To") ?? remote;
    this.peer.send(`${this.#head("ACK", this.#cseq)}Content-Length: 0\r\n\r\n`);
    this.remote = remote;
    this.#branch = `z9hG4bK${randomBytes(6).toString("hex")}`;
    this.#cseq++;
    this.sendInvite(digestAnswer(challenge.header("WWW-Authenticate") ?? "", account, "INVITE", this.target));
  }

  onRequest(m: Message): void {
    switch (m.method) {
      case "BYE":
        this.peer.send(reply(m, 200, "OK"));
        this.#ended("bye");
        break;
      case "CANCEL":
        this.peer.send(reply(m, 200, "OK"));
        if (this.state === "up") break;
        this.peer.send(this.#reply(487, "Request Terminated"));
        this.#ended("cancel");
        break;
      case "INVITE": // a retransmission, or a re-INVITE (hold): the same answer fits
        if (this.state === "up")
          this.peer.send(reply(m, 200, "OK", { to: this.local, contact: `<sip:lab@${this.peer.ip}:${this.peer.port}>`, body: this.rtp.sdp() }));
        break;
      case "ACK":
        break;
      default:
        this.peer.send(reply(m, 200, "OK"));
    }
  }

  /** The device vanishes: no BYE, no sound. */
  vanish(): void {
    this.rtp.silence();
    this.#ended("vanished");
  }

  #ended(by: string): void {
    if (this.state === "ended") return;
    this.state = "ended";
    this.endedBy = by;
    this.endedAt = performance.now();
    this.rtp.silence();
  }

  #head(method: string, cseq: number): string {
    return (
      `${method} ${this.target} SIP/2.0\r\nVia: SIP/2.0/UDP ${this.peer.ip}:${this.peer.port};branch=${this.#branch};rport\r\nFrom: ${this.local}\r\nTo: ${this.remote}\r\n` +
      `Call-ID: ${this.id}\r\nCSeq: ${cseq} ${method}\r\nContact: <sip:lab@${this.peer.ip}:${this.peer.port}>\r\nMax-Forwards: 70\r\n`
    );
  }

  #reply(status: number, reason: string, body?: string): string {
    if (this.invite === null) throw new Error("nothing to answer");
    return reply(this.invite, status, reason, { to: status === 100 ? undefined : this.local, contact: `<sip:lab@${this.peer.ip}:${this.peer.port}>`, body });
  }
}

export interface Message {
  method: string | undefined;
  status: number | undefined;
  head: string;
  body: string;
  header(name: string): string | undefined;
}

function parse(data: Buffer): Message {
  const text = data.toString("utf8");
  const end = text.indexOf("\r\n\r\n");
  const head = end < 0 ? text : text.slice(0, end);
  const status = /^SIP\/2\.0 (\d+)/.exec(head)?.[1];
  return {
    method: status === undefined ? /^(\S+)/.exec(head)?.[1] : undefined,
    status: status === undefined ? undefined : Number(status),
    head,
    body: end < 0 ? "" : text.slice(end + 4),
    header: (name) => new RegExp(`^${name}:[ \t]*([^\r\n]*)`, "im").exec(head)?.[1],
  };
}

function reply(m: Message, status: number, reason: string, options: { to?: string | undefined; contact?: string; body?: string | undefined } = {}): string {
  const vias = m.head.match(/^(?:Via|Record-Route):.*$/gim) ?? [];
  const body = options.body ?? "";
  return (
    `SIP/2.0 ${status} ${reason}\r\n${vias.map((v) => `${v}\r\n`).join("")}From: ${m.header("From")}\r\nTo: ${options.to ?? m.header("To")}\r\nCall-ID: ${m.header("Call-ID")}\r\nCSeq: ${m.header("CSeq")}\r\n` +
    `${options.contact === undefined ? "" : `Contact: ${options.contact}\r\n`}${body === "" ? "" : "Content-Type: application/sdp\r\n"}Content-Length: ${body.length}\r\n\r\n${body}`
  );
}
