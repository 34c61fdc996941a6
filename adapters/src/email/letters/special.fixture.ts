import { crlf, head, type LetterCase, OWN, reply } from "./wire.fixture.ts";

export const special: LetterCase[] = [
  {
    name: "an answer below the quote",
    source: "RFC 3676 section 4.5 (quoting)",
    letter: reply("", "03.06.2024 12:34, Отдел продаж пишет:\n> Подходит цена?\n\nДа, подходит."),
    expect: { text: "Да, подходит." },
  },
  {
    name: "answers between the lines stay whole",
    source: "RFC 3676 section 4.5 (quoting)",
    letter: reply("", "03.06.2024 12:34, Отдел продаж пишет:\n> Цена?\nДа.\n> Срок?\nНеделя."),
    expect: { text: "03.06.2024 12:34, Отдел продаж пишет:\n> Цена?\nДа.\n> Срок?\nНеделя.", quoted: undefined },
  },
  {
    name: "a forwarded letter stays whole",
    source: "constructed",
    letter: crlf(
      `${head("Content-Type: text/plain; charset=utf-8", undefined, "Fwd: Заявка")}\n\nПосмотрите\n\nОт: Клиент <k@other.example>\nДата: 3 июня\nКому: Иван\nТема: Заявка\n\nтекст заявки\n`,
    ),
    expect: { text: "Посмотрите\n\nОт: Клиент <k@other.example>\nДата: 3 июня\nКому: Иван\nТема: Заявка\n\nтекст заявки", normalised: "заявка" },
  },
  {
    name: "HTML alone, quoted as Mail.ru does",
    source: "talon tests/fixtures/html_replies/mail_ru.html (the markup)",
    letter: crlf(
      `${head("Content-Type: text/html; charset=utf-8")}\n\n<HTML><BODY><p>Hi. I am fine.</p><p>Thanks,<br>Alex</p><br>Thu, 26 Jun 2014 14:00:51 +0400 от Alexander L &lt;abc@example.com&gt;:<br>\n<blockquote style="border-left:1px solid #0857A6"><div><style type="text/css"></style><div>Hello! How are you?</div></div></blockquote></BODY></HTML>\n`,
    ),
    expect: { text: "Hi. I am fine.\n\nThanks,\nAlex", quoted: "Thu, 26 Jun 2014 14:00:51 +0400 от Alexander L <abc@example.com>:\n> Hello! How are you?" },
  },
  {
    name: "a site form that writes in the person's name",
    source: "RFC 5322 section 3.6.2 (Reply-To)",
    letter: crlf(`From: no-reply@site.example\nReply-To: Айгерим <aigerim@client.example>\nTo: ${OWN}\nSubject: Заявка с сайта\n\nТелефон 8 701 111-22-33\n`),
    expect: { from: { kind: "email", value: "aigerim@client.example", displayName: "Айгерим" } },
  },
  {
    name: "written by our own staff in their mail program",
    source: "constructed",
    letter: crlf(`From: Sales <${OWN}>\nTo: ivan@client.example\nSubject: Offer\nMessage-ID: <own1@house.example>\n\nSee you\n`),
    expect: { nature: "outside", from: { kind: "email", value: "ivan@client.example" } },
  },
  {
    name: "a header injected through an encoded word",
    source: "RFC 2047 section 5 (encoded words carry no line breaks); constructed attack",
    letter: crlf(`From: =?utf-8?Q?Ivan=0D=0ABcc:_victim@other.example?= <ivan@client.example>\nTo: ${OWN}\nSubject: =?utf-8?Q?Hi=0D=0AX-Evil:_1?=\n\nHello\n`),
    expect: { participants: [], nature: "human" },
  },
  {
    name: "no Message-ID: the content is the key",
    source: "RFC 5322 section 3.6.4 (SHOULD have one)",
    letter: crlf(`From: scan@client.example\nTo: ${OWN}\nSubject: Scan\n\nPage 1\n`),
    expect: { text: "Page 1" },
  },
];
