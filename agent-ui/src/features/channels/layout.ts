type Config = Record<string, unknown>;
interface Layout {
  /** Folded away: what most need not touch. */
  advanced?: string[];
  /** Shown only when the rest of the form makes sense of it. */
  when?: Record<string, (config: Config) => boolean>;
  /** Secrets that we choose ourselves: a button makes a random one. */
  ours?: string[];
  /** Texts of several lines. */
  long?: string[];
  /**
   * How the provider learns our address: `given` = somebody types it there, `set` = the adapter says it by itself,
   * `given-with-secret` = with the callback secret at its end.
   */
  webhook?: (config: Config) => "given" | "given-with-secret" | "set" | null;
}

const is = (name: string, value: unknown) => (config: Config) => config[name] === value;
const filled = (name: string) => (config: Config) => typeof config[name] === "string" && config[name] !== "";

const LAYOUTS: Record<string, Layout> = {
  "asterisk-ari": { advanced: ["app", "prompt", "music", "cdrFile", "mediaAddress", "browserWsUrl", "sipDomain", "iceServers"] },
  email: { advanced: ["folder", "firstImport"] },
  "web-chat": { advanced: ["maxFileMb", "messagesPerMinute"], long: ["greeting"] },
  "sms-smpp": { advanced: ["systemType", "sourceTon", "sourceNpi", "defaultAlphabet", "longMessages", "maxSegments", "window", "dailyPerAddress"] },
  "sms-http": {
    advanced: ["apiUrl", "utcOffsetHours", "dailyPerAddress"],
    when: { login: is("provider", "smsc"), password: is("provider", "smsc") },
    ours: ["webhookSecret"],
    webhook: (config) => (filled("publicUrl")(config) ? "given-with-secret" : null),
  },
  telegram: { advanced: ["apiUrl"], when: { publicUrl: is("mode", "webhook") }, webhook: (config) => (config["mode"] === "webhook" ? "set" : null) },
  viber: { advanced: ["senderAvatar", "paidMessages", "mediaHosts", "apiUrl"], long: ["greeting"], webhook: () => "set" },
  vk: {
    advanced: ["mediaHosts", "apiUrl"],
    when: { secret: is("mode", "callback"), confirmation: is("mode", "callback"), publicUrl: is("mode", "callback") },
    ours: ["secret"],
    webhook: (config) => (config["mode"] === "callback" ? "given" : null),
  },
  "web-form": {
    advanced: [
      "publicUrl",
      "country",
      "nameFields",
      "phoneFields",
      "emailFields",
      "textFields",
      "consentFields",
      "minFillSeconds",
      "perAddressPerMinute",
      "perMinute",
    ],
    ours: ["secret"],
  },
};

export const layoutOf = (kind: string): Layout => LAYOUTS[kind] ?? {};

/** Fields that the form shows now, the folded ones apart. A required field is never folded or hidden. */
export function arrange<F extends { name: string; required: boolean }>(kind: string, fields: readonly F[], config: Config): { main: F[]; advanced: F[] } {
  const { advanced = [], when = {} } = layoutOf(kind);
  const shown = fields.filter((field) => field.required || (when[field.name]?.(config) ?? true));
  const folded = (field: F) => !field.required && advanced.includes(field.name);
  return { main: shown.filter((field) => !folded(field)), advanced: shown.filter(folded) };
}

/** A secret that nobody guesses: 32 letters and digits from the browser's own source of chance. */
export function randomSecret(): string {
  const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  return [...crypto.getRandomValues(new Uint32Array(32))].map((value) => letters[value % letters.length]).join("");
}
