import { randomUUID } from "node:crypto";
import type { AccessObject } from "@kommutator/contract/access";
import type { Id } from "@kommutator/contract/ids";
import type { ApiFixture, Browser } from "@kommutator/gateway/api/testing/api.fixture";
import type { SeededEmployee } from "../support/company.ts";

/** What an id can name, and by the right to read which object it is known. */
export const KINDS = {
  customer: "customer",
  contact: "customer",
  contactPoint: "customer",
  lead: "lead",
  interest: "interest",
  interaction: "interaction",
  dialog: "dialog",
  message: "dialog",
  offer: "dialog",
  blob: "dialog",
  call: "call",
  inquiry: "inquiry",
  absence: "employee",
  /** What was delegated in an absence. */
  handedOver: "employee",
  employee: "employee",
  department: "department",
  queue: "queue",
  emergency: "queue",
  task: "task",
  import: "import",
  importProfile: "catalogue",
  role: "role",
  file: "customer",
  merge: "customer",
  /** These are their owner's alone. */
  savedFilter: null,
  notification: null,
  session: null,
  canned: "canned",
  channel: "channel",
  line: "channel",
  calendar: "calendar",
  catalogue: "catalogue",
} as const satisfies Record<string, AccessObject | null>;
export type Kind = keyof typeof KINDS;

/** Tables whose rows have a version, so that a valid body can name it. */
const VERSIONED: Partial<Record<Kind, string>> = {
  customer: "customer",
  contact: "contact",
  contactPoint: "contact_point",
  lead: "lead",
  interest: "interest",
  interaction: "interaction",
  inquiry: "inquiry",
  employee: "employee",
  department: "department",
  queue: "queue",
  task: "task",
  import: "import_batch",
  role: "role",
  file: "file",
  canned: "canned_answer",
  channel: "channel",
  line: "line",
  calendar: "working_calendar",
};

let serial = 0;
/** A number that nobody had before. */
export const next = (): number => ++serial;
const DAY = 86_400_000;

/** One department's people and things: everything is made anew, through the API, by the least who may. */
export class Side {
  readonly house: ApiFixture;
  readonly me: SeededEmployee;
  /** Somebody of the same department. */
  readonly colleague: { id: Id };
  readonly browser: Browser;
  /** Whoever steers the department. */
  readonly chief: Browser;
  readonly admin: Browser;
  readonly queueId: Id;
  readonly chatId: Id;
  readonly voiceId: Id;
  /** Which kind of thing an id names: of both sides. */
  readonly kinds: Map<Id, Kind>;

  /** A reason for which potential clients are given up. */
  readonly disqualifiedId: Id;

  constructor(
    house: ApiFixture,
    of: Pick<Side, "me" | "colleague" | "browser" | "chief" | "admin" | "queueId" | "chatId" | "voiceId" | "kinds" | "disqualifiedId">,
  ) {
    this.house = house;
    this.me = of.me;
    this.colleague = of.colleague;
    this.browser = of.browser;
    this.chief = of.chief;
    this.admin = of.admin;
    this.queueId = of.queueId;
    this.chatId = of.chatId;
    this.voiceId = of.voiceId;
    this.kinds = of.kinds;
    this.disqualifiedId = of.disqualifiedId;
    this.know("employee", of.me.id);
    this.know("employee", of.colleague.id);
    this.know("department", of.me.departmentId);
    this.know("queue", of.queueId);
    this.know("channel", of.chatId);
  }

  know(kind: Kind, id: Id): Id {
    this.kinds.set(id, kind);
    return id;
  }
  /** The version of a row as it is now. */
  async version(id: Id): Promise<number> {
    const table = VERSIONED[this.kinds.get(id) as Kind];
    if (table === undefined) throw new Error(`no versioned table is known for ${this.kinds.get(id) ?? "an unknown id"}: name it in world.ts`);
    const [row] = await this.house.sql<{ version: number }[]>`SELECT version FROM ${this.house.sql(table)} WHERE id = ${id}`;
    return (row as { version: number }).version;
  }
  /** The same for rows of a catalogue, whose table one names. */
  async versionIn(table: string, id: Id): Promise<number> {
    const [row] = await this.house.sql<{ version: number }[]>`SELECT version FROM ${this.house.sql(table)} WHERE id = ${id}`;
    return row?.version ?? 0;
  }
  /** Makes something through the API and knows it. */
  async make(kind: Kind, path: string, body: object, as: Browser = this.browser, headers: Record<string, string> = {}): Promise<Id> {
    const answer = await as.call("POST", path, body, headers);
    if (answer.statusCode >= 300) throw new Error(`POST ${path} for a ${kind}: ${answer.statusCode} ${answer.body}`);
    return this.know(kind, answer.json().id);
  }

  readonly #makers: Record<Kind, () => Promise<Id>> = {
    customer: () =>
      this.make("customer", "/customers", { kind: "company", name: this.name("Customer"), responsibleId: this.me.id, contactPoints: [this.phone()] }),
    contact: async () => this.contactOf(await this.customer()),
    contactPoint: async () => this.make("contactPoint", "/contact-points", { ...this.phone(), customerId: await this.customer() }),
    lead: () => this.make("lead", "/leads", { contactName: this.name("Lead"), contactPoints: [this.phone()] }),
    interest: async () => this.interestOf(await this.customer()),
    interaction: async () => this.interactionOf(await this.customer()),
    dialog: async () => this.know("dialog", await this.house.dialog({ channelId: this.chatId, assignee: this.me.id, text: this.name("Words") })),
    message: async () => {
      const [row] = await this.house.sql<{ id: Id }[]>`SELECT id FROM message WHERE dialog_id = ${await this.dialog()} LIMIT 1`;
      return this.know("message", (row as { id: Id }).id);
    },
    offer: async () => {
      const dialogId = await this.waiting();
      const [row] = await this.house.sql<{ id: Id }[]>`
        INSERT INTO offer (id, entry_id, dialog_id, employee_id, rung, reason, state, command_id, created_at, deadline_at)
        SELECT gen_random_uuid(), id, dialog_id, ${this.me.id}, 'queue', '{}', 'presented', ${randomUUID()}, now(), now() + interval '1 hour' FROM entry WHERE dialog_id = ${dialogId} RETURNING id`;
      return this.know("offer", (row as { id: Id }).id);
    },
    blob: async () => {
      const answer = await this.browser.call("POST", "/blobs", FILE.payload, FILE.headers);
      return this.know("blob", answer.json().blobId);
    },
    call: async () => this.know("call", await this.house.callOf(await this.house.dialog({ channelId: this.voiceId, assignee: this.me.id, medium: "voice" }))),
    inquiry: async () => {
      const answer = await this.browser.call("GET", `/dialogs/${await this.dialog()}/reception`);
      return this.know("inquiry", answer.json().inquiry.id);
    },
    absence: () => {
      const from = Date.now() + next() * 2 * DAY;
      return this.make("absence", "/absences", { employeeId: this.me.id, from: new Date(from).toISOString(), to: new Date(from + DAY).toISOString() });
    },
    employee: () =>
      this.make(
        "employee",
        "/employees",
        {
          login: `person${next()}`,
          name: this.name("Person"),
          departmentId: this.me.departmentId,
          calendarId: this.house.company.calendars.always,
          roleIds: [this.house.company.roles.agent],
          password: "correct horse battery",
        },
        this.admin,
      ),
    department: () => this.make("department", "/departments", { name: this.name("Department"), parentId: this.me.departmentId }, this.admin),
    queue: () =>
      this.make(
        "queue",
        "/queues",
        { name: this.name("Queue"), departmentId: this.me.departmentId, calendarId: this.house.company.calendars.always },
        this.admin,
      ),
    emergency: async () =>
      this.make("emergency", "/emergency", { queueId: await this.queue(), mode: "closed", until: new Date(Date.now() + DAY).toISOString() }, this.admin),
    task: async () => this.make("task", "/tasks", { title: this.name("Task") }),
    file: async () => this.make("file", "/files", { object: "customer", objectId: await this.customer(), blobId: await this.of("blob") }),
    import: () => this.make("import", "/imports?object=customer&name=cards.csv", IMPORT.body, this.chief, IMPORT.headers),
    importProfile: () =>
      this.make("importProfile", "/import-profiles", { object: "customer", name: this.name("Profile"), options: {}, mapping: {} }, this.admin),
    role: () => this.make("role", "/roles", { name: this.name("Role"), permissions: [] }, this.admin),
    merge: () => Promise.reject(new Error("made by its own line")),
    handedOver: () => Promise.reject(new Error("made by its own line")),
    session: () => Promise.reject(new Error("made by its own line")),
    savedFilter: () => this.make("savedFilter", "/saved-filters", { list: "tasks", name: this.name("Filter"), filter: {} }),
    notification: async () => {
      const [row] = await this.house.sql<{ id: Id }[]>`
        INSERT INTO notification (employee_id, kind, key, object, object_id, payload, created_at) VALUES (${this.me.id}, 'task.new', ${randomUUID()}, 'task', ${await this.of("task")}, '{}', now()) RETURNING id`;
      return this.know("notification", (row as { id: Id }).id);
    },
    canned: () => this.make("canned", "/canned-answers", { title: this.name("Answer"), body: "Good day" }),
    channel: async () => this.know("channel", await this.house.channel("web-chat")),
    line: () => this.make("line", `/channels/${this.voiceId}/lines`, { number: this.phone().value }, this.admin),
    calendar: () => this.make("calendar", "/calendars", { name: this.name("Calendar"), tz: "Asia/Almaty", week: {}, exceptions: [] }, this.admin),
    catalogue: () => this.make("catalogue", "/catalogues/sources", { name: this.name("Source") }, this.admin),
  };
  /** Something new of this kind. */
  of(kind: Kind): Promise<Id> {
    return this.#makers[kind]();
  }
  customer = () => this.of("customer");
  contact = () => this.of("contact");
  lead = () => this.of("lead");
  interest = () => this.of("interest");
  interaction = () => this.of("interaction");
  dialog = () => this.of("dialog");
  inquiry = () => this.of("inquiry");
  queue = () => this.of("queue");
  employee = () => this.of("employee");

  contactOf(customerId: Id): Promise<Id> {
    return this.make("contact", `/customers/${customerId}/contacts`, {
      lastName: this.name("Contact"),
      contactPoints: [{ kind: "email", value: `c${next()}@firma.example` }],
    });
  }
  interestOf(customerId: Id, more: object = {}): Promise<Id> {
    const kindId = this.catalogues.interestKinds["sale"]?.id;
    return this.make("interest", "/interests", { kindId, title: this.name("Interest"), customerId, amount: 100, parallelReason: "Another branch", ...more });
  }
  interactionOf(customerId: Id): Promise<Id> {
    return this.make("interaction", "/interactions", { ...this.plan(), customerId });
  }
  /** With whom something is, as the database has it. */
  async customerOf(table: "interest" | "interaction" | "customer_contact", id: Id): Promise<Id> {
    const { sql } = this.house;
    const [row] = await sql<
      { id: Id }[]
    >`SELECT customer_id AS id FROM ${sql(table)} WHERE ${sql(table === "customer_contact" ? "contact_id" : "id")} = ${id} LIMIT 1`;
    return this.know("customer", (row as { id: Id }).id);
  }
  /** A dialog that waits in the department's queue. */
  async waiting(): Promise<Id> {
    return this.know("dialog", await this.house.dialog({ channelId: this.chatId, queueId: this.queueId }));
  }
  /** A row of a catalogue, made by whoever keeps catalogues. */
  row = (path: string, body: object): Promise<Id> => this.make("catalogue", path, body, this.admin);

  get catalogues() {
    const all = this.house.company.catalogues;
    return { ...all, disqualified: this.disqualifiedId };
  }
  name = (what: string) => `${what} ${this.me.login} ${next()}`;
  phone = () => ({ kind: "phone", value: `+7701${String(7_000_000 + next())}` });
  plan = () => ({ typeId: this.catalogues.interactionTypes["call"]?.id, subject: this.name("Call"), plannedFrom: new Date(Date.now() + DAY).toISOString() });
}

/** A file of cards as a browser uploads it. */
export const IMPORT = { body: Buffer.from("Name,Phone\nImported,+77019998877\n"), headers: { "content-type": "application/octet-stream" } };
const BOUNDARY = "----kommutator";
/** A small file as a browser uploads it. */
export const FILE = {
  payload: Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="plan.pdf"\r\nContent-Type: application/pdf\r\n\r\nplan\r\n--${BOUNDARY}--\r\n`,
  ),
  headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
};
