import { crlf, head, type LetterCase, OWN, RU, RU_1251, RU_8859_5, RU_KOI8, UK, UK_1251, UK_KOI8U, wire, withBytes } from "./wire.fixture.ts";

export const charsets: LetterCase[] = [
  {
    name: "windows-1251, labelled",
    source: "constructed; charset of the IANA registry, bytes by iconv(1)",
    letter: withBytes(
      head(
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=windows-1251\nContent-Transfer-Encoding: 8bit",
        "=?windows-1251?B?yOLg7Q==?= <ivan@client.example>",
        "=?windows-1251?B?x+Dv8O7xIPbl7fs=?=",
      ),
      RU_1251,
    ),
    expect: { text: RU, subject: "Запрос цены", from: { kind: "email", value: "ivan@client.example", displayName: "Иван" } },
  },
  {
    name: "koi8-r, labelled, base64",
    source: "RFC 1489 (koi8-r), bytes by iconv(1)",
    letter: crlf(
      `${head("MIME-Version: 1.0\nContent-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64", undefined, "=?koi8-r?B?+sHQ0s/TIMPFztk=?=")}\n\n${RU_KOI8}\n`,
    ),
    expect: { text: RU, subject: "Запрос цены" },
  },
  {
    name: "koi8-u, labelled",
    source: "RFC 2319 (koi8-u), bytes by iconv(1)",
    letter: withBytes(head("MIME-Version: 1.0\nContent-Type: text/plain; charset=KOI8-U\nContent-Transfer-Encoding: 8bit"), UK_KOI8U),
    expect: { text: UK },
  },
  {
    name: "iso-8859-5, labelled",
    source: "RFC 2045 and ISO/IEC 8859-5, bytes by iconv(1)",
    letter: withBytes(head('MIME-Version: 1.0\nContent-Type: text/plain; charset="ISO-8859-5"\nContent-Transfer-Encoding: 8bit'), RU_8859_5),
    expect: { text: RU },
  },
  {
    name: "windows-1251 without any label, also in the header",
    source: "constructed: how programs without MIME send; bytes by iconv(1)",
    letter: Buffer.concat([
      crlf(`From: ivan@client.example\nTo: ${OWN}\nSubject: `),
      Buffer.from("x+Dv8O7xIPbl7fs=", "base64"),
      wire("\nMessage-ID: <m2@client.example>\n\n"),
      Buffer.from(RU_1251, "base64"),
    ]),
    expect: { text: RU, subject: "Запрос цены", normalised: "запрос цены" },
  },
  {
    name: "koi8-r without any label",
    source: "constructed: how programs without MIME send; bytes by iconv(1)",
    letter: Buffer.concat([
      crlf(`From: ivan@client.example\nTo: ${OWN}\nSubject: `),
      Buffer.from("+sHQ0s/TIMPFztk=", "base64"),
      wire("\n\n"),
      Buffer.from(RU_KOI8, "base64"),
    ]),
    expect: { text: RU, subject: "Запрос цены" },
  },
  {
    name: "Ukrainian windows-1251 that claims us-ascii, in one of two parts",
    source: "constructed; bytes by iconv(1)",
    letter: Buffer.concat([
      crlf(
        `${head("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x1")}\n\n--x1\nContent-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 8bit\n\n`,
      ),
      Buffer.from(UK_1251, "base64"),
      wire(
        "\n--x1\nContent-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment; filename=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBERg==\n--x1--\n",
      ),
    ]),
    expect: { text: UK, fileNames: ["a.pdf"] },
  },
  {
    name: "windows-1251 that claims UTF-8",
    source: "constructed; bytes by iconv(1)",
    letter: withBytes(head("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit"), RU_1251),
    expect: { text: RU },
  },
  {
    name: "a file name in raw UTF-8 and one by RFC 2231",
    source: "RFC 2231 section 4.1 (parameter continuations) and RFC 6532 (raw UTF-8)",
    letter: crlf(`${head("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=f")}

--f
Content-Type: text/plain; charset=utf-8

Смотрите вложения
--f
Content-Type: application/pdf
Content-Disposition: attachment; filename*0*=UTF-8''%D0%A1%D1%87%D1%91%D1%82; filename*1*=%20%E2%84%96%207.pdf
Content-Transfer-Encoding: base64

JVBERg==
--f
Content-Type: image/png; name="Фото.png"
Content-Disposition: inline; filename="Фото.png"
Content-ID: <pic1@client.example>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--f--
`),
    expect: { text: "Смотрите вложения", fileNames: ["Счёт № 7.pdf", "Фото.png"] },
  },
];
