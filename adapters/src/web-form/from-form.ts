import type { MessageReceived, Origin } from "@kommutator/contract/channel";
import type { EpochMs } from "@kommutator/contract/ids";
import { normaliseEmail, normalisePhone } from "@kommutator/contract/phone";
import { type Fields, oneLine, Refused } from "./body.ts";
import type { WebFormConfig } from "./config.ts";

/** Added by the snippet (or a site's server); everything else is the visitor's. `_token`, `_key` and the trap are taken before. */
const OURS = ["_token", "_key", "_page", "_referrer", "_form", "_labels"];
const UTM = /^utm_(source|medium|campaign|term|content)$/;
export const MAX_TEXT_LENGTH = 20_000;

/** Who sends, as far as the way it came tells: the origin of the token, the submission's own key. */
export interface Sent {
  /** Unique per submission for ever. */
  key: string;
  /** null: a site's own server, which may name any page. */
  origin: string | null;
  at: EpochMs;
}

/**
 * A submission as the first (or next) message of a dialog. The thread is the person: the phone, else the e-mail, else the
 * submission itself. So whoever sends again while the dialog is open, in the ten minutes of a doubtful visitor or on the next day,
 * adds to it; after it was closed a new dialog opens, linked to the old one. Throws Refused.
 */
export function messageEvent(fields: Fields, sent: Sent, config: WebFormConfig): MessageReceived {
  const byRole = (names: string[]): string =>
    [...fields]
      .filter(([name]) => names.includes(name.toLowerCase()))
      .map(([, value]) => value)
      .filter((value) => value !== "")
      .join(", ");
  const typed = {
    name: oneLine(byRole(config.nameFields)).slice(0, 200),
    phone: oneLine(byRole(config.phoneFields)),
    email: oneLine(byRole(config.emailFields)),
  };
  const number = normalisePhone(typed.phone, config.country);
  const phone = number.kind === "e164" ? number.value : null;
  const email = normaliseEmail(typed.email);
  if (config.consentRequired && !/^(?!(0|no|off|false|нет|жоқ|ні)$)./iu.test(byRole(config.consentFields))) throw new Refused("consent", 422);

  const label = labels(fields);
  const known = [...config.nameFields, ...config.phoneFields, ...config.emailFields, ...config.textFields];
  const rest = [...fields].filter(([name, value]) => value !== "" && !OURS.includes(name) && !UTM.test(name) && !known.includes(name.toLowerCase()));
  // A ticked box without a value of its own says "on" (HTML standard, default/on mode). Signs instead of words of ours: whoever reads it
  // may know no English.
  const lines = rest.map(([name, value]) => `${label(name)}: ${value === "on" ? "✓" : value}`);
  // What was typed and cannot be read as a number or an address is not lost.
  if (typed.phone !== "" && phone === null) lines.unshift(`☎ ${typed.phone.slice(0, 200)}`);
  if (typed.email !== "" && email === null) lines.unshift(`✉ ${typed.email.slice(0, 200)}`);
  const said = byRole(config.textFields);
  if (said === "" && lines.length === 0) {
    if (typed.phone === "" && typed.email === "") throw new Refused("empty", 422);
    if (typed.name !== "") lines.push(`👤 ${typed.name}`);
    if (phone !== null) lines.push(`☎ ${phone}`);
    if (email !== null) lines.push(`✉ ${email}`);
  }
  const text = [said, lines.join("\n")].filter((part) => part !== "").join("\n\n");
  const claims = {
    ...(typed.name === "" ? {} : { name: typed.name }),
    ...(phone !== null && email !== null ? { email } : {}),
  };
  const from =
    phone !== null
      ? { kind: "phone" as const, value: phone }
      : email !== null
        ? { kind: "email" as const, value: email }
        : { kind: "site_visitor" as const, value: sent.key };
  return {
    kind: "message.received",
    eventKey: sent.key,
    messageKey: sent.key,
    occurredAt: sent.at,
    thread: { key: from.kind === "site_visitor" ? `visitor:${sent.key}` : from.value },
    from: typed.name === "" ? from : { ...from, displayName: typed.name },
    text: text.slice(0, MAX_TEXT_LENGTH),
    truncated: text.length > MAX_TEXT_LENGTH || undefined,
    nature: "human",
    ...(Object.keys(claims).length === 0 ? {} : { claims }),
    origin: origin(fields, sent, config),
  };
}

/** Source, page, referrer and UTM tags. A page of another site than the token's is a lie and left out. */
function origin(fields: Fields, sent: Sent, config: WebFormConfig): Origin {
  const page = address(fields.get("_page"));
  const own = page !== null && (sent.origin === null || page.origin === sent.origin) ? page : null;
  const tags = [...(own?.searchParams ?? []), ...fields]
    .filter(([name, value]) => UTM.test(name) && value !== "")
    .map(([name, value]): [string, string] => [name.slice(4), oneLine(value).slice(0, 200)]);
  const source = oneLine(fields.get("_form") ?? "").slice(0, 100) || config.formName;
  const referrer = address(fields.get("_referrer"));
  return {
    ...(source === "" ? {} : { source }),
    ...(own === null ? {} : { page: own.href }),
    ...(referrer === null ? {} : { referrer: referrer.href }),
    ...(tags.length === 0 ? {} : { utm: Object.fromEntries(tags) }),
  };
}

/** A web address without password and fragment, or null: nothing else may become a link on an agent's screen. */
function address(text: string | undefined): URL | null {
  if (text === undefined || text.length > 2_000 || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) return null;
  [url.username, url.password, url.hash] = ["", "", ""];
  return url;
}

/** How the page calls its fields: `_labels` is a JSON object of name and label. */
function labels(fields: Fields): (name: string) => string {
  let known: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(fields.get("_labels") ?? "{}");
    if (typeof parsed === "object" && parsed !== null) known = parsed as Record<string, unknown>;
  } catch {
    // Then the fields' own names do.
  }
  return (name) => {
    const label = Object.hasOwn(known, name) ? known[name] : undefined;
    const text =
      typeof label === "string"
        ? oneLine(label)
            .replace(/[:*\s]+$/, "")
            .slice(0, 100)
        : "";
    return text === "" ? name : text;
  };
}
