import type { Chat } from "./chat.ts";
import { el } from "./dom.ts";
import type { Claims } from "./protocol.ts";
import type { Texts } from "./texts.ts";

/** The form by which a visitor leaves a phone or an e-mail. They are what he says of himself: the agents see them unverified. */
export function contactsForm(chat: Chat, texts: Texts, done: (sent: boolean) => void): HTMLFormElement {
  const input = (name: keyof Claims, label: string, type: string, autocomplete: string): [HTMLLabelElement, HTMLInputElement] => {
    const field = el("input", { name, type, autocomplete, maxlength: name === "phone" ? "40" : "200", value: name === "name" ? chat.name : "" });
    return [el("label", {}, el("span", {}, label), field), field];
  };
  const [nameLabel, name] = input("name", texts.name, "text", "name");
  const [phoneLabel, phone] = input("phone", texts.phone, "tel", "tel");
  const [emailLabel, email] = input("email", texts.email, "email", "email");
  const fault = el("p", { class: "fault", role: "alert" });
  const submit = (event: Event): void => {
    event.preventDefault();
    const claims: Claims = {};
    for (const [key, field] of [
      ["name", name],
      ["phone", phone],
      ["email", email],
    ] as const) {
      const value = field.value.trim();
      if (value !== "") claims[key] = value;
    }
    if (claims.phone === undefined && claims.email === undefined) {
      fault.textContent = texts.oneOf;
      phone.focus();
      return;
    }
    chat.send("", claims);
    done(true);
  };
  const cancel = el("button", { type: "button", class: "quiet", click: () => done(false) }, texts.cancel);
  const form = el(
    "form",
    { class: "contacts", "aria-label": texts.contacts, submit },
    el("p", { class: "why" }, texts.contactsWhy),
    nameLabel,
    phoneLabel,
    emailLabel,
    fault,
    el("div", { class: "buttons" }, cancel, el("button", { type: "submit", class: "primary" }, texts.save)),
  );
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") done(false);
  });
  return form;
}
