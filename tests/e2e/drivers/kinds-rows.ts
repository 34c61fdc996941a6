import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { until } from "../../lab/support/wait.ts";
import { ApiClient } from "../../support/house.ts";
import { accessible, screenshot } from "../support.ts";
import { png } from "./driver.ts";
import { film, noteAsMp3, webp } from "./media.ts";
import type { Kind, Stage } from "./stage.ts";

const WIDE = { width: 640, height: 480 };

const loaded = (image: Locator, width: number) =>
  until(`a picture ${width} wide is shown`, async () => (await image.count()) > 0 && (await naturalWidth(image)) === width, { timeoutMs: 30_000 });
const naturalWidth = (image: Locator) => image.evaluate((each) => (each as HTMLImageElement).naturalWidth);

/** Voice, previews and every kind of message that a channel carries in or out. */
export function kinds(stage: Stage): void {
  describe("a voice note recorded in the messenger", () => {
    test.each(["telegram", "vk"] as const)("of %s plays in the thread, in parts, and for nobody who may not see the dialog", async (kind) => {
      const { page } = stage;
      const thread = await stage.mine(kind);
      const player = thread.getByRole("group", { name: "Голосовое сообщение" });
      const before = await player.count();
      await stage.driver(kind).sendSound?.();
      await until("it is there", async () => (await player.count()) === before + 1);
      const answers: { status: number; headers: Record<string, string>; url: string }[] = [];
      page.on("response", (response) => {
        if (/\/blobs\//.test(response.url())) answers.push({ status: response.status(), headers: response.headers(), url: response.url() });
      });
      await player.last().getByRole("button", { name: "Слушать" }).press("Enter");
      const audio = player.last().locator("audio");
      const at = () => audio.evaluate((each) => (each as HTMLAudioElement).currentTime);
      await until("it plays", async () => (await at()) > 0);
      const first = await at();
      await until("it goes on", async () => (await at()) > first + 0.3);
      await until("to its end", () => audio.evaluate((each) => (each as HTMLAudioElement).ended));
      const [answer] = answers;
      expect([answer?.status, answer?.headers["content-type"]]).toEqual([206, "audio/ogg"]);
      expect(answer?.headers["content-range"]).toMatch(/^bytes 0-\d+\/\d+$/);

      const stranger = await ApiClient.login(stage.house.url, "timur", stage.passwords.get("timur") as string);
      const refused = await fetch(answer?.url as string, { headers: { cookie: stranger.cookie, range: "bytes=0-" } });
      expect(refused.status).toBe(404);
    });

    test("that VK has as MPEG alone plays as well", async () => {
      const { vk } = stage;
      const thread = await stage.mine("vk");
      const player = thread.getByRole("group", { name: "Голосовое сообщение" });
      const before = await player.count();
      const voice = { id: 9, owner_id: 578_716_413, duration: 2, waveform: [1], link_ogg: "", link_mp3: vk.file("only.mp3", "audio/mpeg", noteAsMp3()) };
      vk.attach({ type: "audio_message", audio_message: voice });
      await until("it is there", async () => (await player.count()) === before + 1);
      await player.last().getByRole("button", { name: "Слушать" }).press("Enter");
      await until("it plays", () =>
        player
          .last()
          .locator("audio")
          .evaluate((each) => (each as HTMLAudioElement).currentTime > 0.3),
      );
    });
  });

  describe("a large photo is shown by its provider's small one, and loaded when it is opened", () => {
    const large = png(WIDE.width, WIDE.height, true);
    const small = png(320, 240);
    const send: Record<"telegram" | "vk" | "viber", () => unknown> = {
      telegram: () => {
        const { telegram } = stage;
        const sizes = [telegram.file(small, "photos/small.jpg"), telegram.file(large, "photos/large.jpg")];
        telegram.push({
          photo: [
            { ...sizes[0], width: 320, height: 240 },
            { ...sizes[1], ...WIDE },
          ],
        });
      },
      vk: () => {
        const { vk } = stage;
        const sizes = [
          { type: "m", url: vk.file("small.png", "image/png", small), width: 320, height: 240 },
          { type: "w", url: vk.file("large.png", "image/png", large), ...WIDE },
        ];
        vk.attach({ type: "photo", photo: { id: 11, owner_id: 578_716_413, album_id: -3, date: 1, text: "", sizes } });
      },
      viber: () => {
        const { viber } = stage;
        const thumbnail = viber.file("small.png", "image/png", small);
        return viber.send({
          type: "picture",
          text: "",
          media: viber.file("large.png", "image/png", large),
          thumbnail,
          file_name: "Фасад.png",
          size: large.byteLength,
        });
      },
    };
    test.each(["telegram", "vk", "viber"] as const)("%s", async (kind) => {
      const { page } = stage;
      const thread = await stage.mine(kind);
      const asked: string[] = [];
      page.on("request", (request) => /\/blobs\//.test(request.url()) && asked.push(request.url()));
      const places = thread.locator('button[data-place="preview"]');
      const before = await places.count();
      await send[kind]();
      await until("its place is there", async () => (await places.count()) === before + 1, { timeoutMs: 30_000 });
      const picture = places.last().locator("img");
      await loaded(picture, 320);
      expect(await picture.getAttribute("alt")).toMatch(/^Фото: .+\.(jpg|png)$/);
      const id = /\/blobs\/([0-9a-f-]{36})/.exec((await picture.getAttribute("src")) ?? "")?.[1] as string;
      expect(asked.filter((url) => url.includes(id)).every((url) => url.endsWith("?preview"))).toBe(true);

      await places.last().press("Enter");
      const view = page.getByRole("dialog");
      await loaded(view.locator("img"), WIDE.width);
      const name = await view.locator("img").getAttribute("alt");
      expect(await view.getByRole("link", { name: `Скачать ${name}` }).getAttribute("download")).toBe(name);
      if (kind === "telegram") {
        await screenshot(page, "picture-large");
        await accessible(page);
        await page.keyboard.press("ArrowLeft");
        await until("the one before is shown", async () => (await view.locator("img").getAttribute("alt")) !== name);
        await page.keyboard.press("ArrowRight");
        await until("and the first again", async () => (await view.locator("img").getAttribute("alt")) === name);
      }
      await page.keyboard.press("Escape");
      await view.waitFor({ state: "detached" });
      await screenshot(page, `thread-photo-${kind}`);
    });

    test("one that has no small one (a letter's) waits behind a button of the same size", async () => {
      const { page, email } = stage;
      const thread = await stage.mine("email");
      const asked: string[] = [];
      page.on("request", (request) => /\/blobs\//.test(request.url()) && asked.push(request.url()));
      await email.sendPicture?.("Крыша.png", png(900, 900, true));
      const place = thread.locator('button[data-place="button"]').last();
      await place.getByText("Показать фото").waitFor({ timeout: 30_000 });
      await screenshot(page, "thread-photo-large");
      await accessible(page);
      expect(asked).toEqual([]);
      await place.press("Enter");
      await loaded(page.getByRole("dialog").locator("img"), 900);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    });
  });

  test("VK: a document, a sticker, a place and a video are shown as such", async () => {
    const { page, vk } = stage;
    const thread = await stage.mine("vk");
    const [id, owner_id] = [21, 578_716_413];
    const pdf = Buffer.from("%PDF-1.4");
    const url = vk.file("paper.pdf", "application/pdf", pdf);
    vk.attach({ type: "doc", doc: { id, owner_id, title: "Договор № 8.pdf", size: pdf.byteLength, ext: "pdf", url, date: 1, type: 1 } });
    const images = [{ url: vk.file("sticker.png", "image/png", png(128, 128)), width: 128, height: 128 }];
    vk.attach({ type: "sticker", sticker: { sticker_id: 9046, product_id: 279, images, images_with_background: [] } });
    vk.attach({ type: "video", video: { id, owner_id: -1, title: "Обзор насоса", duration: 20, date: 1 } });
    vk.server.community.say(owner_id, "", { geo: { type: "point", coordinates: { latitude: 43.238949, longitude: 76.889709 } } } as never);
    const document = thread.getByRole("link", { name: /Договор № 8\.pdf/ });
    await document.waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), document.press("Enter")]);
    expect(download.suggestedFilename()).toBe("Договор № 8.pdf");
    await loaded(thread.getByRole("img", { name: "Стикер" }).last(), 128);
    await thread.getByText("Обзор насоса").waitFor();
    await thread.getByRole("link", { name: /vk\.com\/video-1_21/ }).waitFor();
    await thread.getByRole("link", { name: "Место на карте" }).last().waitFor();
    await screenshot(page, "thread-media-vk");
    await accessible(page);
  });

  test("Viber: a film, a document, a sticker, a place and a contact are shown as such", async () => {
    const { page, viber } = stage;
    const thread = await stage.mine("viber", "Вайберов");
    const thumbnail = viber.file("film.png", "image/png", png(320, 240));
    await viber.send({ type: "video", media: viber.file("film.mp4", "video/mp4", film()), thumbnail, size: film().byteLength, duration: 1 });
    await viber.send({ type: "file", media: viber.file("act.pdf", "application/pdf", Buffer.from("%PDF-1.4")), file_name: "Акт сверки.pdf", size: 8 });
    await viber.send({ type: "sticker", sticker_id: 46_105, media: viber.file("sticker.webp", "image/webp", webp()) });
    await viber.send({ type: "location", location: { lat: 43.238949, lon: 76.889709 } });
    await viber.send({ type: "contact", contact: { name: "Мастер Серик", phone_number: "+77015550909" } });
    const video = thread.locator("video").last();
    await until("the film can be played", async () => (await video.count()) > 0 && video.evaluate((each) => (each as HTMLVideoElement).videoWidth === 64));
    const document = thread.getByRole("link", { name: /Акт сверки\.pdf/ });
    await document.waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), document.press("Enter")]);
    expect(download.suggestedFilename()).toBe("Акт сверки.pdf");
    await loaded(thread.getByRole("img", { name: "Стикер" }).last(), 32);
    await thread.getByRole("link", { name: "Место на карте" }).last().waitFor();
    await thread.getByText("Мастер Серик: +77015550909").waitFor();
    await screenshot(page, "thread-media-viber");
    await accessible(page);
  });

  test("Telegram: somebody's contact and a round film are shown as such", async () => {
    const { telegram } = stage;
    const thread = await stage.mine("telegram", "Телеграмова");
    telegram.push({ contact: { phone_number: "77015550808", first_name: "Прораб", last_name: "Ильяс" } });
    telegram.push({ video_note: { ...telegram.file(film(), "video_notes/file_9.webm"), length: 240, duration: 1 } });
    await thread.getByText("Прораб Ильяс: +77015550808").waitFor();
    const video = thread.locator("video").last();
    await until("the film can be played", async () => (await video.count()) > 0 && video.evaluate((each) => (each as HTMLVideoElement).videoWidth === 64));
  });

  describe("a picture and words of ours reach the customer byte for byte, and stand in the thread", () => {
    test.each(["telegram", "viber", "vk", "web-chat", "email"] as const satisfies readonly Kind[])("%s", async (kind) => {
      await stage.mine(kind, kind === "viber" ? "Вайберов" : kind === "telegram" ? "Телеграмова" : undefined);
      const picture = png(80, 60, true);
      await stage.paste("схема.png", "image/png", picture);
      await stage.page.keyboard.type(`Схема для ${kind}`);
      await stage.page.keyboard.press("Enter");
      const mine = stage.out(`Схема для ${kind}`);
      await loaded(mine.locator("button img").last(), 80);
      await until("the customer has it", () => stage.driver(kind).hasFile?.(picture), { timeoutMs: 30_000, everyMs: 100 });
      await screenshot(stage.page, `channel-${kind}-answered`);
    });
  });
}
