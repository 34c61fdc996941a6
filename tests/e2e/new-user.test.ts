import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, freePort } from "../support/house.ts";
import { accessible, countClicks, listen, person, screenshot, signIn } from "./support.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
let dir: string;
let url: string;
let child: ChildProcess;
let log = "";
let browser: Browser;

// A clone without node_modules or data, and nothing but `npm start`.
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "kommutator-newcomer-"));
  // Where PostgreSQL's user may come too, so that its data lie in the clone and go with it.
  await chmod(dir, 0o755);
  execFileSync("git", ["clone", "--quiet", "--no-hardlinks", ROOT, join(dir, "kommutator")]);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const { PATH, HOME } = process.env;
  child = spawn("npm", ["start"], { cwd: join(dir, "kommutator"), env: { PATH, HOME, PORT: String(port) }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (d: Buffer) => {
      log += d.toString();
    });
  await eventually(
    "npm start says that it is ready",
    async () => {
      if (child.exitCode !== null) throw new Error(log);
      return log.includes("Kommutator is ready") && (await fetch(`${url}/health`)).ok;
    },
    420_000,
  ).catch((error: unknown) => {
    throw new Error(log.slice(-4000), { cause: error });
  });
  browser = await launchBrowser();
}, 430_000);

afterAll(async () => {
  await browser?.close();
  if (child?.pid !== undefined) {
    const group = -child.pid;
    const server = join(dir, "kommutator", "data", "pg", "postmaster.pid");
    const served = existsSync(server);
    if (alive(group)) process.kill(group, "SIGTERM");
    // npm is gone at once, the house when what was in flight is finished and its PostgreSQL has ended.
    await eventually("nothing of it runs any more", async () => !alive(group), 60_000);
    // Ctrl+C comes to the whole group and npm hands it on once more: the database is stopped all the same.
    expect([served, existsSync(server)]).toEqual([true, false]);
  }
  await rm(dir, { recursive: true, force: true });
});

function alive(group: number): boolean {
  try {
    return process.kill(group, 0);
  } catch {
    return false;
  }
}

test("a newcomer starts the house, loads the sample company, and receives a visitor's chat into an Interest in at most three clicks", async () => {
  const password = /admin\s+\/\s+(\S+)/.exec(log)?.[1] as string;
  const admin = await person(browser);
  const adminErrors = listen(admin.page);
  await admin.page.goto(url);
  await admin.page.getByLabel("Логин").waitFor();
  await screenshot(admin.page, "login");
  await accessible(admin.page);
  await signIn(admin.page, url, "admin", password).catch(() => undefined);
  await admin.page.getByText("Загрузить пример компании").first().waitFor();
  await screenshot(admin.page, "welcome");
  await accessible(admin.page);
  await admin.page.getByText("Загрузить пример компании").first().click();
  await admin.page.getByText("Пример компании готов").waitFor();
  await screenshot(admin.page, "sample-ready");
  const row = admin.page.getByRole("row", { name: /bolat/ });
  const cells = await row.getByRole("cell").allInnerTexts();
  const agentPassword = cells.map((c) => c.trim()).find((c) => /^\w{4}-\w{4}-\w{4}$/.test(c)) as string;
  const chatUrl = await eventually("the chat's address is shown", async () => admin.page.getByRole("link", { name: /\/chat\// }).getAttribute("href"));

  const agent = await person(browser);
  const agentErrors = listen(agent.page);
  await signIn(agent.page, url, "bolat", agentPassword);
  await agent.page.getByRole("button", { name: "Начать работу" }).click();

  const visitor = await person(browser);
  await visitor.page.goto(new URL(chatUrl, url).href);
  const say = async (words: string) => {
    await visitor.page.getByRole("textbox").first().fill(words);
    await visitor.page.keyboard.press("Enter");
  };
  const accept = agent.page.getByRole("region", { name: "Предложенные диалоги" }).getByRole("button", { name: "Принять" });
  // The socket takes the card away before the answer is there: the dialog opens all the same.
  await agent.page.route(
    "**/offers/*/accept",
    async (route) => {
      const response = await route.fetch();
      await accept.waitFor({ state: "detached" });
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  await say("Здравствуйте! Сколько стоит доставка кресел?");
  await accept.click();
  await agent.page.getByText("Сколько стоит доставка кресел?").last().waitFor();
  await agent.page.getByLabel("Ответ клиенту").fill("Добрый день! По городу бесплатно.");
  await agent.page.keyboard.press("Enter");
  await visitor.page.getByText("По городу бесплатно").waitFor();
  await screenshot(agent.page, "dialog-first");
  await screenshot(visitor.page, "visitor");
  await accessible(visitor.page);

  // The visitor becomes a customer; the next time he writes he is known.
  const api = await ApiClient.login(url, "bolat", agentPassword);
  const { items } = await api.get<{ items: { id: string; party: { leadId: string } }[] }>("/dialogs?view=mine");
  const first = items[0] as { id: string; party: { leadId: string } };
  await api.post(`/leads/${first.party.leadId}/convert`, {
    qualify: true,
    customerId: null,
    contactId: null,
    customer: { kind: "person", name: "Серик Ахметов" },
  });
  await api.post(`/dialogs/${first.id}/close`);
  const wizard = agent.page.locator("form[data-reception]");
  const before = await wizard.getAttribute("data-reception");
  await say("И ещё один вопрос: есть ли чёрные?");
  await accept.click();
  await agent.page.getByText("есть ли чёрные").last().waitFor();
  await agent.page.getByText("Серик Ахметов").first().waitFor();
  // The new dialog's wizard, not the one that stood there for the first.
  await eventually("the wizard is that of the second dialog", async () => ![null, before].includes(await wizard.getAttribute("data-reception")));
  const clicks = await countClicks(agent.page);
  await agent.page.locator("[data-purpose=buy]").click();
  await agent.page.getByRole("button", { name: /Принять в/ }).click();
  await agent.page.getByText(/Обращение №\d+ принято/).waitFor();
  expect(await clicks()).toBeLessThanOrEqual(3);
  await screenshot(agent.page, "received");
  await accessible(agent.page);
  agentErrors.check();
  adminErrors.check();
});
