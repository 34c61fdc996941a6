import { LANGUAGES, pickLanguage, type Texts } from "./texts.ts";

/**
 * `<script src="https://house.example/widget.js" data-channel="…" async></script>` on any site: a bubble in the corner that
 * opens the chat in a frame. Options: data-lang (ru, en, kk, uk), data-position (left or right), data-color (of the bubble).
 * The frame is our own origin; the site's page and the chat exchange nothing but the number of unread messages.
 */
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  const channel = script?.dataset["channel"];
  if (script === null || channel === undefined || channel === "") return;
  const origin = new URL(script.src).origin;
  const language = pickLanguage([script.dataset["lang"] ?? "", ...navigator.languages]);
  const texts = LANGUAGES[language] as Texts;
  const side = script.dataset["position"] === "left" ? "left" : "right";
  const color = /^#[0-9a-f]{3,8}$/i.test(script.dataset["color"] ?? "") ? script.dataset["color"] : "#2463eb";
  const remembered = `kommutator-chat-used:${channel}`;

  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; }
    button { position: fixed; bottom: 20px; ${side}: 20px; z-index: 2147483000; width: 56px; height: 56px; border: 0; border-radius: 50%; background: ${color}; color: #fff; cursor: pointer; box-shadow: 0 6px 20px #0f172a40; transition: transform .15s; }
    button:hover { transform: scale(1.05); }
    button:focus-visible { outline: 3px solid #fff; outline-offset: -5px; box-shadow: 0 0 0 3px ${color}; }
    svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
    .badge { position: absolute; top: -3px; right: -3px; min-width: 20px; height: 20px; box-sizing: border-box; padding: 0 5px; border-radius: 10px; background: #c8102e; font: 600 12px/20px system-ui, sans-serif; }
    iframe { position: fixed; bottom: 90px; ${side}: 20px; z-index: 2147483000; width: 380px; height: min(620px, calc(100vh - 110px)); border: 0; border-radius: 16px; box-shadow: 0 16px 48px #0f172a4d; background: Canvas; color-scheme: light dark; }
    [hidden] { display: none !important; }
    @media (max-width: 480px) { iframe { inset: 0; width: 100%; height: calc(100% - 84px); border-radius: 0; } }
    @media (prefers-reduced-motion: reduce) { button { transition: none; } }`);
  shadow.adoptedStyleSheets = [style];

  const button = document.createElement("button");
  button.type = "button";
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  drawing.append(path);
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.hidden = true;
  button.append(drawing, badge);
  shadow.append(button);
  let frame: HTMLIFrameElement | null = null;

  const label = (open: boolean): void => {
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-label", open ? texts.close : texts.open);
    path.setAttribute("d", open ? "M6 6l12 12M18 6 6 18" : "M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Z");
  };
  const load = (): HTMLIFrameElement => {
    if (frame !== null) return frame;
    frame = document.createElement("iframe");
    frame.title = texts.title;
    frame.allow = "clipboard-write";
    frame.src = `${origin}/chat/${encodeURIComponent(channel)}?lang=${language}`;
    frame.hidden = true;
    shadow.append(frame);
    return frame;
  };
  const toggle = (open: boolean): void => {
    const chat = load();
    chat.hidden = !open;
    label(open);
    if (open) {
      chat.focus();
      try {
        localStorage.setItem(remembered, "1");
      } catch {
        // The site's storage is closed to us: the chat opens at the next click.
      }
    } else button.focus();
  };
  button.addEventListener("click", () => toggle(frame === null || frame.hidden !== false));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && frame?.hidden === false) toggle(false);
  });
  addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== frame?.contentWindow) return;
    const data = event.data as { type?: string; unread?: number };
    if (data?.type !== "kommutator-chat" || typeof data.unread !== "number") return;
    badge.hidden = data.unread === 0 || frame?.hidden === false;
    badge.textContent = data.unread > 99 ? "99+" : String(data.unread);
  });
  label(false);
  const start = (): void => {
    document.body.append(host);
    // Somebody who has talked to us here sees at once that an answer came.
    try {
      if (localStorage.getItem(remembered) !== null) load();
    } catch {
      // as above
    }
  };
  if (document.body === null) addEventListener("DOMContentLoaded", start);
  else start();
})();
