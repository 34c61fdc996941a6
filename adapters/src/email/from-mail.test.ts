import { normaliseSubject } from "@kommutator/contract/subject";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countCases } from "../../../tests/support/cases.ts";
import { fromHeaders, fromMail } from "./from-mail.ts";
import { crlf, LETTERS, OWN } from "./letters.fixture.ts";

const context = { ownAddress: OWN, receivedAt: Date.UTC(2024, 5, 3, 6, 34) };

describe("a letter becomes an event", () => {
  it.each(LETTERS.map((one) => [`${one.name} [${one.source}]`, one] as const))("%s", async (_name, { letter, expect: wanted }) => {
    const event = await fromMail(letter, context);
    if (event.kind !== "message.received") throw new Error(`unparseable: ${event.error}`);
    const { references, normalised, bounced, fileNames, ...plain } = wanted;
    for (const [key, value] of Object.entries(plain)) expect(event[key as keyof typeof event], key).toEqual(value);
    if (references !== undefined) expect(event.thread.references).toEqual(references);
    if (normalised !== undefined) expect(event.thread.subject).toBe(normalised);
    if (bounced !== undefined) expect(event.bounced).toMatchObject(bounced);
    if (fileNames !== undefined) expect(event.files?.map((file) => file.name)).toEqual(fileNames);
  });

  it("twenty letters at least, half of them documented", () => countCases("email", "incoming", LETTERS));

  it("carries an inline picture with the id by which the HTML names it, and no remote one", async () => {
    const event = await fromMail(
      crlf(
        `From: a@client.example\nContent-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html; charset=utf-8\n\n<p onclick="x()">Look <img src="cid:logo@x"><img src="https://track.example/p.gif"><script>alert(1)</script><a href="javascript:alert(1)">a</a><iframe src="https://evil.example"></iframe><form action="https://evil.example"><input name=p></form></p>\n--r\nContent-Type: image/png\nContent-ID: <logo@x>\nContent-Disposition: inline; filename=../../etc/logo.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--r--\n`,
      ),
      context,
    );
    if (event.kind !== "message.received") throw new Error("unparseable");
    expect(event.html).toContain('src="cid:logo@x"');
    expect(event.html).not.toMatch(/track\.example|script|onclick|javascript|iframe|form|input/);
    expect(event.files).toEqual([expect.objectContaining({ name: "logo.png", contentId: "logo@x", mime: "image/png" })]);
  });
});

describe("the keys of a letter", () => {
  const letter = "From: a@client.example\nSubject: x\nMessage-ID: <1@client.example>\nDate: Mon, 3 Jun 2024 12:34:00 +0600\n\nHello\n";
  it("are the same for a second delivery, whose trace headers differ", async () => {
    const first = await fromMail(crlf(`Received: by one; 3 Jun\n${letter}`), context);
    const second = await fromMail(crlf(`Received: by two; 4 Jun\nDelivered-To: other\n${letter}`), { ...context, receivedAt: context.receivedAt + 1_000 });
    expect(second.eventKey).toBe(first.eventKey);
  });
  it("differ for another letter that carries the same Message-ID", async () => {
    const first = await fromMail(crlf(letter), context);
    const forged = await fromMail(crlf(letter.replace("a@client", "b@other")), context);
    expect(forged.eventKey).not.toBe(first.eventKey);
  });
  it("do not need a Message-ID", async () => {
    const bare = crlf("From: a@client.example\n\nHello\n");
    const event = await fromMail(bare, context);
    expect(event).toMatchObject({ kind: "message.received", messageKey: expect.stringMatching(/^<[0-9a-f]{40}@no-message-id>$/) });
    expect(await fromMail(bare, context)).toEqual(event);
  });
});

describe("a letter too big to fetch", () => {
  it("is its header and a notice", async () => {
    const event = await fromHeaders(
      crlf("From: Ivan <a@client.example>\nSubject: Big\nMessage-ID: <b@client.example>\nContent-Type: multipart/mixed; boundary=x\n\n"),
      30_000_000,
      context,
    );
    expect(event).toMatchObject({ kind: "message.received", truncated: true, text: "", subject: "Big", messageKey: "<b@client.example>" });
    expect(event).not.toHaveProperty("files");
  });
});

describe("subjects", () => {
  it.each([
    ["Re: Цена", "цена"],
    ["RE: Fwd: Отв: HA: Цена", "ha: цена"],
    ["Отв: На: FW: Қайта: Жауап: Цена  насоса", "цена насоса"],
    ["Re[2]: Re(3): цена", "цена"],
    ["Відп: Пересл: Рахунок", "рахунок"],
    ["Regarding: not a prefix", "regarding: not a prefix"],
  ])("%s", (subject, plain) => {
    expect(normaliseSubject(subject)).toBe(plain);
  });
});

describe("hostile letters", () => {
  const within = async (name: string, letter: Buffer, ms: number) => {
    const started = performance.now();
    const event = await fromMail(letter, context);
    expect(performance.now() - started, name).toBeLessThan(ms);
    return event;
  };
  it("20,000 nested divs are text and safe HTML within seconds", async () => {
    const event = await within(
      "divs",
      crlf(`From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n${"<div>".repeat(20_000)}Hi${"</div>".repeat(20_000)}`),
      5_000,
    );
    expect(event).toMatchObject({ kind: "message.received", text: "Hi" });
  });
  it("20,000 nested quotes", async () => {
    await within("quotes", crlf(`From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n${"<blockquote>".repeat(20_000)}Hi`), 5_000);
  });
  it("multiparts nested a thousand deep", async () => {
    const deep = Array.from({ length: 1_000 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`).join("");
    await within("multiparts", crlf(`From: a@b.example\n${deep}\nHi`), 10_000);
  });
  it("an archive that unpacks to gigabytes stays the file that it is", async () => {
    // The head of a zip whose only entry claims 4 GB; we never unpack.
    const bomb = Buffer.concat([Buffer.from("504b03042d0000000800", "hex"), Buffer.alloc(4_096, 0xff)]).toString("base64");
    const event = await within(
      "bomb",
      crlf(
        `From: a@b.example\nContent-Type: application/zip; name=a.zip\nContent-Disposition: attachment; filename=a.zip\nContent-Transfer-Encoding: base64\n\n${bomb}\n`,
      ),
      2_000,
    );
    expect(event).toMatchObject({ files: [{ name: "a.zip", mime: "application/zip" }] });
  });
  it("text made for slow patterns", async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `On ${"-".repeat(80)} ${i} 12:34 2024 <a@b.example`).join("\n");
    await within("patterns", crlf(`From: a@b.example\nSubject: ${"Re: ".repeat(200)}x\n\n${lines}`), 5_000);
    await within("dashes", crlf(`From: a@b.example\n\n${"-_ ".repeat(100_000)}`), 5_000);
    await within("angle brackets", crlf(`From: a@b.example\nReferences: ${"<".repeat(100_000)}\n\nx`), 5_000);
  });
  it("a NUL and half a surrogate do not get through", async () => {
    const event = await fromMail(crlf("From: a@b.example\nSubject: =?utf-8?B?AGE=?=\n\nx\0y\n"), context);
    expect(JSON.stringify(event)).not.toMatch(/\\u0000/);
  });
  it("without a sender it is unparseable, with its head kept", async () => {
    expect(await fromMail(crlf("Subject: x\n\nHello"), context)).toMatchObject({ kind: "unparseable", raw: { head: expect.stringContaining("Subject: x") } });
  });
});

describe("for every input", () => {
  it("reading never throws, and what it gives is storable", async () => {
    const line = fc.oneof(
      fc.constantFrom(
        "From: a@b.example",
        "Content-Type: multipart/mixed; boundary=x",
        "--x",
        "--x--",
        "",
        "Content-Transfer-Encoding: base64",
        "Content-Type: text/html; charset=foo",
        "References: <a> <b@c>",
        "Subject: =?utf-8?Q?=00=?=",
        "<blockquote><p>",
        "> quoted",
        "12.12.2024 12:12, A пишет:",
      ),
      fc.string({ maxLength: 60, unit: "binary" }),
    );
    const letter = fc.oneof(
      fc.array(line, { maxLength: 30 }).map((lines) => Buffer.from(lines.join("\r\n"), "utf8")),
      fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(fc.constantFrom(...LETTERS), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 40 })).map(([one, changes]) => {
        const bytes = Buffer.from(one.letter);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        return bytes;
      }),
    );
    await fc.assert(
      fc.asyncProperty(letter, async (source) => {
        const event = await fromMail(source, context);
        expect(["message.received", "unparseable"]).toContain(event.kind);
        expect(event.eventKey).toMatch(/^mail:[0-9a-f]{64}$/);
        expect(JSON.stringify({ ...event, files: undefined })).not.toMatch(/\\u0000|\\ud[89a-f][0-9a-f]{2}/);
      }),
      { numRuns: 500 },
    );
  });
});
