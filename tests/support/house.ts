import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { houseArguments } from "../../scripts/house-process.mjs";
import { testDatabase } from "./database.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

export interface HouseProcess {
  url: string;
  databaseUrl: string;
  dataDir: string;
  child: ChildProcess;
  /** Everything it printed. */
  log(): string;
  /** Sends the signal; resolves when the process is gone (not for SIGSTOP / SIGCONT). */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts the same house again on the same database, data folder and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The whole product as a process of its own, so that it can be killed, stopped and restarted: the real main.ts on a
 * fresh migrated database.
 */
export async function startHouseProcess(options: { env?: Record<string, string>; databaseUrl?: string } = {}): Promise<HouseProcess> {
  const database = options.databaseUrl === undefined ? await testDatabase({ max: 2 }) : null;
  const databaseUrl = options.databaseUrl ?? (database as { url: string }).url;
  const dataDir = await mkdtemp(join(tmpdir(), "kommutator-house-"));
  const port = await freePort();
  const house: HouseProcess = {
    url: `http://127.0.0.1:${port}`,
    databaseUrl,
    dataDir,
    child: undefined as unknown as ChildProcess,
    log: () => log,
    async kill(signal) {
      const gone = new Promise<void>((resolve) =>
        house.child.exitCode !== null || house.child.signalCode !== null ? resolve() : house.child.once("exit", () => resolve()),
      );
      house.child.kill(signal);
      if (signal !== "SIGSTOP" && signal !== "SIGCONT") await gone;
    },
    restart: () => start(),
    async close() {
      house.child.kill("SIGCONT");
      await house.kill("SIGTERM");
      await rm(dataDir, { recursive: true, force: true });
      await database?.drop();
    },
  };
  let log = "";
  async function start(): Promise<void> {
    house.child = spawn(process.execPath, houseArguments(), {
      cwd: ROOT,
      env: { ...process.env, HOST: "127.0.0.1", PORT: String(port), DATABASE_URL: databaseUrl, DATA_DIR: dataDir, LOG_LEVEL: "info", ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    house.child.stdout?.on("data", (d: Buffer) => {
      log += d.toString();
    });
    house.child.stderr?.on("data", (d: Buffer) => {
      log += d.toString();
    });
    const deadline = Date.now() + 60_000;
    for (;;) {
      if (house.child.exitCode !== null) throw new Error(`the house did not start:\n${log}`);
      const ok = await fetch(`${house.url}/health`).then(
        (r) => r.ok,
        () => false,
      );
      if (ok) return;
      if (Date.now() > deadline) throw new Error(`the house is not healthy after 60 s:\n${log}`);
      await new Promise((r) => setTimeout(r, 100));
    }
  }
  await start();
  return house;
}

/** A signed-in user of the HTTP API: keeps the cookies, sends the CSRF header. */
export class ApiClient {
  readonly url: string;
  #cookies = new Map<string, string>();
  constructor(url: string) {
    this.url = url;
  }

  static async login(url: string, login: string, password: string): Promise<ApiClient> {
    const client = new ApiClient(url);
    await client.post("/login", { login, password });
    return client;
  }

  get cookie(): string {
    return [...this.#cookies].map(([k, v]) => `${k}=${v}`).join("; ");
  }

  get<T = never>(path: string): Promise<T> {
    return this.request("GET", path) as Promise<T>;
  }
  post<T = unknown>(path: string, body: unknown = {}): Promise<T> {
    return this.request("POST", path, body) as Promise<T>;
  }
  put<T = unknown>(path: string, body: unknown = {}): Promise<T> {
    return this.request("PUT", path, body) as Promise<T>;
  }
  patch<T = unknown>(path: string, body: unknown = {}): Promise<T> {
    return this.request("PATCH", path, body) as Promise<T>;
  }

  /** Throws an Error that carries `status` and the answer's `code` when the answer is not 2xx. */
  async request(method: string, path: string, body?: unknown): Promise<unknown> {
    const headers: Record<string, string> = { cookie: this.cookie };
    const csrf = this.#cookies.get("kommutator_csrf");
    if (csrf !== undefined) headers["x-csrf-token"] = csrf;
    if (body !== undefined) headers["content-type"] = "application/json";
    const response = await fetch(`${this.url}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = (line.split(";")[0] ?? "").split("=");
      if (name !== undefined && value !== undefined) this.#cookies.set(name, value);
    }
    const text = await response.text();
    const json = text === "" ? undefined : (JSON.parse(text) as unknown);
    if (!response.ok)
      throw Object.assign(new Error(`${method} ${path}: ${response.status} ${text}`), {
        status: response.status,
        code: (json as { code?: string } | undefined)?.code,
      });
    return json;
  }
}

/** Waits until the probe gives something; throws what it last said when the time is over. */
export async function eventually<T>(what: string, probe: () => Promise<T | null | undefined | false>, timeoutMs = 20_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== null && value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(`never: ${what}${last === undefined ? "" : ` (${last instanceof Error ? last.message : String(last)})`}`, { cause: last });
    await new Promise((r) => setTimeout(r, 50));
  }
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
