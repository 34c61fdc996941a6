import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Db } from "@kommutator/contract/db";
import { settings } from "../../lab/support/ari-house.ts";
import { type Asterisk, labAddress, startAsterisk } from "../../lab/support/asterisk.ts";
import { type StallProxy, stallProxy } from "../../lab/support/stall-proxy.ts";
import { until } from "../../lab/support/wait.ts";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { ApiClient, freePort } from "../../support/house.ts";
import { Child } from "../support/child.ts";
import { AriWire } from "./ari-wire.ts";
import { Balancer } from "./balancer.ts";
import { watchRows } from "./written-rows.ts";

export const GUARD_PORT = 26_019;
export const GUARD_IP = (): string => labAddress(24);

/** One process of the house, with a way to the database of its own that can be frozen. */
export interface ClusterNode {
  name: string;
  /** Its user in the database. */
  role: string;
  port: number;
  database: StallProxy;
  process: Child;
  restart(): Promise<void>;
}

/** Two nodes on one database and one folder, one Asterisk, and a balancer in front. */
export interface Cluster {
  asterisk: Asterisk;
  db: TestDatabase;
  company: Company;
  nodes: [ClusterNode, ClusterNode];
  balancer: Balancer;
  ari: AriWire;
  admin: ApiClient;
  channels: { voice: string; chat: string };
  /** The node that has the router, if one has. */
  holder(): Promise<ClusterNode | null>;
  /** Both are well, and every duty is taken. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closing.reverse()) await end().catch(() => undefined);
  };
  try {
    return await start(closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(closing: (() => Promise<unknown>)[], close: () => Promise<void>): Promise<Cluster> {
  const asterisk = await startAsterisk({
    fallbackRing: "PJSIP/guard",
    local: {
      pjsip: `[guard]\ntype=endpoint\ncontext=kommutator-phones\ndisallow=all\nallow=ulaw\ndirect_media=no\nbind_rtp_to_media_address=yes\nmedia_address=@IP@\naors=guard\n[guard]\ntype=aor\ncontact=sip:guard@${GUARD_IP()}:${GUARD_PORT}\n`,
    },
  });
  closing.push(() => asterisk.close());
  const db = await testDatabase({ max: 4 });
  closing.push(() => db.drop());
  const company = await seedCompany(db.sql);
  await watchRows(db.sql);
  const dataDir = await mkdtemp(join(tmpdir(), "kommutator-failover-"));
  closing.push(() => rm(dataDir, { recursive: true, force: true }));

  const node = async (name: string): Promise<ClusterNode> => {
    const role = `${name}_${process.pid}`;
    const password = randomBytes(12).toString("hex");
    await db.sql.unsafe(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${password}'`);
    closing.push(() => db.sql.unsafe(`DROP ROLE ${role}`));
    const url = new URL(db.url);
    url.username = role;
    url.password = password;
    const database = await stallProxy(url.href);
    const port = await freePort();
    closing.push(() => database.close());
    const run = () =>
      Child.house({
        ...{ HOST: "127.0.0.1", PORT: String(port), DATABASE_URL: database.url, DATA_DIR: dataDir, NODE_NAME: name, UI_DIR: "none" },
        ...{ LOG_LEVEL: process.env["FAILOVER_LOG"] ?? "error", TRUST_PROXY: "true" },
      });
    const made: ClusterNode = {
      ...{ name, role, port, database, process: run() },
      async restart() {
        made.process = run();
        await made.process.ready;
      },
    };
    closing.push(async () => {
      made.database.flow();
      made.process.process.kill("SIGCONT");
      await made.process.kill("SIGTERM");
    });
    await made.process.ready;
    return made;
  };
  const nodes: [ClusterNode, ClusterNode] = [await node("ann"), await node("bob")];
  const balancer = await Balancer.start(nodes.map((n) => n.port));
  closing.push(() => balancer.close());
  const ari = await AriWire.start(asterisk.ari, () => nodes.map((n) => n.process.process.pid ?? 0));
  closing.push(() => ari.close());

  const admin = await ApiClient.login(balancer.url, company.employees.admin.login, company.employees.admin.password);
  const config = { ...settings(asterisk), url: ari.url };
  const voice = await admin.post<{ id: string }>("/channels", { kind: "asterisk-ari", name: "Trunk", queueId: company.queueId, config });
  const [quiet] = await db.sql<{ id: string }[]>`INSERT INTO queue (name, calendar_id) VALUES ('Written', ${company.calendars.always}) RETURNING id`;
  const chat = await admin.post<{ id: string }>("/channels", {
    ...{ kind: "web-chat", name: "Chat", queueId: quiet?.id as string, config: { messagesPerMinute: 100_000 } },
  });
  const holder = async () => {
    const [row] = await db.sql<{ holder: string }[]>`SELECT holder FROM lease WHERE duty = 'router' AND expires_at > clock_timestamp()`;
    return nodes.find((n) => row?.holder.startsWith(`${n.name}:`) === true) ?? null;
  };
  const cluster: Cluster = {
    ...{ asterisk, db, company, nodes, balancer, ari, admin, holder, close },
    channels: { voice: voice.id, chat: chat.id },
    settled: () =>
      until("both nodes are well and every duty is taken", () => isSettled(db.sql, balancer), { timeoutMs: 40_000, everyMs: 50 }).then(() => undefined),
  };
  await cluster.settled();
  return cluster;
}

async function isSettled(sql: Db, balancer: Balancer): Promise<boolean> {
  if (balancer.well < 2) return false;
  const [row] = await sql<{ n: number; up: boolean }[]>`
    SELECT (SELECT count(DISTINCT split_part(holder, ':', 1))::int FROM lease WHERE expires_at > clock_timestamp()) AS n,
      (SELECT bool_and(status->>'state' = 'up') FROM channel) AND (SELECT count(*) FROM lease WHERE expires_at > clock_timestamp()) >= 6 AS up`;
  return row?.n === 1 && row.up;
}
