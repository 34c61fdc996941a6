import { randomUUID } from "node:crypto";
import type { DialogDetail, Message } from "@kommutator/contract/api/dialogs";
import type { ChannelKind } from "@kommutator/contract/channel";
import { io, type Socket } from "socket.io-client";
import { until } from "../lab/support/wait.ts";
import { type Company, seedCompany } from "./company.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "./house.ts";

/** How long anything may take on its way through the whole house. */
export const WAIT = { timeoutMs: 20_000, everyMs: 50 };
/** The smallest picture that is one (a white point). */
export const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

/** The house as a process of its own with a company in it: an administrator, and Aigul, who is there to answer what is written. */
export class WrittenHouse {
  readonly db: TestDatabase;
  readonly company: Company;
  readonly house: HouseProcess;
  readonly admin: ApiClient;
  readonly aigul: ApiClient;
  readonly #socket: Socket;

  private constructor(parts: Pick<WrittenHouse, "db" | "company" | "house" | "admin" | "aigul"> & { socket: Socket }) {
    ({ db: this.db, company: this.company, house: this.house, admin: this.admin, aigul: this.aigul, socket: this.#socket } = parts);
  }

  static async start(): Promise<WrittenHouse> {
    const db = await testDatabase();
    const company = await seedCompany(db.sql);
    const house = await startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: "none" } });
    const { admin: boss, aigul: agent } = company.employees;
    const [admin, aigul] = [await ApiClient.login(house.url, boss.login, boss.password), await ApiClient.login(house.url, agent.login, agent.password)];
    const socket = io(house.url, { path: "/live", transports: ["websocket"], extraHeaders: { cookie: aigul.cookie } });
    await until("the live socket greets", () => socket.connected);
    await aigul.put("/presence/me", { intent: "available", reason: null });
    return new WrittenHouse({ db, company, house, admin, aigul, socket });
  }

  async close(): Promise<void> {
    this.#socket.disconnect();
    await this.house.close();
    await this.db.drop();
  }

  /** A channel as the administrator would set it up. */
  async addChannel(kind: ChannelKind, name: string, config: Record<string, unknown>): Promise<string> {
    return (await this.admin.post<{ id: string }>("/channels", { kind, name, queueId: this.company.queueId, config })).id;
  }
  async isUp(channelId: string): Promise<void> {
    const state = async () => (await this.db.sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${channelId}`)[0]?.state;
    await until("the channel is up", async () => (await state()) === "up", WAIT);
  }

  /** The open dialog of a thread. */
  dialogOf(channelId: string, threadKey: string): Promise<string> {
    const open = async () =>
      (await this.db.sql<{ id: string }[]>`SELECT id FROM dialog WHERE channel_id = ${channelId} AND thread_key = ${threadKey} AND closed_at IS NULL`)[0]?.id;
    return until("the dialog is open", open, WAIT);
  }
  /** Resolves when Aigul has the dialog. */
  async take(dialogId: string): Promise<void> {
    const mine = async () =>
      (await this.db.sql<{ employee_id: string }[]>`SELECT employee_id FROM assignment WHERE dialog_id = ${dialogId} AND ended_at IS NULL`)[0]?.employee_id;
    await until(
      "the dialog is taken",
      async () => {
        await this.aigul.post(`/dialogs/${dialogId}/take`).catch(() => null);
        return (await mine()) === this.company.employees.aigul.id;
      },
      WAIT,
    );
  }

  /** Oldest first. */
  async messages(dialogId: string): Promise<Message[]> {
    return (await this.aigul.get<{ items: Message[] }>(`/dialogs/${dialogId}/messages`)).items.sort((a, b) => a.seq - b.seq);
  }
  /** The message of the dialog that fits, as the agent's screen gets it. */
  shown(dialogId: string, what: string, fits: (message: Message) => boolean): Promise<Message> {
    return until(what, async () => (await this.messages(dialogId)).find(fits), WAIT);
  }
  answer(dialogId: string, words: string, more: object = {}): Promise<unknown> {
    return this.aigul.post(`/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text: words, takeOver: true, ...more });
  }
  async capabilities(dialogId: string): Promise<DialogDetail["capabilities"]> {
    return (await this.aigul.get<DialogDetail>(`/dialogs/${dialogId}`)).capabilities;
  }

  /** A picture of Aigul's, uploaded; resolves with its id. */
  async upload(name: string, bytes: Buffer<ArrayBuffer> = PNG): Promise<string> {
    const form = new FormData();
    form.append("file", new File([bytes], name, { type: "image/png" }));
    const csrf = /kommutator_csrf=([^;]+)/.exec(this.aigul.cookie)?.[1] ?? "";
    const headers = { cookie: this.aigul.cookie, "x-csrf-token": csrf };
    const uploaded = await fetch(`${this.house.url}/api/v1/blobs`, { method: "POST", body: form, headers });
    return ((await uploaded.json()) as { blobId: string }).blobId;
  }
  /** The bytes of a message's first file, as Aigul's browser gets them. */
  async fileOf(message: Message): Promise<Buffer> {
    const answer = await fetch(`${this.house.url}/api/v1/blobs/${message.attachments[0]?.blobId}`, { headers: { cookie: this.aigul.cookie } });
    return Buffer.from(await answer.arrayBuffer());
  }

  /** Fails when one of these secrets stands in the channel's transcript or in the house's log. */
  async hides(channelId: string, ...secrets: string[]): Promise<void> {
    const lines = await this.admin.get<unknown[]>(`/channels/${channelId}/transcript`);
    if (lines.length <= 5) throw new Error(`the transcript has only ${lines.length} lines`);
    const written = JSON.stringify(lines) + this.house.log();
    for (const secret of secrets) if (written.includes(secret)) throw new Error("a secret stands in the transcript or in the log");
  }
}
