import type { Message } from "@kommutator/contract/api/dialogs";
import { beforeEach, describe, expect, test } from "vitest";
import { ApiError } from "../../app/api.ts";
import { Outbox, type Post } from "./outbox.ts";

class Memory {
  rows = new Map<string, string>();
  get length() {
    return this.rows.size;
  }
  key = (index: number) => [...this.rows.keys()][index] ?? null;
  getItem = (key: string) => this.rows.get(key) ?? null;
  setItem = (key: string, value: string) => void this.rows.set(key, value);
  removeItem = (key: string) => void this.rows.delete(key);
}

/** The server's side of the wire: `answer` decides what comes back. */
class Server {
  received: { dialogId: string; body: Post }[] = [];
  answer: (body: Post) => Promise<Message> = (body) => Promise.resolve({ id: `id-${body.text}` } as Message);
  /** Texts whose request outlives the page. */
  outliving: (string | undefined)[] = [];
  post = (dialogId: string, body: Post, keepalive: boolean) => {
    this.received.push({ dialogId, body: { ...body } });
    if (keepalive) this.outliving.push(body.text);
    return this.answer(body);
  };
  get texts() {
    return this.received.map(({ body }) => body.text);
  }
}

const post = (text: string, dialogId = "d1") => ({
  dialogId,
  files: [],
  body: { clientKey: `key-${text}`, text, attachments: [], internal: false, mentions: [], takeOver: false },
});
const until = async (condition: () => boolean) => {
  for (let turn = 0; turn < 500 && !condition(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(condition()).toBe(true);
};

let storage: Memory;
let server: Server;
let sent: string[];
const open = (holdMs = 0) =>
  new Outbox({ meId: "me", storage, post: server.post, onSent: (message) => sent.push(message.id), retryMs: 5, holdMs: () => holdMs });

beforeEach(() => {
  storage = new Memory();
  server = new Server();
  sent = [];
});

test("replies of one dialog leave in order, each after the one before is stored", async () => {
  const release: (() => void)[] = [];
  server.answer = (body) => new Promise((resolve) => release.push(() => resolve({ id: `id-${body.text}` } as Message)));
  const outbox = open();
  outbox.add(post("one"));
  outbox.add(post("two"));
  expect(server.texts).toEqual(["one"]);
  release[0]?.();
  await until(() => server.texts.length === 2);
  release[1]?.();
  await until(() => outbox.items.length === 0);
  expect(sent).toEqual(["id-one", "id-two"]);
});

test("a dialog whose server is slow holds no other", async () => {
  server.answer = (body) => (body.text === "slow" ? new Promise(() => undefined) : Promise.resolve({ id: `id-${body.text}` } as Message));
  const outbox = open();
  outbox.add(post("slow", "d1"));
  outbox.add(post("quick", "d2"));
  await until(() => sent.includes("id-quick"));
  expect(outbox.items.map((item) => item.body.text)).toEqual(["slow"]);
});

test("without a connection a reply waits and is sent with the same key when it is back", async () => {
  server.answer = () => Promise.reject(new ApiError("network", 0));
  const outbox = open();
  outbox.add(post("hello"));
  await until(() => outbox.items[0]?.state === "waiting" && outbox.items[0].code === "network");
  server.answer = (body) => Promise.resolve({ id: `id-${body.text}` } as Message);
  await until(() => outbox.items.length === 0);
  expect(new Set(server.received.map(({ body }) => body.clientKey))).toEqual(new Set(["key-hello"]));
  expect(sent).toEqual(["id-hello"]);
});

test("what waited is still there after a reload, and nothing of it stays in storage once it is sent", async () => {
  server.answer = () => Promise.reject(new ApiError("network", 0));
  const before = open();
  before.add(post("kept"));
  await until(() => before.items[0]?.code === "network");
  before.close();
  server.answer = (body) => Promise.resolve({ id: `id-${body.text}` } as Message);
  const after = open();
  after.pump();
  await until(() => after.items.length === 0);
  expect(sent).toContain("id-kept");
  expect(storage.length).toBe(0);
});

test("a refusal waits for the agent, holds what comes after it, and taking over sends both in order", async () => {
  server.answer = (body) =>
    body.takeOver || body.text === "second" ? Promise.resolve({ id: `id-${body.text}` } as Message) : Promise.reject(new ApiError("assigned_to_other", 409));
  const outbox = open();
  outbox.add(post("first"));
  outbox.add(post("second"));
  await until(() => outbox.items[0]?.state === "failed");
  expect(outbox.items[0]?.code).toBe("assigned_to_other");
  expect(server.texts).toEqual(["first"]);
  outbox.retry("key-first", true);
  await until(() => outbox.items.length === 0);
  expect(sent).toEqual(["id-first", "id-second"]);
});

test("what the agent throws away lets the next go", async () => {
  server.answer = (body) => (body.text === "bad" ? Promise.reject(new ApiError("too_large", 413)) : Promise.resolve({ id: `id-${body.text}` } as Message));
  const outbox = open();
  outbox.add(post("bad"));
  outbox.add(post("good"));
  await until(() => outbox.items[0]?.state === "failed");
  outbox.discard("key-bad");
  await until(() => outbox.items.length === 0);
  expect(sent).toEqual(["id-good"]);
});

describe("held for some seconds", () => {
  const LONG = 60_000;
  /** Who writes, and what they got back. */
  const writer = (outbox: Outbox, dialogId = "d1") => {
    const back: (string | undefined)[] = [];
    outbox.receive(dialogId, (item) => back.push(item.body.text));
    return back;
  };

  test("a message can be taken back, its files too; afterwards it leaves by itself, in the order in which it was written", async () => {
    const outbox = open(40);
    const back: unknown[] = [];
    outbox.receive("d1", (item) => back.push([item.body.text, item.files]));
    const file = { blobId: "b1", name: "a.pdf", mime: "application/pdf", bytes: 3 };
    outbox.add(post("one"));
    outbox.add(post("two"));
    outbox.add({ ...post("three"), files: [file] });
    outbox.pump();
    expect([server.texts, outbox.items.map((item) => item.state)]).toEqual([[], ["held", "held", "held"]]);
    expect(outbox.undo("d1")).toBe(true);
    expect(back).toEqual([["three", [file]]]);
    await until(() => outbox.items.length === 0);
    expect(sent).toEqual(["id-one", "id-two"]);
    expect([outbox.undo("d1"), storage.length]).toEqual([false, 0]);
    outbox.close();
  });

  test("one of several is taken back by its own button; another dialog's never", () => {
    const outbox = open(LONG);
    const back = writer(outbox);
    writer(outbox, "d2");
    outbox.add(post("one"));
    outbox.add(post("two"));
    expect(outbox.undo("d2")).toBe(false);
    expect(outbox.undo("d1", "key-one")).toBe(true);
    expect([back, outbox.items.map((item) => item.body.text)]).toEqual([["one"], ["two"]]);
    outbox.close();
  });

  test("whoever goes to another dialog lets the first one's go at once, and only those", async () => {
    const outbox = open(LONG);
    outbox.add(post("one"));
    outbox.add(post("two"));
    outbox.add(post("elsewhere", "d2"));
    await outbox.release("d1");
    expect(sent).toEqual(["id-one", "id-two"]);
    expect(outbox.items.map((item) => item.state)).toEqual(["held"]);
    outbox.close();
  });

  test("letting go does not wait for a connection, nor for what was refused", async () => {
    server.answer = () => Promise.reject(new ApiError("dialog_closed", 409));
    const outbox = open(LONG);
    outbox.add(post("one"));
    outbox.add(post("two"));
    await outbox.release();
    expect(outbox.items.map((item) => item.state)).toEqual(["failed", "waiting"]);
    outbox.close();
  });

  test("a page that goes away posts all of it at once, by requests that outlive it", () => {
    const outbox = open(LONG);
    outbox.add(post("one"));
    outbox.add(post("two"));
    outbox.leave();
    expect(server.outliving).toEqual(["one", "two"]);
    outbox.close();
  });

  test("after a crash it leaves when its time is over; taken back in one tab, it does not leave from another", async () => {
    const crashed = open(30);
    crashed.add(post("kept"));
    crashed.close();
    const after = open(30);
    await until(() => after.items.length === 0);
    expect(sent).toEqual(["id-kept"]);

    const first = open(60);
    writer(first);
    first.add(post("back"));
    const second = open(60);
    expect(second.items.map((item) => item.state)).toEqual(["held"]);
    expect(first.undo("d1")).toBe(true);
    await until(() => second.items.length === 0);
    expect(server.texts).toEqual(["kept"]);
    for (const tab of [after, first, second]) tab.close();
  });
});
