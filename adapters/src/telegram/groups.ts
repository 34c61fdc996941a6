import type { BotApi } from "./bot-api.ts";

/** Said once in a group before the bot leaves it; in the language of whoever added it or wrote. */
const WORDS: Record<string, string> = {
  ru: "Этот бот отвечает только в личных сообщениях. Напишите ему напрямую.",
  kk: "Бұл бот тек жеке хабарламаларға жауап береді. Оған тікелей жазыңыз.",
  uk: "Цей бот відповідає лише в особистих повідомленнях. Напишіть йому напряму.",
  en: "This bot answers in private messages only. Please write to it directly.",
};

/** Groups are refused politely: a word where to write, and the bot leaves. Nothing said there is stored. */
export class Groups {
  readonly #api: BotApi;
  readonly #refused = new Set<number>();

  constructor(api: BotApi) {
    this.#api = api;
  }

  /** Once for each group and run; what Telegram refuses here is nobody's loss. */
  async refuse(chatId: number, language: string | undefined): Promise<void> {
    if (this.#refused.has(chatId)) return;
    if (this.#refused.size >= 1_000) this.#refused.clear();
    this.#refused.add(chatId);
    const text = WORDS[language?.slice(0, 2).toLowerCase() ?? ""] ?? WORDS["en"];
    await this.#api.call("sendMessage", { chat_id: chatId, text }).catch(() => {});
    await this.#api.call("leaveChat", { chat_id: chatId }).catch(() => {});
  }
}
