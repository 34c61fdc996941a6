import { KAZAKH, numbersOf } from "../app/kazakh.ts";
import type { Chat } from "./chat.ts";
import { el, icon } from "./dom.ts";
import type { ChatMessage } from "./protocol.ts";
import type { Texts } from "./texts.ts";

/** The list of messages. Rows are kept by key, so that only what changed is announced to a screen reader. */
export class Conversation {
  readonly element: HTMLElement;
  readonly #chat: Chat;
  readonly #texts: Texts;
  readonly #language: string;
  readonly #rows = new Map<string, { element: HTMLElement; sign: string }>();

  constructor(chat: Chat, texts: Texts, language: string) {
    this.#chat = chat;
    this.#texts = texts;
    this.#language = language;
    this.element = el("div", { class: "rows", role: "log", "aria-live": "polite", "aria-label": texts.messages });
  }

  draw(): void {
    const { messages, unsent, uploads, settings } = this.#chat.state;
    const wanted: { key: string; sign: string; make: () => HTMLElement }[] = [];
    const greeting = settings.greeting || this.#texts.greeting;
    wanted.push({ key: "greeting", sign: greeting, make: () => this.#bubble("theirs", greeting, [], "") });
    let day = "";
    let speaker = "";
    for (const message of messages) {
      const date = new Date(message.at);
      if (date.toDateString() !== day) {
        day = date.toDateString();
        speaker = "";
        wanted.push({ key: `day ${day}`, sign: day, make: () => el("p", { class: "day" }, this.#day(date)) });
      }
      const who = message.direction === "in" ? "" : message.author || this.#texts.someone;
      const name = who !== "" && who !== speaker ? who : "";
      speaker = who;
      wanted.push({
        key: message.messageKey,
        sign: `${message.state} ${message.files.map((file) => file.key).join()} ${name}`,
        make: () => this.#message(message, name),
      });
    }
    for (const message of unsent) {
      const text = message.text || Object.values(message.claims ?? {}).join(", ");
      wanted.push({ key: message.key, sign: `unsent ${message.failed}`, make: () => this.#pending(message.key, text, message.failed === true) });
    }
    for (const { key, file, failed } of uploads) wanted.push({ key, sign: `upload ${failed}`, make: () => this.#pending(key, file.name, failed) });
    this.#apply(wanted);
  }

  #apply(wanted: { key: string; sign: string; make: () => HTMLElement }[]): void {
    const keys = new Set(wanted.map((row) => row.key));
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.element.remove();
      this.#rows.delete(key);
    }
    let at: Element | null = this.element.firstElementChild;
    for (const { key, sign, make } of wanted) {
      const known = this.#rows.get(key);
      if (known?.sign === sign) {
        if (known.element === at) at = at.nextElementSibling;
        else this.element.insertBefore(known.element, at);
        continue;
      }
      const element = make();
      if (known !== undefined) {
        if (known.element === at) at = at.nextElementSibling;
        known.element.remove();
      }
      this.element.insertBefore(element, at);
      this.#rows.set(key, { element, sign });
    }
  }

  #message(message: ChatMessage, name: string): HTMLElement {
    const mine = message.direction === "in";
    const time = new Date(message.at).toLocaleTimeString(numbersOf(this.#language), { hour: "2-digit", minute: "2-digit" });
    const foot: (Node | string)[] = [time];
    if (mine) foot.push(el("span", { class: "mark", role: "img", "aria-label": this.#texts.sent }, icon("check")));
    const files = message.files.map((file) => this.#file(file));
    return this.#bubble(mine ? "mine" : "theirs", message.text, files, name, el("span", { class: "foot" }, ...foot));
  }

  #pending(key: string, text: string, failed: boolean): HTMLElement {
    const retry = el("button", { type: "button", class: "link", click: () => this.#chat.retry(key) }, this.#texts.retry);
    const foot = failed ? [`${this.#texts.failed}. `, retry] : [el("span", { class: "mark", role: "img", "aria-label": this.#texts.sending }, icon("clock"))];
    return this.#bubble(failed ? "mine failed" : "mine pending", text, [], "", el("span", { class: "foot" }, ...foot));
  }

  #bubble(kind: string, text: string, files: HTMLElement[], name: string, foot?: HTMLElement): HTMLElement {
    const who = el("span", { class: name === "" ? "unseen" : "name" }, kind.startsWith("mine") ? this.#texts.you : name || this.#texts.someone);
    const body = text === "" ? [] : [el("p", { class: "text", dir: "auto" }, ...linked(text))];
    return el("article", { class: `bubble ${kind}` }, who, ...body, ...files, ...(foot === undefined ? [] : [foot]));
  }

  #file(file: ChatMessage["files"][number]): HTMLElement {
    const [unit, count] = file.bytes >= 1_048_576 ? ["megabyte", file.bytes / 1_048_576] : ["kilobyte", Math.max(1, Math.round(file.bytes / 1_024))];
    const size = count.toLocaleString(numbersOf(this.#language), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 });
    const content = [icon(file.key === "" ? "clip" : "down"), el("span", { class: "file-name" }, file.name), el("span", { class: "file-size" }, size)];
    if (file.key === "") return el("span", { class: "file" }, ...content);
    return el(
      "button",
      { type: "button", class: "file", "aria-label": `${this.#texts.download}: ${file.name}`, click: () => void this.#save(file) },
      ...content,
    );
  }

  async #save(file: ChatMessage["files"][number]): Promise<void> {
    const url = URL.createObjectURL(await this.#chat.server.download(file.key));
    el("a", { href: url, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  #day(date: Date): string {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86_400_000);
    if (days === 0 || days === 1) return days === 0 ? this.#texts.today : this.#texts.yesterday;
    return this.#language === "kk" ? KAZAKH.dayMonth.format(date) : date.toLocaleDateString(this.#language, { day: "numeric", month: "long" });
  }
}

/** Addresses become links; everything else stays text. Only http and https, so that no link can run a script. */
function linked(text: string): (Node | string)[] {
  return text
    .split(/(https?:\/\/[^\s<>"']{3,500}[^\s<>"'.,;:!?)\]])/g)
    .map((piece, index) => (index % 2 === 1 ? el("a", { href: piece, target: "_blank", rel: "noopener noreferrer nofollow" }, piece) : piece));
}
