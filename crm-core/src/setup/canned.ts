import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { type Locale, t } from "./texts.ts";

/** The shared answers with which a new company starts; they can be changed and deleted like all others. */
export const STARTING_ANSWERS = [
  {
    shortcut: "hi",
    title: t("Приветствие", "Greeting", "Сәлемдесу", "Привітання"),
    body: t(
      "{{greeting}}, {{contact.firstName}}! Меня зовут {{agent.firstName}}, {{company.name}}. Чем могу помочь?",
      "{{greeting}}, {{contact.firstName}}! This is {{agent.firstName}} of {{company.name}}. How can I help?",
      "{{greeting}}, {{contact.firstName}}! Менің атым {{agent.firstName}}, {{company.name}}. Қалай көмектесе аламын?",
      "{{greeting}}, {{contact.firstName}}! Мене звати {{agent.firstName}}, {{company.name}}. Чим можу допомогти?",
    ),
  },
  {
    shortcut: "wait",
    title: t("Уточню и вернусь", "I will find out", "Анықтап, жауап беремін", "Уточню й повернуся"),
    body: t(
      "Спасибо за вопрос! Уточню и вернусь к вам с ответом сегодня, {{today}}.",
      "Thank you for the question! I will find out and come back to you today, {{today}}.",
      "Сұрағыңызға рақмет! Анықтап, бүгін, {{today}}, жауап беремін.",
      "Дякую за запитання! Уточню й повернуся до вас із відповіддю сьогодні, {{today}}.",
    ),
  },
  {
    shortcut: "about",
    title: t("По вашему запросу", "About your request", "Сұранысыңыз бойынша", "За вашим запитом"),
    body: t(
      "{{greeting}}! Пишу по вашему запросу «{{interest.title}}».",
      "{{greeting}}! I am writing about your request “{{interest.title}}”.",
      "{{greeting}}! «{{interest.title}}» сұранысыңыз бойынша жазып отырмын.",
      "{{greeting}}! Пишу за вашим запитом «{{interest.title}}».",
    ),
  },
  {
    shortcut: "bye",
    title: t("Прощание", "Closing words", "Қоштасу", "Прощання"),
    body: t(
      "Спасибо за обращение! Если появятся вопросы, пишите. {{agent.name}}, {{company.name}}.",
      "Thank you for writing! If you have more questions, we are here. {{agent.name}}, {{company.name}}.",
      "Хабарласқаныңызға рақмет! Сұрақтарыңыз болса, жазыңыз. {{agent.name}}, {{company.name}}.",
      "Дякуємо за звернення! Якщо виникнуть запитання, пишіть. {{agent.name}}, {{company.name}}.",
    ),
  },
] as const;

/** Inserts them for all, in the company's language, in the name of whoever sets the house up. */
export async function installAnswers(tx: Tx, locale: Locale, by: Id): Promise<void> {
  const rows = STARTING_ANSWERS.map((a) => ({ shortcut: a.shortcut, title: a.title[locale], body: a.body[locale], created_by: by }));
  await tx`INSERT INTO canned_answer ${tx(rows)}`;
}
