import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { launchBrowser } from "../../lab/support/browser.ts";
import { until } from "../../lab/support/wait.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../../support/house.ts";
import { listen, person, signIn } from "../support.ts";
import type { ChannelDriver } from "./driver.ts";
import { type EmailDriver, email } from "./mail.ts";
import { type TelegramDriver, telegram, type ViberDriver, type VkDriver, viber, vk } from "./messengers.ts";
import { smsHttp, smsSmpp, webChat, webForm } from "./plain.ts";

export const FIRST = "first-password";
/** Every kind of written channel, by its name. */
export const makers = { "web-chat": webChat, email, "sms-http": smsHttp, "sms-smpp": smsSmpp, telegram, viber, vk, "web-form": webForm };
export type Kind = keyof typeof makers;

/** One house with a channel of every kind over the vendors' emulators, and Dana, an agent, at her browser. */
export class Stage {
  house!: HouseProcess;
  admin!: ApiClient;
  browser!: Browser;
  page!: Page;
  /** Errors of Dana's page. */
  errors!: { check(): void };
  readonly drivers = new Map<string, ChannelDriver>();
  readonly channels = new Map<string, string>();
  /** Passwords of the sample company's people, by login. */
  readonly passwords = new Map<string, string>();
  #context: BrowserContext | undefined;
  /** Which dialog `mine` has opened last, and where. */
  #at = "";

  async open(): Promise<void> {
    this.house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
    this.admin = await ApiClient.login(this.house.url, "admin", FIRST);
    const sample = await this.admin.post<{ people: { login: string; password: string }[] }>("/setup/sample");
    for (const { login, password } of sample.people) this.passwords.set(login, password);
    const [first] = await this.admin.get<{ queueId: string }[]>("/channels");
    this.browser = await launchBrowser();
    await Promise.all(
      Object.entries(makers).map(async ([kind, make]) => {
        const driver = await make();
        this.drivers.set(kind, driver);
        const body = { kind, name: `e2e ${kind}`, queueId: first?.queueId, config: driver.config(this.house.url) };
        this.channels.set(kind, (await this.admin.post<{ id: string }>("/channels", body)).id);
      }),
    );
    const up = async () => {
      const rows = await this.admin.get<{ id: string; kind: string; status: { state: string; detail: string | null } }[]>("/channels");
      const late = rows.filter((row) => [...this.channels.values()].includes(row.id) && row.status.state !== "up");
      if (late.length > 0) throw new Error(JSON.stringify(late.map((row) => [row.kind, row.status])));
      return true;
    };
    // Nothing here is tried again by the runner: a channel may need two or three attempts.
    await eventually("every channel is up", up, 60_000);
    for (const [kind, driver] of this.drivers) await driver.opened?.(this.house.url, this.channels.get(kind) as string);
    ({ context: this.#context, page: this.page } = await person(this.browser));
    this.errors = listen(this.page);
    await signIn(this.page, this.house.url, "dana", this.passwords.get("dana") as string);
  }

  async close(): Promise<void> {
    await this.#context?.close();
    await this.browser?.close();
    await this.house?.close();
    await Promise.all([...this.drivers.values()].map((driver) => driver.close()));
  }

  driver(kind: Kind): ChannelDriver {
    return this.drivers.get(kind) as ChannelDriver;
  }
  get telegram(): TelegramDriver {
    return this.drivers.get("telegram") as TelegramDriver;
  }
  get viber(): ViberDriver {
    return this.drivers.get("viber") as ViberDriver;
  }
  get vk(): VkDriver {
    return this.drivers.get("vk") as VkDriver;
  }
  get email(): EmailDriver {
    return this.drivers.get("email") as EmailDriver;
  }

  /** The dialog of this channel, opened from the queue by the keyboard. */
  async fromQueue(kind: Kind): Promise<Locator> {
    await this.page.goto(`${this.house.url}/dialogs?view=queue`);
    return this.#enter(this.#rows(kind).first());
  }
  /** A dialog of Dana's on this channel, opened by the keyboard unless it is open; `who`: this person's. */
  async mine(kind: Kind, who?: string): Promise<Locator> {
    const wanted = `${kind} ${who ?? ""} ${this.page.url()}`;
    if (wanted === this.#at) return this.page.getByRole("log", { name: "Переписка" });
    await this.page.goto(`${this.house.url}/dialogs`);
    const rows = this.#rows(kind);
    const thread = await this.#enter((who === undefined ? rows : rows.filter({ hasText: who })).first());
    this.#at = `${kind} ${who ?? ""} ${this.page.url()}`;
    return thread;
  }
  #rows(kind: Kind): Locator {
    return this.page.locator("a[data-dialog]").filter({ has: this.page.locator(`[data-kind="${kind}"]`) });
  }
  async #enter(row: Locator): Promise<Locator> {
    await row.focus();
    await this.page.keyboard.press("Enter");
    const thread = this.page.getByRole("log", { name: "Переписка" });
    await thread.waitFor();
    return thread;
  }

  /** The field of the reply. */
  get reply(): Locator {
    return this.page.getByLabel("Ответ клиенту");
  }
  async beginReply(): Promise<void> {
    await this.reply.waitFor();
    // In a field the key would be a letter.
    if (!(await this.reply.evaluate((each) => each === document.activeElement))) await this.page.keyboard.press("r");
    await this.caretStands(this.reply);
  }
  async caretStands(field: Locator): Promise<void> {
    await until("the caret stands there", async () => (await field.count()) > 0 && field.evaluate((each) => each === document.activeElement));
  }
  async answer(text: string): Promise<void> {
    await this.beginReply();
    await this.page.keyboard.type(text);
    await this.page.keyboard.press("Enter");
  }
  /** A file is pasted into the reply, as from the clipboard, and is there. */
  async paste(name: string, mime: string, bytes: Buffer): Promise<void> {
    await this.beginReply();
    await this.reply.evaluate(
      (field, given) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(given.bytes)], given.name, { type: given.mime }));
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      },
      { name, mime, bytes: [...bytes] },
    );
    await this.page.getByRole("button", { name: `Убрать ${name}` }).waitFor();
  }
  async received(kind: Kind): Promise<string[]> {
    return (await this.driver(kind).received?.()) ?? [];
  }
  /** Our message with this text in the thread on screen. */
  out(text: string): Locator {
    return this.page.locator('article[data-direction="out"]').filter({ hasText: text });
  }
  /** The customer's message with this text in the thread on screen. */
  in(text: string): Locator {
    return this.page.locator('article[data-direction="in"]').filter({ hasText: text });
  }
}
