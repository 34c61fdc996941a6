import type { AddressInfo } from "node:net";
import { type ServerEvent, type ServerEventName, ServerEvents } from "@kommutator/contract/api/socket";
import type { NewDialogEvent } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";
import { io, type Socket } from "socket.io-client";
import { emit } from "../../dialogs/emit.ts";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";

/** One listening house a test file, with everybody signed in; screens are closed after each test. */
export let house: ApiFixture;
export let chat: Id;
export const who: Record<string, Browser> = {};
export let url: string;
const screens: Screen[] = [];

export async function openHouse(): Promise<void> {
  house = await apiFixture();
  await house.app.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(house.app.server.address() as AddressInfo).port}`;
  for (const e of Object.values(house.company.employees)) who[e.login] = await house.login(e);
  chat = await house.channel("web-chat");
}
export function closeScreens(): void {
  for (const screen of screens.splice(0)) screen.socket.disconnect();
}
export async function closeHouse(): Promise<void> {
  await house.close();
}

/** A browser's live connection that writes down what it gets and keeps its cursor, as the workspace does. */
export class Screen {
  readonly socket: Socket;
  readonly got: { [K in ServerEventName]: { event: K; body: ServerEvent<K> } }[ServerEventName][] = [];
  position: number | null;
  watch: Id[];
  refused: string | null = null;
  constructor(login: string, options: { position?: number | null; watch?: Id[]; origin?: string; cookie?: string } = {}) {
    this.position = options.position ?? null;
    this.watch = options.watch ?? [];
    this.socket = io(url, {
      path: "/live",
      transports: ["websocket"],
      forceNew: true,
      reconnectionDelay: 10,
      reconnectionDelayMax: 20,
      extraHeaders: { cookie: options.cookie ?? (who[login] as Browser).cookie, ...(options.origin === undefined ? {} : { origin: options.origin }) },
      auth: (say) => say({ position: this.position, watch: this.watch }),
    });
    this.socket.on("connect_error", (error) => {
      this.refused = error.message;
    });
    this.socket.onAny((event: ServerEventName, body: ServerEvent<ServerEventName>) => {
      ServerEvents[event].parse(body);
      if ("position" in body) this.position = Math.max(this.position ?? 0, body.position);
      this.got.push({ event, body } as (typeof this.got)[number]);
      // A message may carry the change of its dialog; a screen takes it as one that came alone.
      if ("message" in body && body.dialog !== undefined) this.got.push({ event: "dialog.changed", body: { position: body.position, dialog: body.dialog } });
    });
    screens.push(this);
  }
  /** The dialog as it was told last. Lists hear of other tests' dialogs in between. */
  dialog(id: Id): ServerEvent<"dialog.changed">["dialog"] | undefined {
    return this.of("dialog.changed").findLast((c) => c.dialog.id === id)?.dialog;
  }

  of<K extends ServerEventName>(event: K): ServerEvent<K>[] {
    return this.got.filter((g) => g.event === event).map((g) => g.body as ServerEvent<K>);
  }
  async ready(): Promise<this> {
    await until("hello", () => this.of("hello").length > 0);
    return this;
  }
}

export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const say = (...events: NewDialogEvent[]) => house.sql.begin((tx) => emit(tx, events));
export const head = async () => (await house.sql<{ position: number }[]>`SELECT position FROM stream_head`)[0]?.position ?? 0;
export const stamped = () => until("stamped", async () => (await house.sql`SELECT 1 FROM dialog_event WHERE position IS NULL`).length === 0);
/** A message of the customer, as ingest stores it. */
export async function comesIn(dialogId: Id, text: string): Promise<Id> {
  return house.sql.begin(async (tx) => {
    const [row] = await tx<{ id: Id; seq: number }[]>`
      WITH d AS (UPDATE dialog SET next_seq = next_seq + 1, last_message_text = left(${text}, 200) WHERE id = ${dialogId} RETURNING id, channel_id, thread_key, next_seq - 1 AS seq)
      INSERT INTO message (dialog_id, seq, channel_id, thread_key, direction, author_kind, body) SELECT id, seq, channel_id, thread_key, 'in', 'customer', ${text} FROM d RETURNING id, seq`;
    const { id, seq } = row as { id: Id; seq: number };
    await emit(tx, [{ kind: "message.stored", dialogId, payload: { messageId: id, seq, direction: "in", employeeId: null, nature: "human", at: Date.now() } }]);
    return id;
  });
}
/** Everything said so far has reached this employee's screen: a word about the own presence comes after it. */
export async function heard(screen: Screen, employeeId: Id): Promise<void> {
  await house.sql`INSERT INTO presence (employee_id) VALUES (${employeeId}) ON CONFLICT DO NOTHING`;
  const before = screen.of("presence").length;
  await say({ kind: "presence.changed", dialogId: null, payload: { employeeId } });
  await until("its own presence", () =>
    screen
      .of("presence")
      .slice(before)
      .some((p) => p.presence.employeeId === employeeId),
  );
}
