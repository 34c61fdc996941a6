import { createHash, randomUUID } from "node:crypto";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { EmitEvents } from "@kommutator/contract/ports";
import { addDrain } from "./jobs.ts";

type Code = "out_of_hours" | "waiting";
type Language = "ru" | "en" | "kk" | "uk";

/** What a writer is told automatically; in the language of the company's country. */
const TEXTS: Record<Code, Record<Language, string>> = {
  out_of_hours: {
    ru: "Здравствуйте! Сейчас нерабочее время. Мы получили ваше сообщение и ответим в начале рабочего дня.",
    en: "Hello! We are closed at the moment. We have received your message and will answer when we open.",
    kk: "Сәлеметсіз бе! Қазір жұмыс уақыты емес. Хабарламаңызды алдық, жұмыс күнінің басында жауап береміз.",
    uk: "Вітаємо! Зараз неробочий час. Ми отримали ваше повідомлення і відповімо на початку робочого дня.",
  },
  waiting: {
    ru: "Спасибо за ожидание! Все менеджеры сейчас заняты, мы ответим вам, как только кто-то освободится.",
    en: "Thank you for waiting! All our managers are busy at the moment; we will answer as soon as one is free.",
    kk: "Күткеніңізге рақмет! Қазір барлық менеджерлер бос емес, біреуі босаған бойда жауап береміз.",
    uk: "Дякуємо за очікування! Усі менеджери зараз зайняті, ми відповімо, щойно хтось звільниться.",
  },
};
const LANGUAGE: Record<string, Language> = { RU: "ru", BY: "ru", KG: "ru", UZ: "ru", KZ: "ru", UA: "uk" };

/** The language of automatic words for a country (ISO 3166 alpha-2). */
export function languageOf(country: string): Language {
  return LANGUAGE[country] ?? "en";
}

/**
 * Queues an automatic word to the writer (author auto_ack). It stops no clock and, by the command's id, happens once.
 * Nothing happens in a dialog that is closed.
 */
export async function acknowledge(tx: Tx, emit: EmitEvents, dialogId: Id, code: Code, commandId: string): Promise<void> {
  const [dialog] = await tx<{ channel_id: Id; thread_key: string; country: string | null }[]>`
    SELECT channel_id, thread_key, (SELECT country FROM company) AS country FROM dialog WHERE id = ${dialogId} AND closed_at IS NULL FOR NO KEY UPDATE`;
  if (dialog === undefined) return;
  const clientKey = uuidOf(`acknowledge ${commandId}`);
  const [known] = await tx`SELECT 1 FROM message WHERE client_key = ${clientKey}`;
  if (known !== undefined) return;
  const [row] = await tx<
    { seq: number }[]
  >`UPDATE dialog SET next_seq = next_seq + 1, version = version + 1 WHERE id = ${dialogId} RETURNING next_seq - 1 AS seq`;
  const seq = (row as { seq: number }).seq;
  const messageId = randomUUID();
  await tx`
    INSERT INTO message (id, dialog_id, seq, channel_id, thread_key, direction, author_kind, body, delivery, client_key)
    VALUES (${messageId}, ${dialogId}, ${seq}, ${dialog.channel_id}, ${dialog.thread_key}, 'out', 'auto_ack', ${TEXTS[code][languageOf(dialog.country ?? "")]}, 'queued', ${clientKey})`;
  await emit(tx, [{ kind: "message.stored", dialogId, payload: { messageId, seq, direction: "out", employeeId: null, nature: "system", at: Date.now() } }]);
  await addDrain(tx, dialog.channel_id, dialogId);
}

/** A UUID (RFC 9562 version 8) that is always the same for the same name. */
export function uuidOf(name: string): Id {
  const h = createHash("sha256").update(name).digest();
  h[6] = ((h[6] ?? 0) & 0x0f) | 0x80;
  h[8] = ((h[8] ?? 0) & 0x3f) | 0x80;
  const hex = h.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
