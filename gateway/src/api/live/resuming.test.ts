import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Browser } from "../testing/api.fixture.ts";
import { chat, closeHouse, closeScreens, comesIn, head, heard, house, openHouse, Screen, stamped, until, who } from "./live.fixture.ts";

beforeAll(openHouse);
afterEach(closeScreens);
afterAll(closeHouse);

describe("resuming (design 4.4)", () => {
  test("cut again and again in the middle of events, a screen receives exactly what the table holds, in order, each once", async () => {
    const { aigul } = house.company.employees;
    const dialogs = await Promise.all([1, 2, 3, 4].map(() => house.dialog({ channelId: chat, assignee: aigul.id })));
    const start = await (async () => {
      await stamped();
      return head();
    })();
    const screen = await new Screen("aigul", { position: start, watch: dialogs }).ready();
    let writing = true;
    let cuts = 0;
    const cutting = (async () => {
      while (writing) {
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 60));
        if (screen.socket.connected) {
          cuts++;
          screen.socket.io.engine.close();
        }
      }
    })();
    await Promise.all(
      dialogs.map(async (id) => {
        for (let i = 0; i < 80; i++) {
          await comesIn(id, `m${i}`);
          // However fast the writing is, it goes on while the screen is cut.
          await until("a cut now and then", () => cuts > i / 7);
        }
      }),
    );
    writing = false;
    await cutting;
    await stamped();
    const expected = await house.sql<{ id: Id }[]>`
      SELECT payload->>'messageId' AS id FROM dialog_event WHERE position > ${start} AND kind = 'message.stored' AND dialog_id = ANY(${dialogs}::uuid[]) ORDER BY position`;
    await until("everything", () => screen.of("message").length >= expected.length);
    await heard(screen, aigul.id);
    expect(cuts).toBeGreaterThan(10);
    expect(expected).toHaveLength(320);
    expect(screen.of("message").map((m) => m.message.id)).toEqual(expected.map((e) => e.id));
    // A dialog is told of four times a second at most: its last state may come a moment later.
    await until("the last state of each dialog", () => dialogs.every((id) => screen.dialog(id)?.lastMessage?.text === "m79"));
  });

  test("a snapshot and a watch from its position leave no gap between them", async () => {
    const id = await house.dialog({ channelId: chat, assignee: house.company.employees.aigul.id });
    const screen = await new Screen("aigul").ready();
    await stamped();
    const snapshot = (await (who["aigul"] as Browser).call("GET", `/dialogs/${id}`)).json() as { position: number };
    const between = await comesIn(id, "between");
    await until("stamped", async () => (await head()) > snapshot.position);
    screen.socket.emit("watch", { dialogId: id, position: snapshot.position });
    await until("the message", () => screen.of("message").length === 1);
    const after = await comesIn(id, "after");
    await until("both", () => screen.of("message").length === 2);
    expect(screen.of("message").map((m) => m.message.id)).toEqual([between, after]);
  });

  test("a page that watched before its first connection gets what came after its picture, once", async () => {
    const id = await house.dialog({ channelId: chat, assignee: house.company.employees.aigul.id });
    await stamped();
    const snapshot = (await (who["aigul"] as Browser).call("GET", `/dialogs/${id}`)).json() as { position: number };
    const between = await comesIn(id, "between");
    await stamped();
    const screen = new Screen("aigul", { watch: [id] });
    screen.socket.on("connect", () => screen.socket.emit("watch", { dialogId: id, position: snapshot.position }));
    await screen.ready();
    await until("the message", () => screen.of("message").length === 1);
    screen.socket.emit("watch", { dialogId: id, position: snapshot.position });
    await heard(screen, house.company.employees.aigul.id);
    expect(screen.of("message").map((m) => m.message.id)).toEqual([between]);
  });

  test("a screen that does not read is cut, others are not kept waiting, and it resumes complete", async () => {
    const { aigul } = house.company.employees;
    const id = await house.dialog({ channelId: chat, assignee: aigul.id });
    await stamped();
    const start = await head();
    const [slow, quick] = [
      await new Screen("aigul", { position: start, watch: [id] }).ready(),
      await new Screen("head", { position: start, watch: [id] }).ready(),
    ];
    const wire = (slow.socket.io.engine as unknown as { transport: { ws: { _socket: { pause(): void; destroy(): void } } } }).transport.ws._socket;
    wire.pause();
    let cut = false;
    slow.socket.io.engine.on("close", () => {
      cut = true;
    });
    const ids: Id[] = [];
    for (let i = 0; i < 50; i++) ids.push(...(await Promise.all([1, 2, 3, 4, 5].map((n) => comesIn(id, `${i}.${n} ${"x".repeat(90_000)}`)))));
    await until("the quick one has all", () => quick.of("message").length >= 250);
    const metric = async () => /kommutator_sockets_cut_total (\d+)/.exec((await house.app.inject({ url: "/metrics" })).body)?.[1];
    expect(Number(await metric())).toBeGreaterThan(0);
    wire.destroy();
    await until("cut", () => cut);
    await until("complete", () => slow.of("message").length >= 250);
    await heard(slow, aigul.id);
    expect(slow.of("message").map((m) => m.message.id)).toEqual(quick.of("message").map((m) => m.message.id));
    expect(new Set(ids)).toEqual(new Set(slow.of("message").map((m) => m.message.id)));
  }, 90_000);
});
