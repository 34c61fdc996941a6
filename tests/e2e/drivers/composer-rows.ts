import { describe, expect, test } from "vitest";
import { until } from "../../lab/support/wait.ts";
import { ApiClient } from "../../support/house.ts";
import { accessible, screenshot } from "../support.ts";
import { png } from "./driver.ts";
import type { Stage } from "./stage.ts";

const MB = 1024 * 1024;

/** The composer knows its channel. */
export function composer(stage: Stage): void {
  describe("the composer", () => {
    test("takes a canned answer by / and two letters, fills its variables, and sends nothing while one is open", async () => {
      const { page, reply } = stage;
      await stage.admin.post("/canned-answers", {
        scope: "all",
        title: "Срок доставки",
        shortcut: "дост",
        body: "{{agent.firstName}} отвечает: везём {{сколько}} дня.",
      });
      await stage.mine("web-chat");
      await stage.beginReply();
      await page.keyboard.type("/до");
      await page.getByRole("option", { name: /Срок доставки/ }).waitFor();
      await page.keyboard.press("Enter");
      await until("the text is there", async () => /отвечает: везём/.test(await reply.inputValue()));
      expect(await reply.inputValue()).not.toContain("agent.firstName");
      await page.locator("[data-variables]").getByRole("button", { name: "сколько" }).waitFor();
      expect(await page.getByRole("button", { name: "Отправить", exact: true }).isDisabled()).toBe(true);
      await stage.caretStands(reply);
      await page.keyboard.press("Enter");
      expect(await reply.inputValue(), "Enter sends nothing either").toContain("{{сколько}}");
      expect(await stage.out("{{сколько}}").count()).toBe(0);
      await screenshot(page, "composer-canned");
      await accessible(page);
      await page.locator("[data-variables]").getByRole("button", { name: "сколько" }).press("Enter");
      await page.keyboard.type("три");
      await page.keyboard.press("Enter");
      await until("the customer has it", async () => (await stage.received("web-chat")).some((text) => text.endsWith("отвечает: везём три дня.")));
    });

    test("takes a file that is dragged in, shows how far it is, lets it be cancelled, and refuses one that is too large before it leaves", async () => {
      const { page, reply } = stage;
      await stage.mine("web-chat");
      // The real upload, on a slow line.
      const wire = await page.context().newCDPSession(page);
      const uploads = { latency: 0, downloadThroughput: -1, offline: false };
      await wire.send("Network.emulateNetworkConditions", { ...uploads, uploadThroughput: MB });
      const drag = (type: string, name: string, bytes: number) =>
        reply.evaluate(
          (field, given) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(given.bytes)], given.name, { type: "application/zip" }));
            field.dispatchEvent(new DragEvent(given.type, { dataTransfer: data, bubbles: true, cancelable: true }));
          },
          { type, name, bytes },
        );
      await drag("dragenter", "архив.zip", 8 * MB);
      await page.getByText("Отпустите, чтобы приложить").waitFor();
      await drag("drop", "архив.zip", 8 * MB);
      const progress = page.getByRole("progressbar", { name: "Загружается архив.zip" });
      await until("it goes up", async () => (await progress.count()) > 0 && progress.evaluate((each) => (each as HTMLProgressElement).value > 0));
      expect(await page.getByRole("button", { name: "Отправить", exact: true }).isDisabled()).toBe(true);
      await screenshot(page, "composer-uploading");
      await page.getByRole("button", { name: "Отменить загрузку архив.zip" }).press("Enter");
      await progress.waitFor({ state: "detached" });
      await wire.send("Network.emulateNetworkConditions", { ...uploads, uploadThroughput: -1 });

      const sent: string[] = [];
      page.on("request", (request) => request.url().endsWith("/blobs") && sent.push(request.url()));
      await drag("drop", "огромный.zip", 11 * MB);
      await page.getByRole("alert").getByText("больше 10 МБ").waitFor();
      await screenshot(page, "composer-too-large");
      await accessible(page);
      await page.getByRole("button", { name: "Убрать огромный.zip" }).press("Enter");
      await drag("drop", "прайс.zip", 1_000);
      await page.getByText("прайс.zip").waitFor();
      await stage.answer("Прайс во вложении");
      await stage
        .out("Прайс во вложении")
        .getByRole("link", { name: /прайс\.zip/ })
        .waitFor();
      expect(sent).toHaveLength(1);
    });

    test("writes an inner note with a mention by keyboard: the colleague is told, the customer is not", async () => {
      const { page } = stage;
      const login = [...stage.passwords.keys()].find((each) => each !== "dana" && each !== "admin") as string;
      const colleague = await ApiClient.login(stage.house.url, login, stage.passwords.get(login) as string);
      const { name } = await colleague.get<{ name: string }>("/me");
      await (await stage.mine("web-chat")).focus();
      await page.keyboard.press("n");
      await stage.caretStands(page.getByLabel("Внутренняя заметка", { exact: true }));
      await page.keyboard.type(`@${name.slice(0, 3)}`);
      await page.getByRole("listbox", { name: "Коллеги" }).getByRole("option").first().waitFor();
      await page.keyboard.press("Enter");
      await page.keyboard.type("посмотрите цену");
      await page.keyboard.press("Enter");
      await page.locator('article[data-direction="internal"]').filter({ hasText: "посмотрите цену" }).waitFor();
      await until("the colleague is told", async () => {
        const { items } = await colleague.get<{ items: { text: string | null }[] }>("/notifications");
        return items.some((each) => each.text?.includes("посмотрите цену"));
      });
      expect((await stage.received("web-chat")).some((text) => text.includes("посмотрите цену"))).toBe(false);
    });

    test("lets what was sent be taken back for five seconds, with its file; leaving the page sends it at once", async () => {
      const { page, reply } = stage;
      await stage.mine("web-chat");
      const undoable = async (wanted: boolean) => {
        await page.getByRole("button", { name: "Настройки ввода" }).press("Enter");
        await page.getByRole("menuitem", { name: wanted ? "Давать 5 секунд на отмену отправки" : /^Отправлять сразу/ }).press("Enter");
        await page.getByRole("menu").waitFor({ state: "detached" });
      };
      // The note of before was the last that was written here.
      await page.reload();
      await stage.beginReply();
      await undoable(true);
      await reply.focus();
      await reply.evaluate((field) => {
        const data = new DataTransfer();
        data.items.add(new File(["x"], "счёт.txt", { type: "text/plain" }));
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      });
      await page.getByRole("button", { name: "Убрать счёт.txt" }).waitFor();
      for (const key of ["Control+z", "Escape"]) {
        await stage.answer("Цена сто");
        await stage.out("Цена сто").getByRole("button", { name: "Отменить" }).waitFor();
        if (key === "Escape") {
          await screenshot(page, "composer-undo");
          await accessible(page);
        }
        await page.keyboard.press(key);
        await until("the text is back", async () => (await reply.inputValue()) === "Цена сто");
        await page.getByRole("button", { name: "Убрать счёт.txt" }).waitFor();
        expect(await stage.out("Цена сто").count()).toBe(0);
        await reply.fill("");
      }
      await stage.answer("Цена двести");
      await page.keyboard.type("Ещё");
      await stage.out("Цена двести").getByRole("button", { name: "Отменить" }).press("Enter");
      await until("it stands before what is being written", async () => (await reply.inputValue()) === "Цена двести\nЕщё");
      await reply.fill("");
      await stage.answer("Цена триста");
      // The page is left within the five seconds.
      await page.reload();
      await until("the customer has it", async () => (await stage.received("web-chat")).includes("Цена триста"));
      await stage.out("Цена триста").waitFor();
      expect((await stage.received("web-chat")).filter((text) => /Цена/.test(text))).toEqual(["Цена триста"]);
      await undoable(false);
    });

    test("says what an SMS costs and that it carries no file", async () => {
      const { page, reply } = stage;
      await stage.mine("sms-http");
      await stage.beginReply();
      for (const [text, said] of [
        ["я".repeat(70), /^1 SMS · ещё 0/],
        ["я".repeat(71), /^2 SMS · ещё 63/],
        ["я".repeat(135), /^3 SMS/],
        ["a".repeat(150), /^1 SMS · ещё 10/],
      ] as const) {
        await reply.fill(text);
        await page.getByText(said).waitFor();
      }
      await page.getByRole("button", { name: "Эмодзи" }).press("Enter");
      await stage.caretStands(page.getByLabel("Поиск: спасибо"));
      await page.keyboard.type("спасибо");
      await page.keyboard.press("Enter");
      await page.getByText(/^3 SMS .*без 🙏 было бы 1/).waitFor();
      await page.getByRole("button", { name: "В этом канале нельзя отправлять файлы" }).waitFor();
      await screenshot(page, "composer-sms");
      await accessible(page);
      await reply.fill("");
    });

    test("offers ready answers, and what the customer presses comes as his word", async () => {
      const { page, telegram } = stage;
      const thread = await stage.mine("telegram", "Телеграмова");
      await stage.beginReply();
      await page.getByRole("button", { name: "Варианты ответа для клиента" }).press("Enter");
      await stage.caretStands(page.getByLabel("Новый вариант ответа"));
      for (const answer of ["Да, жду", "Перенесите"]) {
        await page.keyboard.type(answer);
        await page.keyboard.press("Enter");
      }
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Убрать вариант Перенесите" }).waitFor();
      await stage.caretStands(stage.reply);
      await screenshot(page, "composer-ready-answers");
      await stage.answer("Привезём завтра. Удобно?");
      const mine = stage.out("Привезём завтра. Удобно?");
      await mine.getByRole("list", { name: "Варианты ответа для клиента" }).getByText("Да, жду").waitFor();
      const sent = () => telegram.server.delivered.find((one) => one.params["text"] === "Привезём завтра. Удобно?");
      await until("the bot shows them", () => sent());
      expect(sent()?.params["reply_markup"]).toMatchObject({ keyboard: [[{ text: "Да, жду" }], [{ text: "Перенесите" }]] });
      await telegram.say("Да, жду");
      await thread.locator('article[data-direction="in"]').getByText("Да, жду").waitFor();
    });

    test("takes a pasted picture with its progress, answers a message, and both reach the customer", async () => {
      const { page, reply } = stage;
      const thread = await stage.mine("telegram", "Телеграмова");
      const asked = stage.in("вопрос по каналу telegram").first();
      await asked.hover();
      await asked.getByRole("button", { name: "Ответить на это сообщение" }).press("Enter");
      await stage.caretStands(reply);
      await reply.evaluate(
        (field, bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "снимок.png", { type: "image/png" }));
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        },
        [...png()],
      );
      await page.getByRole("button", { name: "Убрать снимок.png" }).waitFor();
      const small = page.locator('span[title="снимок.png"] img');
      await until("one sees what is pasted", async () => (await small.count()) > 0 && small.evaluate((each) => (each as HTMLImageElement).naturalWidth === 64));
      await screenshot(page, "composer-reply-with-file");
      await page.keyboard.type("Вот снимок");
      await page.keyboard.press("Enter");
      await until("the customer has it", async () => (await stage.received("telegram")).includes("Вот снимок"));
      const sent = thread.locator('article[data-direction="out"]').filter({ hasText: "Вот снимок" });
      await sent.getByRole("button", { name: /вопрос по каналу telegram/ }).press("Enter");
      await asked.and(page.locator("[data-found]")).waitFor();
      const picture = sent.locator("img");
      await until(
        "the picture is shown",
        async () => (await picture.count()) > 0 && picture.evaluate((each) => (each as HTMLImageElement).naturalWidth === 64),
      );
    });
  });
}
