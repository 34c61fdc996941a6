import { io, type Socket } from "socket.io-client";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../../support/house.ts";
import { settings } from "./ari-house.ts";
import { type Asterisk, type AsteriskOptions, startAsterisk } from "./asterisk.ts";
import { SipPeer } from "./sip.ts";
import type { SipAccount } from "./sip-digest.ts";
import { until } from "./wait.ts";

/** The whole product as a process of its own, on a real PostgreSQL and a real Asterisk, with the small company in it. */
export interface HouseLab {
  asterisk: Asterisk;
  db: TestDatabase;
  company: Company;
  house: HouseProcess;
  admin: ApiClient;
  channelId: string;
  close(): Promise<void>;
}

export async function startHouseLab(
  options: {
    asterisk?: AsteriskOptions;
    /** Settings of the channel beside the usual ones; a function is asked once Asterisk is up. */
    channel?: Record<string, unknown> | ((asterisk: Asterisk) => Promise<Record<string, unknown>>);
    env?: Record<string, string>;
    between?: (databaseUrl: string) => Promise<string>;
  } = {},
): Promise<HouseLab> {
  const asterisk = await startAsterisk(options.asterisk ?? {});
  let db: TestDatabase | null = null;
  let house: HouseProcess | null = null;
  const close = async () => {
    await house?.close();
    await asterisk.close();
    await db?.drop();
  };
  try {
    db = await testDatabase();
    const { sql } = db;
    const company = await seedCompany(sql);
    house = await startHouseProcess({ databaseUrl: (await options.between?.(db.url)) ?? db.url, env: { LOG_LEVEL: "warn", UI_DIR: "none", ...options.env } });
    const admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
    const config = settings(asterisk, typeof options.channel === "function" ? await options.channel(asterisk) : options.channel);
    const channel = await admin.post<{ id: string }>("/channels", { kind: "asterisk-ari", name: "Trunk", queueId: company.queueId, config });
    const up = async () => {
      const [row] = await sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${channel.id}`;
      return row?.state === "up";
    };
    await until("the channel is up", up, { timeoutMs: 20_000, everyMs: 50 });
    return { asterisk, db, company, house, admin, channelId: channel.id, close };
  } catch (error) {
    const log = house?.log().slice(-3000) ?? "";
    await close(); // nothing of a failed start stays
    throw new Error(`the laboratory did not start:\n${log}`, { cause: error });
  }
}

export interface OfferSeen {
  at: number;
  offer: { id: string; dialogId: string; reason: { code: string } };
  dialog: { id: string };
}

/** An agent at work: logged in, with a live socket, a telephone registered with the password that the product gave, and ready. */
export class LabAgent {
  readonly api: ApiClient;
  readonly phone: SipPeer;
  /** Of the telephone. */
  readonly account: SipAccount;
  readonly offers: OfferSeen[] = [];
  readonly #socket: Socket;

  static async start(lab: HouseLab, name: "aigul" | "bolat" | "dana", ip: string, hz: number): Promise<LabAgent> {
    const employee = lab.company.employees[name];
    const api = await ApiClient.login(lab.house.url, employee.login, employee.password);
    const session = await api.post<{ available: boolean; username: string; password: string }>("/softphone/session");
    if (!session.available) throw new Error("no telephone for this agent");
    const phone = await SipPeer.open({ ip, server: lab.asterisk, hz });
    await phone.register(session.username, session.password);
    const socket = io(lab.house.url, { path: "/live", transports: ["websocket"], extraHeaders: { cookie: api.cookie } });
    const agent = new LabAgent(api, phone, session, socket);
    await until("the live socket greets", () => socket.connected);
    await agent.ready();
    return agent;
  }

  private constructor(api: ApiClient, phone: SipPeer, account: SipAccount, socket: Socket) {
    this.api = api;
    this.phone = phone;
    this.account = account;
    this.#socket = socket;
    socket.on("offer", (seen: Omit<OfferSeen, "at">) => this.offers.push({ at: performance.now(), ...seen }));
  }

  async intent(intent: "available" | "paused"): Promise<void> {
    await this.api.request("PUT", "/presence/me", { intent, reason: intent === "paused" ? "lunch" : null });
  }

  presence(): Promise<{ state: string; phoneReachable: boolean; ready: string[] }> {
    return this.api.get("/presence/me");
  }

  /** Available, idle, out of wrap-up, and the phone can ring. */
  async ready(): Promise<void> {
    await this.intent("available");
    await until(
      "the agent is idle",
      async () => {
        const { state, phoneReachable } = await this.presence();
        if (state === "wrapup") await this.api.post("/presence/me/wrapup", { action: "finish" });
        return state === "idle" && phoneReachable;
      },
      { timeoutMs: 10_000, everyMs: 50 },
    );
  }

  close(): void {
    this.#socket.disconnect();
    this.phone.close();
  }
}

/** A person with a mobile number, attached to an employee, with one open Interest. Through the tables, as an import would. */
export async function knownCustomer(
  lab: HouseLab,
  number: string,
  responsible: "aigul" | "bolat" | "dana" = "aigul",
): Promise<{ customerId: string; interestId: string }> {
  const employee = lab.company.employees[responsible];
  return lab.db.sql.begin(async (tx) => {
    const [customer] = await tx<
      { id: string }[]
    >`INSERT INTO customer (kind, name, responsible_id, responsible_since) VALUES ('person', 'Ivan Petrov', ${employee.id}, now()) RETURNING id`;
    const customerId = customer?.id as string;
    await tx`INSERT INTO contact_point (customer_id, kind, label, value_raw, value_norm, verified_at, verified_how) VALUES (${customerId}, 'phone', 'mobile', ${number}, ${number}, now(), 'import')`;
    const [kind] = await tx<{ id: string; stage_id: string }[]>`
      SELECT k.id, (SELECT s.id FROM stage s WHERE s.kind_id = k.id LIMIT 1) AS stage_id FROM interest_kind k WHERE k.process_mode = 'typical' ORDER BY k.code LIMIT 1`;
    const [interest] = await tx<{ id: string }[]>`
      INSERT INTO interest (kind_id, process_mode, customer_id, title, responsible_id, department_id, stage_id, stage_entered_at)
      VALUES (${kind?.id as string}, 'typical', ${customerId}, 'A kitchen', ${employee.id}, ${employee.departmentId}, ${kind?.stage_id as string}, now()) RETURNING id`;
    return { customerId, interestId: interest?.id as string };
  });
}
