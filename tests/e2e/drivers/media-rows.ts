import { expect, test } from "vitest";
import { floodWait } from "../../emulators/telegram/answers.ts";
import type { Unnumbered } from "../../emulators/telegram/updates.ts";
import { until } from "../../lab/support/wait.ts";
import { accessible, screenshot } from "../support.ts";
import { png } from "./driver.ts";
import { film, webp } from "./media.ts";
import type { Stage } from "./stage.ts";

const MB = 1024 * 1024;

/** What customers send besides words, and what becomes of files that come late, never, or are too large. */
export function media(stage: Stage): void {
  test("a film plays in place, a sticker and a place are shown as such, a document keeps its name", async () => {
    const { page, telegram } = stage;
    const thread = await stage.mine("telegram", "Телеграмова");
    telegram.push({ video: { ...telegram.file(film(), "videos/file_3.webm"), width: 64, height: 48, duration: 1, mime_type: "video/webm" } });
    telegram.push({ sticker: { ...telegram.file(webp(), "stickers/file_4.webp"), width: 512, height: 512, emoji: "👍", type: "regular" } });
    telegram.push({ location: { latitude: 43.238949, longitude: 76.889709 } });
    telegram.push({
      document: { ...telegram.file(Buffer.from("%PDF-1.4"), "documents/file_5.pdf"), file_name: "Договор № 7.pdf", mime_type: "application/pdf" },
    });
    const video = thread.locator("video").last();
    await until("the film can be played", async () => (await video.count()) > 0 && video.evaluate((each) => (each as HTMLVideoElement).videoWidth === 64));
    const sticker = thread.getByRole("img", { name: "Стикер" });
    await until("the sticker is shown", async () => (await sticker.count()) > 0 && sticker.evaluate((each) => (each as HTMLImageElement).naturalWidth === 32));
    await thread.getByRole("link", { name: "Место на карте" }).waitFor();
    const document = thread.getByRole("link", { name: /Договор № 7\.pdf/ });
    await document.waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), document.press("Enter")]);
    expect(download.suggestedFilename()).toBe("Договор № 7.pdf");
    await screenshot(page, "thread-media");
  });

  test("a file on its way keeps its place; one that is gone says why and is fetched again by a button; one too large is named", async () => {
    const { page, telegram } = stage;
    const { server } = telegram;
    const thread = await stage.mine("telegram", "Телеграмова");
    server.fates.set("getFile", [floodWait(1)]);
    const photo = telegram.file(png(), "photos/file_6.jpg");
    telegram.push({ photo: [{ ...photo, width: 64, height: 48 }], caption: "Фото с задержкой" });
    const late = stage.in("Фото с задержкой");
    await late.locator('[data-coming="image"]').waitFor();
    const before = await late.boundingBox();
    await screenshot(page, "file-coming");
    await late.locator("button img").waitFor();
    expect((await late.boundingBox())?.height).toBe(before?.height);

    server.absent.add("photos/file_7.jpg");
    telegram.push({ photo: [{ ...telegram.file(png(), "photos/file_7.jpg"), width: 64, height: 48 }], caption: "Фото, которого нет" });
    const gone = stage.in("Фото, которого нет");
    await gone.getByText("Файла у сервиса уже нет.").waitFor();
    telegram.push({ document: { ...telegram.file(png(), "documents/8.zip"), file_size: 25 * MB, file_name: "архив.zip", mime_type: "application/zip" } });
    await stage.in("архив.zip").getByText("файл слишком велик, он остался у отправителя", { exact: false }).waitFor();
    await screenshot(page, "file-refused");
    await accessible(page);
    server.absent.clear();
    await gone.getByRole("button", { name: "Загрузить снова" }).press("Enter");
    await until("it is shown", async () => {
      const image = gone.locator("button img");
      return (await image.count()) > 0 && image.evaluate((each) => (each as HTMLImageElement).naturalWidth === 64);
    });
    await thread.focus();
  });

  test("a message that its writer takes back is shown as such", async () => {
    const { telegram } = stage;
    const { server } = telegram;
    const person = { id: 501_002, first_name: "Ерлан" };
    const business_connection_id = "Zc2yBQcAAUkFAAE";
    const chat = { ...person, type: "private" as const };
    const message_id = server.nextMessageId();
    const business_message = {
      message_id,
      date: Math.floor(Date.now() / 1000),
      chat,
      from: { ...person, is_bot: false },
      text: "Лишнее",
      business_connection_id,
    };
    server.push({ business_message } as unknown as Unnumbered);
    const thread = await stage.fromQueue("telegram");
    await thread.getByText("Лишнее").waitFor();
    server.push({ deleted_business_messages: { business_connection_id, chat, message_ids: [message_id] } } as unknown as Unnumbered);
    await thread.getByText("Сообщение удалено отправителем").waitFor();
    expect(await thread.getByText("Лишнее").count()).toBe(0);
  });
}
