import { type Desk, Wire } from "./wire.ts";

interface Answer {
  id: number;
  phone: string;
  message: string;
}

/**
 * SMSC as its documentation describes it (https://smsc.ru/api/http/): send, status, get_answers and balance with `fmt=3`.
 * The same message twice within a minute is refused with error 9, an unknown one has the state -3.
 */
export class SmscEmulator implements Desk {
  readonly login = "house";
  readonly password = "correct horse battery";
  readonly wire = new Wire(this);
  accepted = true;
  /** What was taken for sending, by the client's id. */
  readonly taken: { id: string; phones: string; mes: string; sender: string; at: number }[] = [];
  readonly states = new Map<string, { status: number; err: number }>();
  readonly answers: Answer[] = [];
  /** Answers with an id up to this one were asked past: the client has them. */
  acknowledgedUpTo = 0;
  /** The next question for answers gets all of them again. */
  everythingAgain = false;
  /** Put into the next list of answers as they are. */
  readonly rubbish: unknown[] = [];

  sends(path: string): boolean {
    return path === "sys/send.php";
  }

  hear(phone: string, message: string): void {
    this.answers.push({ id: 1_000 + this.answers.length, phone, message });
  }

  answer(path: string, fields: Record<string, string>): unknown {
    if (!this.accepted || fields["login"] !== this.login || fields["psw"] !== this.password) return { error: "authorise error", error_code: 2 };
    switch (path) {
      case "sys/send.php":
        return this.#send(fields);
      case "sys/status.php":
        return this.#status(fields);
      case "sys/get.php":
        return this.#answers(fields);
      case "sys/balance.php":
        return { balance: "282.75", currency: "RUR" };
      default:
        return { error: "parameters error", error_code: 1 };
    }
  }

  #send(fields: Record<string, string>): unknown {
    const { id = "", phones = "", mes = "", sender = "" } = fields;
    if (!/^[\w.-]{1,40}$/.test(id)) return { error: "parameters error", error_code: 1 };
    if (!/^[1-9]\d{9,14}$/.test(phones)) return { error: "invalid number", error_code: 7, id };
    const now = Date.now();
    if (this.taken.some((one) => one.phones === phones && one.mes === mes && one.id === id && now - one.at < 60_000))
      return { error: "duplicate request, wait a minute", error_code: 9 };
    this.taken.push({ id, phones, mes, sender, at: now });
    return { id, cnt: Math.ceil(mes.length / 70), cost: "3.3", balance: "3215.3097" };
  }

  #status(fields: Record<string, string>): unknown {
    const ids = (fields["id"] ?? "").split(",").filter((one) => one !== "");
    const phones = (fields["phone"] ?? "").split(",").filter((one) => one !== "");
    const list = ids.map((id, i) => {
      const phone = phones[i] ?? "";
      if (!this.taken.some((one) => one.id === id && one.phones === phone)) return { status: -3, id, phone };
      const { status, err } = this.states.get(id) ?? { status: -1, err: 0 };
      return { status, last_date: "15.08.2021 20:27:22", last_timestamp: 1629048442, flag: 0, err, id, phone };
    });
    return (fields["id"] ?? "").includes(",") ? list : list[0];
  }

  #answers(fields: Record<string, string>): unknown {
    const after = Number(fields["after_id"] ?? 0);
    this.acknowledgedUpTo = Math.max(this.acknowledgedUpTo, after);
    const from = this.everythingAgain ? 0 : after;
    this.everythingAgain = false;
    const list: unknown[] = this.answers
      .filter((one) => one.id > from)
      .map((one) => ({ ...one, received: "21.11.2026 12:00:00", sent: "21.11.2026 11:59:58", to_phone: "79000000000" }));
    list.push(...this.rubbish.splice(0));
    return list;
  }
}
