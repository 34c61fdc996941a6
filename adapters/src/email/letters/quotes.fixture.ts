import { type LetterCase, reply } from "./wire.fixture.ts";

const programs: { name: string; source: string; added: string }[] = [
  {
    name: "Gmail, Russian",
    source: "email-reply-parser test/fixtures/email_russian.txt (the shape)",
    added: "ср, 30 апр. 2025 г. в 15:19, John Doe <doe@example.com>:\n\n> привет",
  },
  {
    name: "Gmail, Russian, wrapped",
    source: "email-reply-parser test/fixtures/email_gmail_split_line_from.txt (the wrapping)",
    added: "ср, 30 апр. 2025 г. в 15:19, Отдел продаж Насосы и Компания <\nsales@house.example>:\n\n> старое\n> письмо",
  },
  {
    name: "Gmail, Ukrainian",
    source: "constructed after Gmail's Russian line",
    added: "ср, 30 квіт. 2025 р. о 15:19 Відділ продажу <sales@house.example> пише:\n\n> старе",
  },
  {
    name: "Gmail, Kazakh",
    source: "constructed after Gmail's Russian line",
    added: "2025 ж. 30 сәу., ср, 15:19 Сату бөлімі <sales@house.example> жазды:\n\n> ескі хат",
  },
  {
    name: "Gmail, English",
    source: "RFC 3676 section 4.5 quoting; talon tests/fixtures/standard_replies (the line)",
    added: "On Wed, Apr 30, 2025 at 3:19 PM Sales <sales@house.example>\nwrote:\n\n> old",
  },
  {
    name: "Apple Mail, Russian",
    source: "constructed after talon tests/fixtures/standard_replies/apple_mail.eml",
    added: "> 3 июня 2024 г., в 12:34, Sales <sales@house.example> написал(а):\n> \n> старое".replace(/^> /, ""),
  },
  {
    name: "Apple Mail, Ukrainian",
    source: "constructed after talon tests/fixtures/standard_replies/apple_mail.eml",
    added: "3 черв. 2024 р. о 12:34 Sales <sales@house.example> написав(ла):\n\n> старе",
  },
  {
    name: "Thunderbird, Russian",
    source: "Thunderbird, mailnews.reply_header_ondateauthorwrote of the ru locale",
    added: "03.06.2024 12:34, Отдел продаж пишет:\n> старое",
  },
  {
    name: "Thunderbird, Ukrainian",
    source: "Thunderbird, mailnews.reply_header_ondateauthorwrote of the uk locale",
    added: "03.06.2024 12:34, Відділ продажу пише:\n> старе",
  },
  {
    name: "Thunderbird, Kazakh",
    source: "Thunderbird, mailnews.reply_header_ondateauthorwrote of the kk locale",
    added: "03.06.2024 12:34, Сату бөлімі жазды:\n> ескі",
  },
  {
    name: "Yandex Mail",
    source: "constructed after a letter from Yandex's web mail",
    added: '03.06.2024, 12:34, "Отдел продаж" <sales@house.example>:\n> старое',
  },
  {
    name: "Mail.ru",
    source: "talon tests/fixtures/html_replies/mail_ru.html (the line)",
    added: "Thu, 26 Jun 2014 14:00:51 +0400 от Alexander L <abc@example.com>:\n> Hello! How are you?\n> \n> Thanks,\n> Sasha.",
  },
  {
    name: "Mail.ru for phones",
    source: "constructed after talon tests/fixtures/html_replies/mail_ru.html",
    added: "Понедельник, 3 июня 2024, 12:34 +03:00 от Отдел продаж <sales@house.example>:\n>\n>старое",
  },
  {
    name: "Outlook, English",
    source: "talon tests/fixtures/standard_replies/outlook.eml (the block)",
    added: "From: sales@house.example [mailto:sales@house.example]\nSent: March-09-12 4:22 PM\nTo: Ivan\nSubject: Request\n\nHi ivan",
  },
  {
    name: "Outlook, Russian",
    source: "talon tests/fixtures/standard_replies/outlook.eml (the block), labels of the Russian Outlook",
    added: "________________________________\nОт: Отдел продаж <sales@house.example>\nОтправлено: 3 июня 2024 г. 12:34\nКому: Иван\nТема: Request\n\nстарое",
  },
  {
    name: "Outlook, Ukrainian",
    source: "constructed after the Russian block",
    added: "Від: Відділ продажу <sales@house.example>\nНадіслано: понеділок, 3 червня 2024 р. 12:34\nКому: Іван\nТема: Request\n\nстаре",
  },
  {
    name: "Outlook, Kazakh",
    source: "constructed after the Russian block",
    added: "Кімнен: Сату бөлімі <sales@house.example>\nЖіберілген күні: 3 маусым 2024 ж. 12:34\nКімге: Иван\nТақырып: Request\n\nескі",
  },
  {
    name: "Outlook Express, Russian",
    source: "email-reply-parser test/fixtures/email_original_message.txt (the rule), Russian label",
    added: "-----Исходное сообщение-----\nFrom: Sales\nSent: Monday\nстарое",
  },
];

export const quotes: LetterCase[] = programs.map(({ name, source, added }) => ({
  name: `an answer from ${name}`,
  source,
  letter: reply("Да, подходит.\n\nИван", added),
  expect: { text: "Да, подходит.\n\nИван", quoted: added.trim(), normalised: "request" },
}));
