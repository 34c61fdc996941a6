import { randomBytes } from "node:crypto";
import http from "node:http";
import { hashPassword } from "@kommutator/crm-core/access/password";
import { io, type Socket } from "socket.io-client";
import { labAddress } from "../../lab/support/asterisk.ts";
import { type SipCall, SipPeer } from "../../lab/support/sip.ts";
import { until } from "../../lab/support/wait.ts";
import { ApiClient } from "../../support/house.ts";
import { type Cluster, GUARD_IP, GUARD_PORT } from "./cluster.ts";

export interface TrafficOptions {
  agents: number;
  callsPerSecond: number;
  messagesPerSecond: number;
  visitors: number;
}

const TALK_MS = 250;
/** A caller who reaches nobody for so long gives up. */
const PATIENCE_MS = 20_000;
const CALLER_HZ = 440;
const AGENT_HZ = 1000;

/** A talk that is to survive: both ends and when it began to be watched. */
export interface Talk {
  number: string;
  caller: SipCall;
  agent: SipCall;
}

/** Callers, agents with telephones and live sockets, and visitors who write; all of them through the balancer. */
export class Traffic {
  readonly #cluster: Cluster;
  readonly #options: TrafficOptions;
  readonly #trunk: SipPeer;
  readonly #phones: SipPeer;
  readonly #guard: SipPeer;
  readonly sockets: Socket[] = [];
  /** Every number that called in the load. */
  readonly callers: string[] = [];
  /** Numbers that spoke to the fallback. */
  readonly guarded = new Set<string>();
  /** INVITEs at agents' telephones: offer -> how many; and when the first came (epoch ms). */
  readonly rings = new Map<string, number>();
  readonly ringTimes: number[] = [];
  /** Callers for whom two telephones rang at once. */
  readonly rungTwice: string[] = [];
  /** Key of each message that was acknowledged, in its visitor's order. */
  readonly acknowledged = new Map<string, string[]>();
  readonly #ringing = new Map<string, SipCall>();
  readonly #answered = new Map<string, SipCall>();
  readonly #keep = new Set<string>();
  readonly #live = new Set<Promise<void>>();
  #running = false;
  #loops: Promise<void>[] = [];
  #n = 0;

  static async open(cluster: Cluster, options: TrafficOptions): Promise<Traffic> {
    const server = cluster.asterisk;
    const trunk = await SipPeer.open({ ip: server.trunkHost, port: server.trunkPort, server, hz: CALLER_HZ });
    const phones = await SipPeer.open({ ip: labAddress(23), server, hz: AGENT_HZ });
    const guard = await SipPeer.open({ ip: GUARD_IP(), port: GUARD_PORT, server, hz: 1700 });
    const traffic = new Traffic(cluster, options, trunk, phones, guard);
    await traffic.#seat();
    return traffic;
  }

  private constructor(cluster: Cluster, options: TrafficOptions, trunk: SipPeer, phones: SipPeer, guard: SipPeer) {
    this.#cluster = cluster;
    this.#options = options;
    this.#trunk = trunk;
    this.#phones = phones;
    this.#guard = guard;
    phones.onInvite = (call) => this.#rung(call);
    guard.onInvite = (call) => {
      this.guarded.add(callerOf(call));
      call.rtp.mute();
      call.ring();
      call.answer();
    };
  }

  /** Agents at work: logged in, connected, with a registered telephone, available. */
  async #seat(): Promise<void> {
    const { db, company, balancer } = this.#cluster;
    const password = "correct horse battery";
    const hash = await hashPassword(password);
    const logins = Array.from({ length: this.#options.agents }, (_, i) => `agent${i}`);
    await db.sql.begin(async (tx) => {
      await tx`UPDATE queue SET wrapup_voice_s = 0, record_calls = false WHERE id = ${company.queueId}`;
      for (const [i, login] of logins.entries()) {
        const [employee] = await tx<{ id: string }[]>`
          INSERT INTO employee (login, full_name, password_hash, locale, department_id, calendar_id, extension)
          VALUES (${login}, ${`Agent ${i}`}, ${hash}, 'en', ${company.departments.a}, ${company.calendars.always}, ${String(300 + i)}) RETURNING id`;
        await tx`INSERT INTO employee_role (employee_id, role_id) VALUES (${employee?.id as string}, ${company.roles.agent})`;
        await tx`INSERT INTO queue_member (queue_id, employee_id, media) VALUES (${company.queueId}, ${employee?.id as string}, '{voice}')`;
      }
      await tx`INSERT INTO routing_input (input) VALUES (${tx.json({ kind: "facts.changed", what: "queue", id: company.queueId, at: Date.now() })})`;
    });
    for (const login of logins) {
      const api = await ApiClient.login(balancer.url, login, password);
      const session = await until("a telephone for the agent", () => api.post<{ username: string; password: string }>("/softphone/session").catch(() => null));
      await this.#phones.register(session.username, session.password);
      const socket = io(balancer.url, {
        ...{ path: "/live", transports: ["websocket"], forceNew: true, reconnectionDelay: 200, reconnectionDelayMax: 1_000 },
        extraHeaders: { cookie: api.cookie },
      });
      // Said no while a node was starting: socket.io leaves trying again to the page.
      socket.on("connect_error", () => {
        if (!socket.active) setTimeout(() => socket.connect(), 300);
      });
      this.sockets.push(socket);
      await until("the live socket greets", () => socket.connected);
      await api.request("PUT", "/presence/me", { intent: "available" });
    }
    await until("all agents may be rung", async () => {
      const [row] = await db.sql<
        { n: number }[]
      >`SELECT count(*)::int AS n FROM presence p JOIN employee e ON e.id = p.employee_id WHERE e.login LIKE 'agent%' AND 'voice' = ANY(p.ready)`;
      return row?.n === logins.length;
    });
  }

  start(): void {
    this.#running = true;
    this.#loops = [this.#call(), ...Array.from({ length: this.#options.visitors }, (_, i) => this.#write(i))];
  }

  /** No new calls and messages; resolves when what is under way is over. */
  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#loops);
    await Promise.all(this.#live);
  }

  close(): void {
    for (const s of this.sockets) s.disconnect();
    for (const p of [this.#trunk, this.#phones, this.#guard]) p.close();
  }

  /** Waits until the house serves its callers: agents are free, and no caller waits from the round before. */
  async served(): Promise<void> {
    const { sql } = this.#cluster.db;
    const serves = async () => {
      const [row] = await sql<{ idle: number; waiting: number }[]>`
        SELECT (SELECT count(*)::int FROM presence p JOIN employee e ON e.id = p.employee_id WHERE e.login LIKE 'agent%' AND 'voice' = ANY(p.ready)) AS idle,
          (SELECT count(*)::int FROM entry WHERE medium = 'voice' AND ended_at IS NULL AND enqueued_at < now() - interval '3 seconds') AS waiting`;
      return row !== undefined && row.idle >= this.#options.agents / 2 && row.waiting === 0;
    };
    await until("half of the agents are free and no caller waits", serves, { timeoutMs: 90_000, everyMs: 100 }).catch(async (error: Error) => {
      throw new Error(`${error.message}; agents: ${await this.#agents()}`, { cause: error });
    });
  }

  /** Begins a talk between a caller and an agent, with sound both ways. */
  async talk(): Promise<Talk> {
    const number = this.#number();
    this.#keep.add(number);
    const caller = await this.#trunk.call("5551000", { from: number });
    await caller.is("up", PATIENCE_MS).catch(() => undefined);
    const agent = this.#answered.get(number);
    if (caller.state !== "up" || agent === undefined) {
      caller[caller.state === "up" ? "bye" : "cancel"]();
      this.#keep.delete(number);
      throw new Error(`the caller ${number} reached ${caller.state === "up" ? "the fallback" : "nobody"}`);
    }
    await Promise.all([caller.rtp.hears(AGENT_HZ), agent.rtp.hears(CALLER_HZ)]);
    return { number, caller, agent };
  }

  /** The same, though some callers may be too many for the house and speak to the fallback instead. */
  async talkAtLast(): Promise<Talk> {
    for (let left = 5; ; left--) {
      try {
        return await this.talk();
      } catch (error) {
        if (left === 0) throw new Error(`${(error as Error).message}; agents: ${await this.#agents()}`, { cause: error });
      }
    }
  }

  /** How the agents stand, and why the last decisions chose nobody: for whoever reads that a call came to nothing. */
  async #agents(): Promise<string> {
    const { sql } = this.#cluster.db;
    const states = await sql<{ said: string }[]>`
      SELECT count(*) || ' ' || p.state || coalesce(' (' || p.reason || ')', '') || CASE WHEN p.phone_reachable THEN '' ELSE ', telephone gone' END AS said
      FROM presence p JOIN employee e ON e.id = p.employee_id WHERE e.login LIKE 'agent%' GROUP BY p.state, p.reason, p.phone_reachable ORDER BY count(*) DESC`;
    const [last] = await sql<{ said: string }[]>`
      SELECT reason->>'code' || ' ' || refusals::text AS said FROM decision WHERE chosen_id IS NULL ORDER BY at DESC LIMIT 1`;
    return `${states.map((s) => s.said).join("; ")}; last refusal: ${last?.said ?? "none"}`;
  }

  /** Ends a talk from the caller's side. */
  hangUp(talk: Talk): void {
    talk.caller.bye();
    this.#keep.delete(talk.number);
    this.#answered.delete(talk.number);
  }

  #number(): string {
    const number = `+7705${String(1_000_000 + this.#n++)}`;
    this.callers.push(number);
    return number;
  }

  #rung(call: SipCall): void {
    const number = callerOf(call);
    const offer = call.invite?.header("X-Kommutator-Offer") ?? call.id;
    this.rings.set(offer, (this.rings.get(offer) ?? 0) + 1);
    this.ringTimes.push(Date.now());
    const other = this.#ringing.get(number) ?? this.#answered.get(number);
    if (other !== undefined && other.state !== "ended" && other.state !== "calling") this.rungTwice.push(number);
    this.#ringing.set(number, call);
    if (!this.#keep.has(number)) call.rtp.mute();
    call.ring();
    call.answer();
    this.#ringing.delete(number);
    this.#answered.set(number, call);
  }

  async #call(): Promise<void> {
    const begun = performance.now();
    for (let i = 0; this.#running; i++) {
      const wait = begun + (i * 1000) / this.#options.callsPerSecond - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const one = this.#one(this.#number()).finally(() => this.#live.delete(one));
      this.#live.add(one);
      for (const p of [this.#phones, this.#guard]) for (const c of [...p.incoming]) if (c.state === "ended") p.forget(c);
    }
  }

  async #one(number: string): Promise<void> {
    const call = await this.#trunk.call("5551000", { from: number, mute: true });
    for (const end = performance.now() + PATIENCE_MS; call.state !== "up" && call.state !== "ended" && performance.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 25));
    if (call.state === "up") {
      await new Promise((resolve) => setTimeout(resolve, TALK_MS));
      call.bye();
    } else call.cancel();
    await new Promise((resolve) => setTimeout(resolve, 300)); // for the answers to BYE or CANCEL
    this.#answered.delete(number);
    this.#trunk.forget(call);
  }

  /** One visitor: a message, then the next; each is said until it is acknowledged, with the same key, as the page does. */
  async #write(visitor: number): Promise<void> {
    const token = randomBytes(32).toString("base64url");
    const keys: string[] = [];
    this.acknowledged.set(`visitor-${visitor}`, keys);
    const everyMs = (1000 * this.#options.visitors) / this.#options.messagesPerSecond;
    const begun = performance.now() + (visitor * everyMs) / this.#options.visitors;
    for (let i = 0; this.#running; i++) {
      const wait = begun + i * everyMs - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const key = `v${visitor}-m${String(i).padStart(6, "0")}`;
      while ((await this.#post(token, { key, text: `message ${i}` })) !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
      keys.push(key);
    }
  }

  #post(token: string, body: unknown): Promise<number> {
    const text = JSON.stringify(body);
    return new Promise((resolve) => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${token}`, "content-length": Buffer.byteLength(text) };
      const url = `${this.#cluster.balancer.url}/hooks/${this.#cluster.channels.chat}/message`;
      const request = http.request(url, { method: "POST", headers, timeout: 3_000, agent: this.#agent }, (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode ?? 0));
        response.once("error", () => resolve(0));
      });
      request.once("timeout", () => request.destroy());
      request.once("error", () => resolve(0));
      request.end(text);
    });
  }
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
}

const callerOf = (call: SipCall): string => /<sip:([^@>]+)@/.exec(call.invite?.header("From") ?? "")?.[1] ?? "";
