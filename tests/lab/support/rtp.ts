import { createSocket, type Socket } from "node:dgram";
import { linearToUlaw, share, sine, ulawToLinear } from "./audio.ts";
import { until } from "./wait.ts";

/**
 * One end of a sound path: plays a tone and keeps what it hears (G.711 μ-law, 20 ms packets). The signalling may be anybody's
 * (our own SIP peer, or sipp with this port in its SDP).
 */
export class RtpPeer {
  readonly ip: string;
  readonly hz: number;
  readonly #socket: Socket;
  #to: { ip: string; port: number } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #sequence = 1;
  #samples = 0;
  #heard: { at: number; pcm: Int16Array }[] = [];
  #muted = false;

  static async open(ip: string, hz: number): Promise<RtpPeer> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, ip, () => resolve());
    });
    return new RtpPeer(ip, hz, socket);
  }

  private constructor(ip: string, hz: number, socket: Socket) {
    this.ip = ip;
    this.hz = hz;
    this.#socket = socket;
    socket.on("message", (packet, from) => {
      if (packet.length < 100 || (packet[0] ?? 0) >> 6 !== 2 || ((packet[1] ?? 0) & 0x7f) !== 0) return; // RTP version 2, PCMU
      this.#to ??= { ip: from.address, port: from.port };
      this.#heard.push({ at: performance.now(), pcm: Int16Array.from(packet.subarray(12), ulawToLinear) });
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  sdp(): string {
    return `v=0\r\no=lab 1 1 IN IP4 ${this.ip}\r\ns=-\r\nc=IN IP4 ${this.ip}\r\nt=0 0\r\nm=audio ${this.port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n`;
  }

  /** Starts the tone towards the address in the other side's SDP, or towards where sound comes from. */
  play(sdp?: string): void {
    const ip = /^c=IN IP4 (\S+)/m.exec(sdp ?? "")?.[1];
    const port = Number(/^m=audio (\d+)/m.exec(sdp ?? "")?.[1]);
    if (ip !== undefined && port > 0) this.#to = { ip, port };
    if (this.#timer !== null || this.#muted) return;
    const started = performance.now();
    let sent = 0;
    this.#timer = setInterval(() => {
      // Late timers are made good, so that the tone has no gaps of our own.
      for (const due = (performance.now() - started) / 20; sent < due; sent++) this.#send();
    }, 10);
  }

  /** Presses a key of the telephone: a named event of 100 ms (RFC 4733 section 2.5: five packets that grow, the end three times). */
  async press(key: string): Promise<void> {
    const event = "0123456789*#".indexOf(key);
    if (event < 0) throw new Error(`no such key: ${key}`);
    const stamp = this.#samples;
    for (let i = 1; i <= 8; i++) {
      const packet = Buffer.alloc(16);
      packet[0] = 0x80;
      packet[1] = 101 | (i === 1 ? 0x80 : 0);
      packet.writeUInt16BE(this.#sequence++ & 0xffff, 2);
      packet.writeUInt32BE(stamp >>> 0, 4);
      packet.writeUInt32BE(0x4b4d5452, 8);
      packet[12] = event;
      packet[13] = i > 5 ? 0x8a : 0x0a;
      packet.writeUInt16BE(Math.min(i, 5) * 160, 14);
      if (this.#to !== null) this.#socket.send(packet, this.#to.port, this.#to.ip);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Of one among hundreds whose sound nobody asks for: from now on it says nothing, and what it hears costs nothing. */
  mute(): void {
    this.#muted = true;
    this.silence();
    this.#socket.removeAllListeners("message");
  }

  silence(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** What was heard between two moments of performance.now(). */
  heard(fromMs: number, toMs = performance.now()): Int16Array {
    return Int16Array.from(this.#heard.filter((h) => h.at >= fromMs && h.at < toMs).flatMap((h) => [...h.pcm]));
  }

  /** Longest time without a packet between two moments, in milliseconds. */
  longestGap(fromMs: number, toMs = performance.now()): number {
    const times = [fromMs, ...this.#heard.map((h) => h.at).filter((t) => t >= fromMs && t < toMs), toMs];
    return Math.max(...times.slice(1).map((t, i) => t - (times[i] ?? t)));
  }

  /** Waits until the last 400 ms heard are mostly this tone. */
  async hears(hz: number, timeoutMs = 8000): Promise<void> {
    await until(
      `${hz} Hz is heard at ${this.ip}:${this.port}`,
      () => {
        const last = this.heard(performance.now() - 400);
        return last.length >= 2400 && share(last, hz) > 0.6;
      },
      { timeoutMs },
    );
  }

  close(): void {
    this.silence();
    this.#socket.close();
  }

  #send(): void {
    const packet = Buffer.alloc(172);
    packet[0] = 0x80;
    packet.writeUInt16BE(this.#sequence++ & 0xffff, 2);
    packet.writeUInt32BE(this.#samples >>> 0, 4);
    packet.writeUInt32BE(0x4b4d5452, 8);
    sine(this.hz, 160, 8000, 9000, this.#samples).forEach((s, i) => {
      packet[12 + i] = linearToUlaw(s);
    });
    this.#samples += 160;
    if (this.#to !== null) this.#socket.send(packet, this.#to.port, this.#to.ip);
  }
}
