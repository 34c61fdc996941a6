import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedServer, startEmbedded } from "@kommutator/gateway/db/embedded";
import { connect } from "@kommutator/gateway/db/pool";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { Visitor } from "../support/visitor.ts";
import { person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
const VISITORS = 10;
const EACH = 50;
let house: HouseProcess;
let browser: Browser;
let dir: string;
let postgres: EmbeddedServer;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});
// A PostgreSQL of its own, because it is restarted.
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "kommutator-crash-"));
  await chmod(dir, 0o755);
  postgres = await startEmbedded(join(dir, "pg"));
  const admin = connect(postgres.url, { max: 1 });
  await admin.unsafe("CREATE DATABASE house");
  await admin.end();
  house = await startHouseProcess({ databaseUrl: postgres.url.replace(/\/postgres$/, "/house"), env: { FIRST_PASSWORD: FIRST, TRUST_PROXY: "true" } });
});
afterEach(async () => {
  await house?.close();
  await postgres?.stop();
  await rm(dir, { recursive: true, force: true });
});

interface Row {
  id: string;
  party: { name: string };
}

const FAULTS = {
  "the house is killed with -9": () => house.kill("SIGKILL").then(() => house.restart()),
  "PostgreSQL is restarted": async () => {
    const { port } = postgres;
    await postgres.stop();
    postgres = await startEmbedded(join(dir, "pg"), { port });
  },
};

test.each(Object.entries(FAULTS))(
  "%s in the middle of five hundred messages: every acknowledged one is shown once, in order, in two browsers that were open all the time",
  async (_, fault) => {
    const admin = await ApiClient.login(house.url, "admin", FIRST);
    const sample = await admin.post<{ people: { login: string; password: string }[]; chatUrl: string }>("/setup/sample");
    const chatId = sample.chatUrl.split("/").at(-1) as string;
    const { version } = await admin.get<{ id: string; version: number }[]>("/channels").then((all) => all.find((c) => c.id === chatId) as { version: number });
    await admin.patch(`/channels/${chatId}`, { version, config: { messagesPerMinute: 100_000 } });
    const erlan = sample.people.find((p) => p.login === "erlan") as { login: string; password: string };
    const people = [await person(browser), await person(browser)];
    await signIn((people[0] as { page: (typeof people)[0]["page"] }).page, house.url, "admin", FIRST);
    await signIn((people[1] as { page: (typeof people)[0]["page"] }).page, house.url, erlan.login, erlan.password);
    for (const { page } of people) {
      await page.goto(`${house.url}/dialogs?view=queue`);
      await page.getByRole("tablist").waitFor();
    }

    const visitors = await eventually("the chat is open again", async () =>
      Promise.all(Array.from({ length: VISITORS }, (_, v) => Visitor.arrive(house.url, chatId, `203.0.113.${v + 1}`))),
    );
    let acknowledged = 0;
    let killed: Promise<void> | null = null;
    const middle = (VISITORS * EACH) / 2;
    await Promise.all(
      visitors.map(async (visitor, v) => {
        for (let n = 1; n <= EACH; n++) {
          const key = randomUUID();
          // As the visitor's page does: the same key again until it is acknowledged, and only then the next message.
          await eventually(`message ${n} of visitor ${v} is acknowledged`, () => visitor.say(`[${v}/${n}]`, { key, claims: { name: `Гость ${v}` } }), 60_000);
          acknowledged++;
          if (acknowledged >= middle && killed === null) killed = fault();
        }
      }),
    );
    await killed;
    expect(acknowledged).toBe(VISITORS * EACH);

    const rows = await eventually("all dialogs are there", async () => {
      const { items } = await admin.get<{ items: Row[] }>("/dialogs?view=queue&limit=200");
      return items.length === VISITORS ? items : null;
    });
    const wanted = new Map(Array.from({ length: VISITORS }, (_, v) => [`Гость ${v}`, Array.from({ length: EACH }, (_, n) => `[${v}/${n + 1}]`)]));
    const counts = await Promise.all(
      people.map(async ({ page }, screen) => {
        let seen = 0;
        for (const row of rows) {
          await page.locator(`[data-dialog="${row.id}"]`).click();
          const texts = wanted.get(row.party.name) as string[];
          await page
            .getByText(texts.at(-1) as string, { exact: true })
            .last()
            .waitFor();
          const shown = await eventually(`the thread of ${row.party.name} is whole`, async () => {
            const found = (await page.locator("article[data-message]").allTextContents())
              .map((t) => /\[\d+\/\d+\]/.exec(t)?.[0])
              .filter((t) => t !== undefined);
            return found.length >= EACH && found.at(-1) === texts.at(-1) ? found : null; // the thread before it may still be on the screen
          });
          expect(shown).toEqual(texts);
          seen += shown.length;
        }
        await screenshot(page, `crash-in-sight-${screen + 1}`);
        return seen;
      }),
    );
    const seen = counts.reduce((sum, each) => sum + each, 0);
    for (const { context } of people) await context.close();
    console.log(`  ${acknowledged} acknowledged, ${seen} seen in two browsers`);
    expect(seen).toBe(2 * VISITORS * EACH);
  },
);
