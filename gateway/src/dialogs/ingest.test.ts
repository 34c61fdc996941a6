import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listFailed, retryFailed } from "../inbound/error-list.ts";
import { chat, type IngestFixture, ingestFixture, letter } from "./ingest.fixture.ts";

let house: IngestFixture;
beforeAll(async () => {
  house = await ingestFixture();
});
afterAll(() => house.close());

const dialogsOf = (channelId: string) =>
  house.sql<
    {
      id: string;
      thread_key: string;
      closed_at: Date | null;
      previous_dialog_id: string | null;
      identity_result: string;
      customer_wait_since: Date | null;
      next_seq: number;
    }[]
  >`
    SELECT * FROM dialog WHERE channel_id = ${channelId} ORDER BY opened_at, id`;
const idOf = (dialog: { id: string } | undefined) => (dialog as { id: string }).id;
const messagesOf = (dialogId: string) =>
  house.sql<{ seq: number; body: string; author_kind: string; direction: string }[]>`SELECT * FROM message WHERE dialog_id = ${dialogId} ORDER BY seq`;

describe("messages", () => {
  test("a visitor's messages stand in one dialog, in their order, once, and the router hears of them", async () => {
    const channel = await house.channel("web-chat");
    const first = chat("visitor-1", "good day");
    await house.report(channel, first);
    await Promise.all(["one", "two", "three"].map((t) => house.report(channel, chat("visitor-1", t))));
    await house.report(channel, first);
    await house.settled();
    const [dialog, more] = await dialogsOf(channel);
    expect(more).toBeUndefined();
    expect((await messagesOf(idOf(dialog))).map((m) => [m.seq, m.body])).toEqual([
      [1, "good day"],
      [2, "one"],
      [3, "two"],
      [4, "three"],
    ]);
    expect(dialog?.customer_wait_since).not.toBeNull();
    const inputs = (await house.inputs()).filter((i) => i["dialogId"] === idOf(dialog));
    expect(inputs.map((i) => i.kind)).toEqual(["dialog.opened", ...Array(4).fill("dialog.message")]);
    expect(inputs[0]).toMatchObject({ medium: "chat", queueId: house.company.queueId, callId: null, identity: "new" });
    const events = await house.sql<{ kind: string }[]>`SELECT kind FROM dialog_event WHERE dialog_id = ${idOf(dialog)} ORDER BY id`;
    expect(events.map((e) => e.kind).filter((k) => k !== "party.changed")).toEqual(["dialog.opened", ...Array(4).fill("message.stored")]);
  });

  test("a message after the end opens a new dialog linked to the old one", async () => {
    const channel = await house.channel("web-chat");
    await house.report(channel, chat("visitor-2", "first"));
    await house.report(channel, { kind: "thread.ended", eventKey: "end-2", occurredAt: Date.now(), thread: { key: "visitor-2" } });
    await house.report(channel, chat("visitor-2", "me again"));
    await house.settled();
    const [old, next] = await dialogsOf(channel);
    expect(old?.closed_at).not.toBeNull();
    expect(next).toMatchObject({ previous_dialog_id: old?.id, closed_at: null });
    expect((await messagesOf(idOf(next))).map((m) => m.seq)).toEqual([1]);
  });

  test("files lie in the store before the message speaks of them", async () => {
    const channel = await house.channel("web-chat");
    const bytes = Buffer.from("договор № 7");
    await house.report(channel, chat("visitor-3", "see the file", { files: [{ name: "договор.txt", mime: "text/plain", bytes, contentId: "c1" }] }));
    await house.settled();
    const rows =
      await house.sql`SELECT a.name, a.bytes, a.content_id FROM message_attachment a JOIN message m ON m.id = a.message_id WHERE m.channel_id = ${channel}`;
    expect([...rows]).toEqual([{ name: "договор.txt", bytes: bytes.length, content_id: "c1" }]);
  });

  test("thirty unknown writers with one address make one lead", async () => {
    const channel = await house.channel("email");
    await Promise.all(Array.from({ length: 30 }, (_, i) => house.report(channel, letter("thirty@crowd.example", `subject ${i}`))));
    await house.settled();
    const points = await house.sql`SELECT lead_id FROM contact_point WHERE value_norm = 'thirty@crowd.example'`;
    expect(points.length).toBe(1);
    expect((await dialogsOf(channel)).length).toBe(30);
  });

  test("one bad event goes to the error list with its payload and holds up nobody else", async () => {
    const channel = await house.channel("web-chat");
    await house.report(channel, { kind: "unparseable", eventKey: "bad-1", occurredAt: Date.now(), error: "no such field", raw: { odd: true } });
    const broken = { ...chat("visitor-bad", "x"), from: null } as never;
    await house.report(channel, broken);
    await house.report(channel, chat("visitor-good", "fine"));
    const good = async () => (await dialogsOf(channel)).filter((d) => d.thread_key === "visitor-good").length;
    for (const end = Date.now() + 5_000; (await good()) === 0 && Date.now() < end; ) await new Promise((r) => setTimeout(r, 20));
    expect(await good()).toBe(1);
    await house.settled();
    const failed = await house.sql<
      { state: string; error: string; kind: string }[]
    >`SELECT state, error, kind FROM raw_event WHERE channel_id = ${channel} AND state = 'failed' ORDER BY id`;
    expect(failed.map((f) => f.kind)).toEqual(["unparseable", "message.received"]);
  });

  test("an event that failed while something was wrong, tried again once that is mended, ends as a message in its dialog", async () => {
    const channel = await house.channel("web-chat");
    await house.sql`ALTER TABLE message ADD CONSTRAINT something_wrong CHECK (body <> 'better late') NOT VALID`;
    await house.report(channel, chat("visitor-late", "better late"));
    await house.settled();
    const [failed] = await house.sql.begin((tx) => listFailed(tx, channel));
    expect(failed).toMatchObject({ kind: "message.received", error: expect.stringContaining("something_wrong") });
    expect(await dialogsOf(channel)).toEqual([]);
    await house.sql`ALTER TABLE message DROP CONSTRAINT something_wrong`;
    expect(await house.sql.begin((tx) => retryFailed(tx, channel, failed?.id ?? 0))).toBe(true);
    // The next event wakes ingest, as the page does.
    await house.report(channel, chat("visitor-late", "than never"));
    await house.settled();
    const [dialog] = await dialogsOf(channel);
    expect((await messagesOf(idOf(dialog))).map((m) => m.body).sort()).toEqual(["better late", "than never"]);
    expect(await house.sql.begin((tx) => listFailed(tx, channel))).toEqual([]);
  });

  test("hostile text is stored without what the database refuses", async () => {
    const channel = await house.channel("web-chat");
    await house.report(channel, chat("visitor\0-4", "a\0b \ud800 c", { eventKey: "k".repeat(5_000), messageKey: "m".repeat(5_000) }));
    await house.settled();
    const [dialog] = await dialogsOf(channel);
    expect((await messagesOf(idOf(dialog)))[0]?.body).toBe("ab \ufffd c");
  });
});

describe("threads of letters", () => {
  test("an answer joins its thread by References; its own redelivery after a renumbered mailbox changes nothing", async () => {
    const channel = await house.channel("email");
    const first = letter("anna@client.example", "Договор");
    await house.report(channel, first);
    const answer = letter("anna@client.example", "Совсем другая тема", { thread: { references: [first.messageKey], subject: "совсем другая тема" } });
    await house.report(channel, answer);
    await house.report(channel, { ...first, eventKey: "8:1" });
    await house.report(channel, { ...answer, eventKey: "8:2" });
    await house.settled();
    const dialogs = await dialogsOf(channel);
    expect(dialogs.length).toBe(1);
    expect((await messagesOf(idOf(dialogs[0]))).length).toBe(2);
  });

  test("a forged reference to a stranger's thread does not join it", async () => {
    const channel = await house.channel("email");
    const first = letter("victim@client.example", "Счёт");
    await house.report(channel, first);
    await house.report(channel, letter("mallory@evil.example", "Re: Счёт", { thread: { references: [first.messageKey], subject: "счёт" } }));
    await house.settled();
    const dialogs = await dialogsOf(channel);
    expect(dialogs.length).toBe(2);
    for (const d of dialogs) expect((await messagesOf(d.id)).length).toBe(1);
  });

  test("a forged Message-ID of a stranger's letter neither joins nor hides anything", async () => {
    const channel = await house.channel("email");
    const first = letter("victim2@client.example", "Заказ");
    await house.report(channel, first);
    await house.report(channel, letter("mallory2@evil.example", "Заказ", { messageKey: first.messageKey }));
    await house.settled();
    expect((await dialogsOf(channel)).length).toBe(2);
  });

  test("a colleague in copy takes part in the thread", async () => {
    const channel = await house.channel("email");
    const first = letter("boss@client.example", "Поставка", { participants: ["sales@house.example", "helper@client.example"] });
    await house.report(channel, first);
    await house.report(channel, letter("helper@client.example", "Re: Поставка", { thread: { references: [first.messageKey], subject: "поставка" } }));
    await house.settled();
    const dialogs = await dialogsOf(channel);
    expect(dialogs.length).toBe(1);
    expect((await messagesOf(idOf(dialogs[0]))).length).toBe(2);
  });

  test("without references the same sender and subject within 14 days is one thread; later it is a new one", async () => {
    const channel = await house.channel("email");
    await house.report(channel, letter("oleg@client.example", "Вопрос"));
    await house.report(channel, letter("oleg@client.example", "Re: Вопрос"));
    await house.settled();
    expect((await dialogsOf(channel)).length).toBe(1);
    await house.sql`UPDATE dialog SET opened_at = now() - interval '15 days', last_message_at = now() - interval '15 days' WHERE channel_id = ${channel}`;
    await house.report(channel, letter("oleg@client.example", "Вопрос"));
    await house.settled();
    expect((await dialogsOf(channel)).length).toBe(2);
  });

  test("an auto-reply opens nothing and stops no clock; in a known thread it is shown", async () => {
    const channel = await house.channel("email");
    await house.report(channel, letter("away@client.example", "Out of office", { nature: "auto-reply" }));
    await house.settled();
    expect((await dialogsOf(channel)).length).toBe(0);
    const first = letter("away@client.example", "Запрос");
    await house.report(channel, first);
    await house.settled();
    const before = (await house.inputs()).length;
    await house.report(channel, letter("away@client.example", "Автоответ: Запрос", { nature: "auto-reply", thread: { references: [first.messageKey] } }));
    await house.settled();
    const [dialog] = await dialogsOf(channel);
    expect((await messagesOf(idOf(dialog))).map((m) => m.author_kind)).toEqual(["customer", "auto_reply"]);
    expect((await house.inputs()).length).toBe(before);
  });
});

describe("calls", () => {
  const at = Date.now();
  const offered = (callKey: string, more = {}) =>
    ({
      kind: "call.offered",
      eventKey: `${callKey}:offered`,
      occurredAt: at,
      callKey,
      direction: "in",
      from: { kind: "phone", value: "87011234567" },
      to: "7272000000",
      source: "live",
      ...more,
    }) as const;

  test("a call that is offered, answered and ended is one row with its times, its legs and its router's inputs", async () => {
    const channel = await house.channel("asterisk-ari");
    const offerId = "0f8fad5b-d9cb-469f-a165-70867728950e";
    const leg = (state: "ringing" | "answered" | "bridged" | "ended", ms: number) =>
      ({
        kind: "call.leg",
        eventKey: `c1:${state}`,
        occurredAt: at + ms,
        callKey: "c1",
        legKey: offerId,
        party: "agent",
        employeeId: house.company.employees.aigul.id,
        state,
        source: "live",
      }) as const;
    await house.report(channel, offered("c1"));
    await house.report(channel, offered("c1"));
    for (const [state, ms] of [
      ["ringing", 10],
      ["answered", 20],
      ["bridged", 30],
    ] as const)
      await house.report(channel, leg(state, ms));
    await house.report(channel, { ...leg("ringing", 40), eventKey: "late" });
    await house.report(channel, { kind: "call.ended", eventKey: "c1:end", occurredAt: at + 90, callKey: "c1", by: "customer", source: "live" });
    await house.settled();
    const [call] = await house.sql`SELECT * FROM call WHERE channel_id = ${channel}`;
    expect(call).toMatchObject({ state: "ended", disposition: "answered", answered_by: house.company.employees.aigul.id, from_norm: "+77011234567" });
    const inputs = (await house.inputs()).filter((i) => i["dialogId"] === call?.["dialog_id"]);
    expect(inputs.map((i) => i.kind)).toEqual(["dialog.opened", "leg.ringing", "leg.answered", "leg.bridged", "dialog.left", "dialog.closed"]);
    expect(inputs[1]).toMatchObject({ offerId });
  });

  test("an agent who comes back into a lost talk answers no offer: the router hears the loss and the joining only", async () => {
    const channel = await house.channel("asterisk-ari");
    const employeeId = house.company.employees.aigul.id;
    const [first, back] = ["1f8fad5b-d9cb-469f-a165-708677289501", "2f8fad5b-d9cb-469f-a165-708677289502"];
    const leg = (legKey: string | undefined, state: "answered" | "bridged" | "lost" | "ended", ms: number, offer = false) =>
      ({
        kind: "call.leg",
        eventKey: `c7:${legKey}:${state}`,
        occurredAt: at + ms,
        callKey: "c7",
        legKey: legKey as string,
        party: "agent",
        employeeId,
        ...(offer ? { offerId: legKey as string } : {}),
        state,
        source: "live",
      }) as const;
    await house.report(channel, offered("c7"));
    await house.report(channel, leg(first, "answered", 10, true));
    await house.report(channel, leg(first, "bridged", 20, true));
    await house.report(channel, leg(first, "lost", 30, true));
    await house.report(channel, leg(back, "answered", 40));
    await house.report(channel, leg(back, "bridged", 50));
    await house.settled();
    const [call] = await house.sql`SELECT * FROM call WHERE channel_id = ${channel}`;
    expect(call).toMatchObject({ state: "talking", answered_by: employeeId });
    const inputs = (await house.inputs()).filter((i) => i["dialogId"] === call?.["dialog_id"]);
    expect(inputs.map((i) => i.kind)).toEqual(["dialog.opened", "leg.answered", "leg.bridged", "leg.lost", "leg.bridged"]);
  });

  test("a call that an employee places occupies that employee for the router", async () => {
    const channel = await house.channel("asterisk-ari");
    const employeeId = house.company.employees.aigul.id;
    const own = { callKey: "c8", legKey: "3f8fad5b-d9cb-469f-a165-708677289503", party: "agent", employeeId, source: "live" } as const;
    await house.report(channel, { ...offered("c8"), direction: "out" });
    await house.report(channel, { kind: "call.leg", eventKey: "c8:own:ringing", occurredAt: at + 5, ...own, state: "ringing" });
    await house.report(channel, { kind: "call.leg", eventKey: "c8:own:answered", occurredAt: at + 10, ...own, state: "answered" });
    await house.settled();
    const [call] = await house.sql`SELECT dialog_id FROM call WHERE channel_id = ${channel}`;
    const inputs = (await house.inputs()).filter((i) => i["dialogId"] === call?.["dialog_id"]);
    expect(inputs.filter((i) => i.kind !== "dialog.opened")).toMatchObject([{ kind: "dialog.assign", employeeId, by: employeeId }]);
  });

  test("a caller who gives up is an abandoned call; a reconstructed one that we never saw is added once", async () => {
    const channel = await house.channel("asterisk-ari");
    await house.report(channel, offered("c2"));
    await house.report(channel, { kind: "call.ended", eventKey: "c2:end", occurredAt: at + 5, callKey: "c2", by: "customer", source: "live" });
    const cdr = {
      kind: "call.reconstructed",
      callKey: "c3",
      direction: "in",
      from: { kind: "phone", value: "+77019999999" },
      to: "7272000000",
      startedAt: at - 9_000,
      answeredAt: null,
      endedAt: at - 1_000,
      occurredAt: at,
    } as const;
    await house.report(channel, { ...cdr, eventKey: "cdr-1" });
    await house.report(channel, { ...cdr, eventKey: "cdr-2" });
    await house.settled();
    const calls = await house.sql`SELECT external_id, disposition, source FROM call WHERE channel_id = ${channel} ORDER BY external_id`;
    expect([...calls]).toEqual([
      { external_id: "c2", disposition: "abandoned_queue", source: "live" },
      { external_id: "c3", disposition: "abandoned_queue", source: "reconstructed" },
    ]);
  });

  test("a call whose identification must wait is routed at once as pending", async () => {
    const channel = await house.channel("asterisk-ari");
    const begun = performance.now();
    // Somebody else is identifying the same number and has not committed.
    await house.sql.begin(async (tx) => {
      const from = { kind: "phone", value: "+77015550000" } as const;
      await house.identify.identify(tx, from, { channelId: channel, createLead: true, verifiedHow: "inbound_call" });
      await house.report(channel, offered("c4", { from }));
      await house.settled();
    });
    expect(performance.now() - begun).toBeLessThan(3_000);
    const [dialog] = await dialogsOf(channel);
    expect(dialog?.identity_result).toBe("pending");
    const jobs = await house.sql`SELECT 1 FROM graphile_worker.jobs WHERE task_identifier = 'identify'`;
    expect(jobs.length).toBe(1);
  });

  test("a known caller whose number cannot be written down as proven in time is routed as pending too", async () => {
    const channel = await house.channel("asterisk-ari");
    const from = { kind: "phone", value: `+77015${String(randomInt(100_000, 1_000_000))}` } as const;
    await house.sql`
      WITH typed AS (INSERT INTO lead (contact_name) VALUES ('Typed once') RETURNING id)
      INSERT INTO contact_point (lead_id, kind, value_raw, value_norm) SELECT id, 'phone', ${from.value}, ${from.value} FROM typed`;
    await house.sql.begin(async (tx) => {
      await house.identify.identify(tx, from, { channelId: channel, createLead: true, verifiedHow: "inbound_call" });
      await house.report(channel, offered("c5", { from }));
      await house.settled();
    });
    expect(await dialogsOf(channel)).toMatchObject([{ identity_result: "pending" }]);
    expect(await house.sql`SELECT verified_how FROM contact_point WHERE value_norm = ${from.value}`).toMatchObject([{ verified_how: "inbound_call" }]);
    // Not in the way any more: found, and nothing to prove. A busy machine may be late once; the caller is found when they call again.
    let again = 0;
    const found = async () => {
      await house.report(channel, offered(`c6:${String(again++)}`, { from }));
      await house.settled();
      return (await dialogsOf(channel)).map((d) => d.identity_result);
    };
    await expect.poll(found, { timeout: 15_000 }).toContain("lead");
  });

  test("a phone that registers is told to the router by its employee", async () => {
    const channel = await house.channel("asterisk-ari");
    await house.report(channel, { kind: "phone.status", eventKey: "p1", occurredAt: at, endpoint: "103", reachable: true });
    await house.settled();
    expect((await house.inputs()).filter((i) => i.kind === "agent.phone")).toMatchObject([{ employeeId: house.company.employees.aigul.id, reachable: true }]);
  });
});
