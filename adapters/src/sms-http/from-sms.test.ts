import { createHash } from "node:crypto";
import type { ChannelEvent } from "@kommutator/contract/channel";
import { describe, expect, it } from "vitest";
import { countCases } from "../../../tests/support/cases.ts";
import { e164, messageEvent, stateEvents, unparseableEvent } from "./from-sms.ts";
import { mobizon } from "./mobizon.ts";
import { smsc } from "./smsc.ts";
import type { StatusReport } from "./vendor.ts";

const NOW = Date.parse("2026-11-22T09:00:00Z");
const STATUSES = "https://smsc.ru/api/http/status_messages/statuses/";
const CALLBACK = "constructed, with the parameters of https://smsc.ru/api/http/miscellaneous/callback/";
const INBOX = "https://smsc.ru/api/http/get_data/inbox/";
const MOBIZON_WEBHOOK = "mobizon-api-docs src/v1/en/_webhook/05-data-structure.md";
const MOBIZON_ASKED = "mobizon-api-docs src/v1/en/message/api/getSMSStatus.md";
const MOBIZON_STATUS = "mobizon-api-docs src/v1/en/_other/smsStatus.md";

/** The cases of each vendor, by their sources. */
const counted = { smsc: [] as { source: string }[], mobizon: [] as { source: string }[] };
const count = (vendor: keyof typeof counted, ...sources: string[]): void => void counted[vendor].push(...sources.map((source) => ({ source })));
/** The table itself, counted: each case ends with its source. */
const table = <Case extends [...unknown[], string]>(vendor: keyof typeof counted, cases: Case[]): Case[] => {
  count(vendor, ...cases.map((one) => one.at(-1) as string));
  return cases;
};

const short = (event: ChannelEvent) =>
  event.kind === "message.state"
    ? { state: event.state, failure: event.failure }
    : event.kind === "identity.state"
      ? { reachable: event.reachable }
      : event.kind;
const one = (reports: StatusReport[]) => reports.flatMap((report) => stateEvents(report, NOW)).map(short);

/** As status.php answers with fmt=3 for a list of messages. */
const smscState = (status: number, err = 0) => [
  { status, last_date: "17.03.2023 16:47:56", last_timestamp: 1679060876, flag: 0, err, id: "181", phone: "79995190557" },
];

describe("what SMSC says about our messages", () => {
  const states: [string, unknown, unknown[], string][] = [
    ["waits for its turn", smscState(-1), [], STATUSES],
    ["was stopped with its mailing", smscState(-2), [], STATUSES],
    ["is unknown to it", [{ status: -3, id: 138, phone: "89995190557" }], [], STATUSES],
    ["is with the operator", smscState(0), [{ state: "sent" }], STATUSES],
    [
      "is delivered",
      [
        { status: 1, last_date: "15.08.2021 20:27:22", last_timestamp: 1629048442, id: 182, phone: "89995190557" },
        { status: 1, last_date: "15.08.2021 20:02:03", last_timestamp: 1629046923, id: 181, phone: "89995190557" },
      ],
      [{ state: "delivered" }, { state: "delivered" }],
      STATUSES,
    ],
    ["is delivered, asked alone", { status: 1, last_date: "28.12.2019 19:20:22", last_timestamp: 1577550022, id: 25 }, [{ state: "delivered" }], STATUSES],
    ["is read", smscState(2), [{ state: "read" }], STATUSES],
    ["had its link opened", smscState(4), [{ state: "read" }], STATUSES],
    ["came too late", smscState(3, 6), [{ state: "failed", failure: expect.stringMatching(/off or out of reach: the phone is not in the network/) }], STATUSES],
    ["cannot be delivered", smscState(20, 255), [{ state: "failed", failure: expect.stringMatching(/the operator refused it/) }], STATUSES],
    ["goes to nobody", smscState(20, 1), [{ state: "failed", failure: expect.stringMatching(/does not exist/) }, { reachable: false }], STATUSES],
    ["goes to a wrong number", smscState(22), [{ state: "failed", failure: "The number does not exist" }, { reachable: false }], STATUSES],
    ["is forbidden", smscState(23, 252), [{ state: "failed", failure: expect.stringMatching(/stop list/) }], STATUSES],
    ["is not paid", smscState(24), [{ state: "failed", failure: expect.stringMatching(/no money/) }], STATUSES],
    ["has no route", smscState(25, 248), [{ state: "failed", failure: expect.stringMatching(/no route to this operator/) }], STATUSES],
    ["has a reason that is new", smscState(20, 399), [{ state: "failed", failure: expect.stringMatching(/SMSC reason 399/) }], "constructed"],
    ["has a state that is new", smscState(77), [], "constructed"],
    ["has no id at all", [{ status: 1 }, null, 17], [], "constructed"],
  ];
  it.each(table("smsc", states))("it %s [%#]", (_name, answer, events) => {
    expect(one(smsc.status.read(answer))).toEqual(events);
  });

  count("smsc", CALLBACK);
  it(`a callback names the message by our own id, and the same one again is the same event [${CALLBACK}]`, () => {
    const fields = { id: "7a9de6c4-6a7a-4b55-9cd2-31fdd60e6a31", phone: "77011112233", status: "1", time: "21.11.2026 12:00:00", err: "0" };
    const told = smsc.callback(fields);
    expect(told).toEqual({ status: { key: "7a9de6c4-6a7a-4b55-9cd2-31fdd60e6a31", state: "delivered" } });
    expect(stateEvents((told as { status: StatusReport }).status, NOW)).toEqual(
      stateEvents((told as { status: StatusReport }).status, NOW + 60_000).map((e) => ({ ...e, occurredAt: NOW })),
    );
  });
});

describe("what customers write through SMSC", () => {
  const listed = (message: Record<string, unknown>) =>
    smsc.incoming?.read([message]).map((sms) => ("unreadable" in sms ? unparseableEvent(sms.unreadable, sms.raw, NOW) : messageEvent(sms, 3, NOW)));
  count("smsc", INBOX);
  it(`an answer of the list becomes a message of its number's thread, at its own time [${INBOX}]`, () => {
    const answer = {
      id: 4021,
      received: "22.11.2026 11:59:30",
      sent: "22.11.2026 11:59:28",
      phone: "77011112233",
      message: "Сколько стоит?",
      to_phone: "79000000000",
    };
    expect(listed(answer)).toEqual([
      {
        kind: "message.received",
        eventKey: "incoming:4021",
        messageKey: "in:4021",
        occurredAt: Date.parse("2026-11-22T08:59:30Z"),
        thread: { key: "+77011112233" },
        from: { kind: "phone", value: "+77011112233" },
        to: "+79000000000",
        text: "Сколько стоит?",
        nature: "human",
      },
    ]);
  });
  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>(
    table("smsc", [
      ["a time in the future is ours", { received: "23.11.2026 12:00:00" }, { occurredAt: NOW }, "constructed"],
      ["a time of last year is ours", { received: "22.11.2025 12:00:00" }, { occurredAt: NOW }, "constructed"],
      ["no time at all is ours", { received: "", sent: "" }, { occurredAt: NOW }, "constructed"],
      ["only the sending time", { received: "", sent: "22.11.2026 11:00:00" }, { occurredAt: Date.parse("2026-11-22T08:00:00Z") }, INBOX],
      ["a sender with a name has a thread that nobody answers", { phone: "Kaspi Bank" }, { thread: { key: "sender:Kaspi Bank" } }, "constructed"],
      ["a short number too", { phone: "1414" }, { thread: { key: "sender:1414" } }, "constructed"],
      ["NULs and half characters do not get in", { message: "a\0b\ud83d" }, { text: "ab\ufffd" }, "constructed"],
      ["an emoji stays whole", { message: "ок 👍🏽" }, { text: "ок 👍🏽" }, "constructed"],
      ["a text that is a number", { message: 12345 }, { text: "12345" }, "constructed"],
      ["a message without its sender is kept for people", { phone: "" }, { kind: "unparseable" }, "constructed"],
    ]),
  )("%s [%#]", (_name, change, wanted) => {
    const base = { id: "4022", received: "22.11.2026 11:59:30", sent: "22.11.2026 11:59:28", phone: "77011112233", message: "x", to_phone: "79000000000" };
    expect(listed({ ...base, ...change })?.[0]).toMatchObject(wanted);
  });
  count("smsc", CALLBACK);
  it(`a callback with a text is an incoming message, with the exact time where it has one [${CALLBACK}]`, () => {
    const fields = { id: "501", phone: "77011112233", mes: "Да", to: "79000000000", time: "22.11.2026 11:00:00", ts: "1795337000" };
    expect(smsc.callback(fields)).toEqual({
      incoming: { id: "501", from: "77011112233", to: "79000000000", text: "Да", localTime: "2026-11-22T11:00:00", at: 1_795_337_000_000 },
    });
    expect(() => smsc.callback({ id: "1", mes: "x" })).toThrow(/sender/);
    expect(() => smsc.callback({ phone: "1", mes: "x" })).toThrow(/id/);
    expect(() => smsc.callback({ status: "1" })).toThrow(/id/);
    expect(smsc.callback({ zone: "7" })).toBeNull();
  });
});

describe("what Mobizon says about our messages", () => {
  const listed = (status: string) => ({
    code: 0,
    data: [{ id: "70000000008", status, segNum: "1", startSendTs: "2026-06-24 23:13:16", statusUpdateTs: "2026-06-24 23:13:16" }],
    message: "",
  });
  const statuses: [string, unknown[], string][] = [
    ["NEW", [], MOBIZON_STATUS],
    ["ENQUEUD", [], MOBIZON_STATUS],
    ["ACCEPTD", [{ state: "sent" }], MOBIZON_STATUS],
    ["PDLIVRD", [{ state: "sent" }], MOBIZON_STATUS],
    ["DELIVRD", [{ state: "delivered" }], MOBIZON_STATUS],
    ["UNDELIV", [{ state: "failed", failure: "Not delivered to the phone" }], MOBIZON_STATUS],
    ["REJECTD", [{ state: "failed", failure: expect.stringMatching(/operator refused/) }], MOBIZON_STATUS],
    ["EXPIRED", [{ state: "failed", failure: expect.stringMatching(/not delivered in time/i) }], MOBIZON_STATUS],
    ["DELETED", [{ state: "failed", failure: expect.stringMatching(/operator deleted/) }], MOBIZON_STATUS],
    ["SOMETHING", [], "constructed"],
  ];
  it.each(table("mobizon", statuses))("asked, it says %s", (status, events) => {
    expect(one(mobizon.status.read(listed(status)))).toEqual(events);
  });
  const lists: [string, unknown, number, string][] = [
    ["three were asked for and one is known: the others are left out", listed("DELIVRD"), 1, MOBIZON_ASKED],
    ["none is known", { code: 0, data: [], message: "" }, 0, MOBIZON_ASKED],
    [
      "not sent yet: both times are null",
      { code: 0, data: [{ id: 123, status: "NEW", segNum: 1, startSendTs: null, statusUpdateTs: null }] },
      1,
      MOBIZON_ASKED,
    ],
    ["an object where a list should be", { code: 0, data: { id: 1 }, message: "" }, 0, "constructed"],
    ["rows that are none", { code: 0, data: [null, 17, "x", {}], message: "" }, 0, "constructed"],
  ];
  it.each(table("mobizon", lists))("in a list: %s", (_name, answer, known) => {
    expect(mobizon.status.read(answer)).toHaveLength(known);
  });

  const report = {
    eventId: 26,
    eventType: "sms-delivery-report",
    eventCreateTs: "2026-01-15 11:42:28",
    webhookId: 1,
    attempt: 1,
    data: { campaignId: 245455096, messageId: 169275418, segNum: 3, statusUpdateTs: "2026-01-15 11:42:08", status: "DELIVRD", to: "380737893456" },
    sign: "3f0a37cf5e27fe0615504b6d700b4b657ecfd39d",
  };
  it(`a delivery report names the message by Mobizon's id [${MOBIZON_WEBHOOK}]`, () => {
    expect(mobizon.callback(report)).toEqual({ status: { key: "169275418", state: "delivered" } });
  });
  const item = { submissionDataId: 12305, fieldId: 3746, fieldType: "MOBILE", fieldName: "Celular", value: "380737893456" };
  const callbacks: [string, Record<string, unknown>, string | null, string][] = [
    ["the same report at its second attempt", { ...report, attempt: 2 }, "delivered", MOBIZON_WEBHOOK],
    ["a report of a message that did not arrive", { ...report, data: { ...report.data, status: "UNDELIV" } }, "failed", MOBIZON_WEBHOOK],
    [
      "a submitted form",
      {
        eventId: 40,
        eventType: "form-submission",
        eventCreateTs: "2026-01-15 16:53:30",
        webhookId: 1,
        attempt: 1,
        data: {
          formId: 846,
          submissionId: 3680,
          items: [
            { submissionDataId: 12303, fieldId: 3744, fieldType: "TEXT_STRING", fieldName: "Name", value: "Ivan" },
            { ...item, confirmationRequired: 1 },
          ],
        },
        sign: "0a38941c47689e3cb3634db817cd4851d2511c47",
      },
      null,
      MOBIZON_WEBHOOK,
    ],
    [
      "a confirmed contact of a form",
      {
        eventId: 42,
        eventType: "form-contact-confirmation",
        eventCreateTs: "2026-01-15 16:54:15",
        webhookId: 1,
        attempt: 1,
        data: { formId: 846, submissionId: 3680, item: { ...item, confirmationTs: "2026-01-15 16:54:14" } },
        sign: "fe0da5443a9f5cadd0e972301415816cec481137",
      },
      null,
      MOBIZON_WEBHOOK,
    ],
    [
      "a contact that unsubscribed from a form",
      {
        eventId: 45,
        eventType: "form-contact-unsubscribe",
        eventCreateTs: "2026-01-15 17:33:47",
        webhookId: 1,
        attempt: 1,
        data: {
          formId: 846,
          unsubscribeTs: "2026-01-15 17:33:46",
          items: [
            {
              submissionId: 3675,
              submissionDataId: 12289,
              fieldId: 3745,
              fieldType: "EMAIL",
              fieldName: "E-mail",
              value: "test@mobizon.com",
              confirmationTs: "",
            },
          ],
        },
        sign: "06b78cf55ad19f9810babc415e86535384b74663",
      },
      null,
      MOBIZON_WEBHOOK,
    ],
  ];
  count("mobizon", MOBIZON_WEBHOOK);
  it.each(table("mobizon", callbacks))("calling, it tells of %s", (_name, event, state) => {
    const told = mobizon.callback(event);
    expect(told === null ? null : (told as { status: StatusReport }).status.state).toBe(state);
  });
  it("a report without its message or kind goes to the error list [constructed]", () => {
    expect(() => mobizon.callback({ ...report, data: {} })).toThrow(/without message/);
    expect(() => mobizon.callback({ eventId: 1 })).toThrow(/kind of event/);
  });
  it("the signature is SHA-1 over id, attempt, time and key [mobizon-api-docs src/v1/en/_webhooks/06-signature.md]", () => {
    const sign = createHash("sha1").update("26|1|2026-01-15 11:42:28|secret123").digest("hex");
    expect(mobizon.signed?.({ ...report, sign }, "secret123")).toBe(true);
    expect(mobizon.signed?.({ ...report, sign }, "secret124")).toBe(false);
    expect(mobizon.signed?.({ ...report, sign, attempt: 2 }, "secret123")).toBe(false);
    expect(mobizon.signed?.({ ...report, sign: "x" }, "secret123")).toBe(false);
    // Without a key of its own Mobizon signs nothing; the secret address is what remains.
    expect(mobizon.signed?.({ ...report, sign: "" }, "secret123")).toBe(true);
  });
});

describe("numbers", () => {
  it.each([
    ["77011112233", "+77011112233"],
    ["+7 (701) 111-22-33", "+77011112233"],
    ["380737893456", "+380737893456"],
    ["1414", null],
    ["Kaspi", null],
    ["", null],
    ["07011112233", null],
    ["1234567890123456", null],
  ])("%s is %s", (spelled, number) => {
    expect(e164(spelled)).toBe(number);
  });
});

it("both vendors have twenty cases at least, half of them documented", () => {
  countCases("sms-http, SMSC", "incoming", counted.smsc);
  countCases("sms-http, Mobizon", "incoming", counted.mobizon);
});
