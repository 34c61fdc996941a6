import { type FaultTable, fieldsOf, type IncomingSms, type SmsVendor, type StatusReport, type StatusTable, textOf } from "./vendor.ts";

/**
 * SMSC (smsc.ru, smsc.kz, smsc.ua: one interface, the account's own domain in `apiUrl`).
 * Sources: https://smsc.ru/api/http/send/sms/, …/status_messages/, …/get_data/inbox/, …/balance/, …/miscellaneous/callback/.
 * Our own id goes along (`id`: up to 40 Latin letters, digits and ".-_"), comes back in receipts, and can be asked for.
 */
export const smsc: SmsVendor = {
  title: "SMSC",
  apiUrl: "https://smsc.ru",
  textLength: 1_000,
  missing: ({ login, password, apiKey }) => (apiKey !== "" || (login !== "" && password !== "") ? [] : ["SMSC needs an API key, or a login with its password"]),
  common: ({ login, password, apiKey }) => ({ ...(apiKey === "" ? { login, psw: password } : { apikey: apiKey }), fmt: "3", charset: "utf-8" }),

  fault(operation, answer) {
    const { error, error_code } = fieldsOf(answer);
    const code = textOf(error_code);
    const said = textOf(error);
    if (code === "" && said === "") return null;
    // In lists and states, 3 says that there is nothing; in sending, that there is no money.
    if (code === "3" && operation !== "send") return { code: "rejected", text: "Nothing was found", nothing: true };
    const known = FAULTS[code] ?? { code: "rejected" as const, text: "SMSC refused the request" };
    return {
      ...known,
      text: said === "" ? `${known.text} (SMSC error ${code})` : `${known.text} (SMSC: ${said})`,
      ...(code === "9" && /duplicate/i.test(said) ? { duplicate: true as const } : {}),
    };
  },

  send: ({ reference, to, text, sender }) => ({
    path: "sys/send.php",
    fields: { phones: to, mes: text, id: reference, cost: "3", ...(sender === "" ? {} : { sender }) },
  }),
  sentKey: (answer, { reference }) => (textOf(fieldsOf(answer)["id"]) === "" ? null : reference),
  find: {
    ask: ({ reference, to }) => ({ path: "sys/status.php", fields: { phone: to, id: reference } }),
    found: (answer) => {
      const status = textOf(fieldsOf(Array.isArray(answer) ? answer[0] : answer)["status"]);
      return status !== "" && status !== "-3";
    },
  },
  status: {
    perRequest: 100,
    // A list is answered with a list that names each message only when the ids end with a comma or are several.
    ask: (messages) => ({
      path: "sys/status.php",
      fields: { phone: messages.map((one) => `${one.to},`).join(""), id: messages.map((one) => `${one.key},`).join("") },
    }),
    read: (answer) => (Array.isArray(answer) ? answer : [answer]).flatMap((one) => statusOf(fieldsOf(one)) ?? []),
  },
  incoming: {
    ask: (afterId) => ({ path: "sys/get.php", fields: { get_answers: "1", ...(afterId === null ? { hour: "24" } : { after_id: afterId }) } }),
    read: (answer) =>
      (Array.isArray(answer) ? answer : []).map((one) => {
        const { id, phone, message, to_phone, received, sent } = fieldsOf(one);
        if (textOf(id) === "" || textOf(phone) === "") return { unreadable: "An incoming message of SMSC without id or sender", raw: one };
        return {
          id: textOf(id),
          from: textOf(phone),
          to: textOf(to_phone),
          text: typeof message === "string" ? message : textOf(message),
          localTime: localTime(textOf(received) || textOf(sent)),
        };
      }),
  },
  balance: {
    ask: () => ({ path: "sys/balance.php", fields: { cur: "1" } }),
    read: (answer) => {
      const { balance, currency } = fieldsOf(answer);
      return { amount: Number(textOf(balance)), currency: textOf(currency).replace("RUR", "RUB") || "RUB" };
    },
  },

  callback(fields) {
    if (textOf(fields["status"]) !== "") {
      const status = statusOf(fields);
      if (status === null) throw new Error("A state without the id of its message");
      return { status };
    }
    if (fields["mes"] === undefined) return null;
    const { phone, mes, to, id, time, ts } = fields;
    if (textOf(phone) === "") throw new Error("An incoming message without its sender");
    if (textOf(id) === "") throw new Error("An incoming message without its id");
    const seconds = Number(textOf(ts));
    const incoming: IncomingSms = {
      id: textOf(id),
      from: textOf(phone),
      to: textOf(to),
      text: typeof mes === "string" ? mes : textOf(mes),
      localTime: localTime(textOf(time)),
      at: Number.isInteger(seconds) && seconds > 0 ? seconds * 1_000 : undefined,
    };
    return { incoming };
  },
};

/** https://smsc.ru/api/http/status_messages/statuses/ */
const STATUSES: StatusTable = {
  "-3": { state: null },
  "-2": { state: null },
  "-1": { state: null },
  "0": { state: "sent" },
  "1": { state: "delivered" },
  "2": { state: "read" },
  "3": { state: "failed", text: "Not delivered in time: the phone was off or out of reach" },
  "4": { state: "read" },
  "20": { state: "failed", text: "It cannot be delivered" },
  "22": { state: "failed", text: "The number does not exist" },
  "23": { state: "failed", text: "Forbidden by the operator or by the account's settings" },
  "24": { state: "failed", text: "There is no money left on the SMSC account" },
  "25": { state: "failed", text: "The number cannot be reached through SMSC" },
};

/** https://smsc.ru/api/http/status_messages/errors/ : why, beside the state. */
const REASONS: Record<string, string> = {
  "1": "the subscriber does not exist",
  "6": "the phone is not in the network",
  "11": "the subscriber has no SMS service",
  "12": "the phone reports an error",
  "13": "the subscriber is blocked",
  "21": "the phone takes no SMS",
  "200": "it was sent virtually, as a test",
  "220": "the operator's queue is full",
  "237": "the subscriber does not answer",
  "238": "no template for this text is registered",
  "239": "the address of our server is not allowed",
  "240": "the subscriber is busy",
  "241": "the text could not be converted",
  "242": "an answering machine took it",
  "243": "there is no contract with the operator",
  "244": "mailings are forbidden",
  "245": "the operator reported no state",
  "246": "sending is not allowed at this hour",
  "247": "the limit of messages is used up",
  "248": "there is no route to this operator",
  "249": "the number is malformed",
  "250": "the number is forbidden in the account's settings",
  "251": "the limit for one number is used up",
  "252": "the number is on the stop list",
  "253": "the spam filter took it",
  "254": "the sender name is not registered",
  "255": "the operator refused it",
};

/** https://smsc.ru/api/http/send/sms/, table of errors of sending; the other requests use the same numbers. */
const FAULTS: FaultTable = {
  "1": { code: "rejected", text: "SMSC could not read the message: check the sender name and the number" },
  "2": { code: "bad-credentials", text: "SMSC refused the login, password or API key, or does not allow requests from our address: check the settings" },
  "3": { code: "rejected", text: "There is no money left on the SMSC account: top it up and send again" },
  "4": { code: "rate-limited", text: "SMSC has blocked our address for a while after many faulty requests", retryAfterMs: 300_000 },
  "5": { code: "rejected", text: "SMSC could not read a date" },
  "6": { code: "rejected", text: "SMSC forbids this text or this sender name: agree it with SMSC first" },
  "7": { code: "rejected", text: "The number is not a mobile number that SMSC can reach" },
  "8": { code: "rejected", text: "SMSC cannot deliver to this number" },
  "9": { code: "rate-limited", text: "SMSC takes no more requests this minute", retryAfterMs: 60_000 },
};

function statusOf(fields: Record<string, unknown>): StatusReport | null {
  const key = textOf(fields["id"]);
  const status = textOf(fields["status"]);
  if (key === "" || status === "") return null;
  const known = STATUSES[status];
  if (known === undefined) return { key, state: null };
  if (known.state !== "failed") return { key, state: known.state };
  const err = textOf(fields["err"]);
  const reason = REASONS[err];
  const phone = textOf(fields["phone"]);
  return {
    key,
    state: "failed",
    failure: reason === undefined ? `${known.text}${err === "" || err === "0" ? "" : ` (SMSC reason ${err})`}` : `${known.text}: ${reason}`,
    ...((status === "22" || err === "1") && phone !== "" ? { unknownNumber: { phone } } : {}),
  };
}

/** "dd.mm.yyyy hh:mm:ss" of the account's time zone. */
function localTime(text: string): string | null {
  const found = /^(\d{2})\.(\d{2})\.(\d{4}) (\d{2}:\d{2}:\d{2})$/.exec(text);
  return found === null ? null : `${found[3]}-${found[2]}-${found[1]}T${found[4]}`;
}
