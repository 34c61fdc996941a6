import { collect, utm } from "./form-fields.ts";
import { formTexts } from "./form-texts.ts";
import { FormWire } from "./form-wire.ts";

/**
 * `<script src="https://house.example/widget/form.js" data-channel="…" defer></script>` on any site: every
 * `<form data-kommutator-form>` of the page is sent to us instead of to its own address. The form is the site's, with its own
 * look; only a line that says what became of it is added. Options: data-lang (ru, en, kk, uk) of the script; of a form:
 * data-kommutator-form="name of the form", data-channel, data-success="own words of thanks". After a success the form throws
 * the event `kommutator:sent` (for the site's analytics).
 */
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  if (script === null) return;
  const origin = new URL(script.src).origin;
  const texts = formTexts([script.dataset["lang"] ?? "", document.documentElement.lang, ...navigator.languages]);
  // Remembered where the visit begins.
  utm();

  const connect = (form: HTMLFormElement): void => {
    const channel = form.dataset["channel"] ?? script.dataset["channel"] ?? "";
    const wire = new FormWire(origin, channel);
    const line = statusLine(form);
    let busy = false;
    form.addEventListener("focusin", () => wire.begin(), { once: true });
    form.addEventListener("focusin", () => void wire.trap().then((name) => name !== null && setTrap(form, name)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      // The browser says itself what is missing; `novalidate` forms ask for it here.
      if (busy || !form.reportValidity()) return;
      const { fields, files } = collect(form);
      if (files) return say(line, texts.files, "error");
      busy = true;
      form.setAttribute("aria-busy", "true");
      say(line, texts.sending, "busy");
      void wire.send(fields).then((outcome) => {
        busy = false;
        form.removeAttribute("aria-busy");
        if (outcome.ok) {
          form.reset();
          say(line, form.dataset["success"] ?? texts.sent, "sent");
          form.dispatchEvent(new CustomEvent("kommutator:sent", { bubbles: true }));
        } else {
          const known = outcome.code === "too_many" ? texts.busy : (texts as Record<string, string>)[outcome.code];
          say(line, known ?? texts.failed, "error");
        }
      });
    });
  };

  const start = (): void => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-kommutator-form]")) connect(form);
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();

/** The line that tells what became of the form: the page's own `[data-kommutator-status]`, or one at its end. */
function statusLine(form: HTMLFormElement): HTMLElement {
  const own = form.querySelector<HTMLElement>("[data-kommutator-status]");
  const line = own ?? document.createElement("p");
  line.setAttribute("role", "status");
  line.setAttribute("aria-live", "polite");
  if (own === null) form.append(line);
  return line;
}

/** Read out by screen readers without moving the focus; the site may style it by `data-state`. */
function say(line: HTMLElement, text: string, state: "busy" | "sent" | "error"): void {
  line.dataset["state"] = state;
  line.textContent = text;
}

/** A field that no person sees, reaches by Tab or hears: machines fill it in. Removed and added again so that it has one name. */
function setTrap(form: HTMLFormElement, name: string): void {
  if (form.querySelector(`input[name="${CSS.escape(name)}"]`) !== null) return;
  const field = document.createElement("input");
  field.name = name;
  field.tabIndex = -1;
  field.autocomplete = "off";
  const box = document.createElement("div");
  box.setAttribute("aria-hidden", "true");
  // By the object model, which a site's strict style policy does not forbid.
  Object.assign(box.style, { position: "absolute", left: "-10000px", width: "1px", height: "1px", overflow: "hidden" });
  box.append(field);
  form.append(box);
}
