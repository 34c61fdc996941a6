import "./chat.css";
import { Chat } from "./chat.ts";
import { contactsForm } from "./contacts.ts";
import { Conversation } from "./conversation.ts";
import { el, icon } from "./dom.ts";
import { fill, LANGUAGES, pickLanguage, type Texts } from "./texts.ts";

/** The visitor's page at /chat/:channelId, alone in a tab or inside the bubble that embed.ts puts on a site. */
const query = new URLSearchParams(location.search);
const asked = query.get("lang");
const language = pickLanguage(asked === null ? navigator.languages : [asked, ...navigator.languages]);
const texts = LANGUAGES[language] as Texts;
const channelId = location.pathname.split("/").filter(Boolean).at(-1) ?? "";
const embedded = window.parent !== window;
document.documentElement.lang = language;
document.documentElement.classList.toggle("embedded", embedded);

const chat = new Chat(channelId, () => draw());
const conversation = new Conversation(chat, texts, language);

const title = el("h1", {});
const status = el("p", { class: "status", role: "status" });
const notice = el("p", { class: "notice", role: "status", hidden: true });
const typing = el("p", { class: "typing", role: "status" });
const scroller = el("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": texts.messages }, conversation.element, typing);
const text = el("textarea", { rows: "1", "aria-label": texts.write, placeholder: texts.write, enterkeyhint: "send", dir: "auto" });
const picker = el("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true" });
const send = el("button", { type: "submit", class: "send", "aria-label": texts.send, title: texts.send }, icon("send"));
const attach = el("button", { type: "button", class: "tool", "aria-label": texts.attach, title: texts.attach, click: () => picker.click() }, icon("clip"));
const contacts = el(
  "button",
  { type: "button", class: "tool", "aria-label": texts.contacts, title: texts.contacts, "aria-expanded": "false", click: () => openContacts() },
  icon("card"),
);
const end = el("button", { type: "button", class: "tool", "aria-label": texts.end, title: texts.end, click: () => void finish() }, icon("end"));
const panel = el("div", { class: "panel", hidden: true });
const composer = el("form", { class: "composer", submit: (event) => submit(event) }, attach, picker, text, send);
const header = el("header", {}, el("div", { class: "heading" }, title, status), el("div", { class: "tools" }, contacts, end));
document.getElementById("chat")?.append(header, scroller, panel, notice, composer);

function draw(): void {
  const { link, settings, typing: isTyping, ended, messages, unread } = chat.state;
  const atBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  title.textContent = settings.title || texts.title;
  document.title = unread > 0 ? `(${unread}) ${title.textContent}` : title.textContent;
  status.textContent = link === "online" ? texts.online : link === "connecting" ? texts.connecting : link === "busy" ? texts.busy : texts.offline;
  status.dataset["link"] = link;
  const lastAuthor = messages.findLast((message) => message.direction === "out")?.author ?? texts.someone;
  typing.textContent = isTyping ? `${lastAuthor} ${texts.typing}` : "";
  end.hidden = messages.length === 0 || ended;
  if (ended) say(texts.ended);
  else if (notice.textContent === texts.ended) say("");
  conversation.draw();
  if (atBottom) scroller.scrollTop = scroller.scrollHeight;
  if (embedded) parent.postMessage({ type: "kommutator-chat", unread }, "*");
  watch();
}

/** Seen is what stands at the bottom of a visible, focused page. */
function watch(): void {
  const atBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const watched = document.visibilityState === "visible" && document.hasFocus() && atBottom;
  if (watched !== watching) {
    watching = watched;
    chat.watched(watched);
  } else if (watched && chat.state.unread > 0) chat.watched(true);
}
let watching = false;

function say(message: string): void {
  notice.textContent = message;
  notice.hidden = message === "";
}

function submit(event?: Event): void {
  event?.preventDefault();
  const value = text.value.trim();
  if (value === "") return;
  const over = value.length - chat.state.settings.maxTextLength;
  if (over > 0) {
    say(fill(texts.tooLong, { n: over }));
    return;
  }
  chat.send(value);
  text.value = "";
  grow();
  say("");
  scroller.scrollTop = scroller.scrollHeight;
}

function addFiles(files: Iterable<File>): void {
  const max = chat.state.settings.maxFileBytes;
  for (const file of files) {
    if (file.size > max) say(fill(texts.tooLarge, { mb: Math.floor(max / 1_048_576) }));
    else if (file.size > 0) chat.upload(file);
  }
}

function openContacts(): void {
  if (!panel.hidden) {
    closeContacts();
    return;
  }
  panel.replaceChildren(
    contactsForm(chat, texts, (sent) => {
      closeContacts();
      if (sent) say(texts.thanks);
    }),
  );
  panel.hidden = false;
  contacts.setAttribute("aria-expanded", "true");
  panel.querySelector("input")?.focus();
}

function closeContacts(): void {
  panel.hidden = true;
  contacts.setAttribute("aria-expanded", "false");
  contacts.focus();
}

async function finish(): Promise<void> {
  if (!confirm(texts.endAsk)) return;
  await chat.end().catch(() => say(texts.offline));
}

function grow(): void {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 140)}px`;
}

text.addEventListener("input", () => {
  grow();
  if (text.value.trim() !== "") chat.typed();
});
text.addEventListener("keydown", (event) => {
  // On a phone Enter makes a new line, the button sends.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
  submit(event);
});
picker.addEventListener("change", () => {
  addFiles(picker.files ?? []);
  picker.value = "";
});
text.addEventListener("paste", (event) => addFiles(event.clipboardData?.files ?? []));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  addFiles(event.dataTransfer?.files ?? []);
});
for (const name of ["focus", "blur", "resize"]) addEventListener(name, watch);
document.addEventListener("visibilitychange", watch);
scroller.addEventListener("scroll", watch, { passive: true });
draw();
void chat.run();
