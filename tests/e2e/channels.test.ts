import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../lab/support/wait.ts";
import { channelPage } from "./drivers/channel-page-rows.ts";
import { composer } from "./drivers/composer-rows.ts";
import { delivery } from "./drivers/delivery-rows.ts";
import { png } from "./drivers/driver.ts";
import { firstWord } from "./drivers/first-word-rows.ts";
import { kinds } from "./drivers/kinds-rows.ts";
import { media } from "./drivers/media-rows.ts";
import { type Kind, makers, Stage } from "./drivers/stage.ts";
import { accessible, screenshot } from "./support.ts";

const ORDER = ["queued", "sent", "delivered", "read"];
// What a hostile customer writes and calls his file: none of it may ever run.
const HOSTILE = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>javascript:window.hacked=1`;
const HOSTILE_NAME = `"><img src=x onerror=window.hacked=1>.png`;

const stage = new Stage();
beforeAll(() => stage.open(), 180_000);
afterAll(() => stage.close());

describe("a customer writes, is seen, answered by keyboard, and the answer is seen to arrive", () => {
  test.each(Object.keys(makers) as Kind[])("%s", async (kind) => {
    const { page } = stage;
    const driver = stage.driver(kind);
    await driver.say(`Вопрос по каналу ${kind}`);
    const thread = await stage.fromQueue(kind);
    await thread.getByText(`Вопрос по каналу ${kind}`).last().waitFor();

    if (driver.edit !== undefined) {
      await driver.edit(`Исправленный вопрос по каналу ${kind}`);
      const edited = stage.in(`Исправленный вопрос по каналу ${kind}`);
      await edited.getByRole("button", { name: "изменено" }).press("Enter");
      await page.getByRole("dialog").getByText(`Вопрос по каналу ${kind}`, { exact: true }).waitFor();
      await page.keyboard.press("Escape");
    }
    await driver.say(HOSTILE);
    await thread.getByText("window.hacked=1", { exact: false }).first().waitFor();
    if (driver.sendPicture !== undefined) {
      await driver.sendPicture(HOSTILE_NAME, png());
      const picture = thread.locator("button img").last();
      await until("the picture is shown", () => picture.evaluateAll((all) => (all[0] as HTMLImageElement | undefined)?.naturalWidth === 64), {
        timeoutMs: 30_000,
      });
      await picture.locator("..").press("Enter");
      await page.getByRole("dialog").locator("img").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    if (driver.sendSound !== undefined) {
      await driver.sendSound();
      const audio = thread.locator("audio").last();
      await thread.getByText("0:02").last().waitFor();
      await thread.getByRole("button", { name: "Слушать" }).last().press("Enter");
      await until("it plays", async () => audio.evaluate((each) => (each as HTMLAudioElement).duration > 1.9 && (each as HTMLAudioElement).currentTime > 0));
    }

    if (driver.received === undefined) {
      await page.locator('[data-cannot="unsupported"]').waitFor();
      expect(await stage.reply.count()).toBe(0);
    } else {
      await stage.answer(`Ответ по каналу ${kind}`);
      const mine = stage.out(`Ответ по каналу ${kind}`);
      await until("the customer has the answer", async () => (await stage.received(kind)).some((text) => text.includes(`Ответ по каналу ${kind}`)));
      await driver.arrives?.();
      const best = ORDER.indexOf(driver.best ?? "sent");
      await until(`its state is ${driver.best}`, async () => {
        const state = await mine.locator("[data-delivery]").getAttribute("data-delivery");
        return ORDER.indexOf(state ?? "") >= best;
      });
    }
    expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
    await screenshot(page, `channel-${kind}`);
    await accessible(page);
    stage.errors.check();
  });
});

media(stage);
kinds(stage);
delivery(stage);
composer(stage);
firstWord(stage);
channelPage(stage);

test("a dead channel holds its own answers and no other's, and they go out when it is back", async () => {
  const dead = stage.driver("telegram");
  await stage.mine("telegram");
  await dead.down?.();
  await stage.answer("Пока телеграм молчит");
  await stage.out("Пока телеграм молчит").waitFor();
  await stage.mine("web-chat");
  const before = performance.now();
  await stage.answer("Чат отвечает сразу");
  await until("the chat's answer arrives", async () => (await stage.received("web-chat")).includes("Чат отвечает сразу"));
  expect(performance.now() - before).toBeLessThan(3_000);
  expect(await stage.received("telegram")).not.toContain("Пока телеграм молчит");
  await dead.up?.();
  await until("the dead channel's answer arrives", async () => (await stage.received("telegram")).includes("Пока телеграм молчит"), { timeoutMs: 60_000 });
});
