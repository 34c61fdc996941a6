import { expect, test } from "vitest";
import { badRequest } from "../../emulators/telegram/answers.ts";
import { blocked, type Unnumbered, userOf } from "../../emulators/telegram/updates.ts";
import { until } from "../../lab/support/wait.ts";
import { accessible, screenshot } from "../support.ts";
import type { Stage } from "./stage.ts";

const HOUR_MS = 3_600_000;

/** What an agent sees and does when a message does not arrive, perhaps arrived, or may not be written. */
export function delivery(stage: Stage): void {
  test("a failed message says why and goes again by a button", async () => {
    const { page, telegram } = stage;
    await stage.mine("telegram", "Телеграмова");
    telegram.server.fates.set("sendMessage", [badRequest("PEER_FLOOD")]);
    await stage.answer("Не с первого раза");
    const mine = stage.out("Не с первого раза");
    await mine.getByText("PEER_FLOOD", { exact: false }).waitFor();
    await screenshot(page, "message-failed");
    await accessible(page);
    await mine.getByRole("button", { name: "Повторить" }).press("Enter");
    await until("the customer has it", async () => (await stage.received("telegram")).includes("Не с первого раза"));
    await mine.locator('[data-delivery="sent"]').waitFor();
  });

  test("an uncertain message holds the next one until the agent has decided: it arrived, or send it again", async () => {
    const { page, telegram } = stage;
    await stage.mine("telegram", "Телеграмова");
    telegram.server.fates.set("sendMessage", ["swallow"]);
    await stage.answer("Дошло или нет?");
    await stage.answer("Следующее");
    const mine = stage.out("Дошло или нет?");
    await mine.getByText("могло дойти", { exact: false }).waitFor();
    await stage.out("Следующее").locator('[data-delivery="queued"]').waitFor();
    await screenshot(page, "message-uncertain");
    await accessible(page);
    await mine.getByRole("button", { name: "Дошло" }).press("Enter");
    await mine.locator('[data-delivery="sent"]').waitFor();
    await until("the next one went out", async () => (await stage.received("telegram")).includes("Следующее"));
    expect(await stage.received("telegram")).not.toContain("Дошло или нет?");

    telegram.server.fates.set("sendMessage", ["swallow"]);
    await stage.answer("Отправьте ещё раз");
    await stage.out("Отправьте ещё раз").getByRole("button", { name: "Отправить ещё раз" }).press("Enter");
    await until("the customer has it", async () => (await stage.received("telegram")).includes("Отправьте ещё раз"));
  });

  test("a customer who blocks the bot closes the reply at once, and opens it when he is back", async () => {
    const { page, telegram } = stage;
    const { server, person } = telegram;
    await stage.mine("telegram", "Телеграмова");
    server.blocked.add(person.id);
    await stage.answer("Вы ещё здесь?");
    await stage.out("Вы ещё здесь?").getByText("заблокировал", { exact: false }).waitFor();
    server.push(blocked(person, userOf(server.bot)));
    await page.locator('[data-cannot="unreachable"]').waitFor();
    expect(await stage.reply.count()).toBe(0);
    await screenshot(page, "customer-blocked");
    server.blocked.delete(person.id);
    const update = blocked(person, userOf(server.bot)).my_chat_member;
    const [member, kicked] = [update?.old_chat_member, update?.new_chat_member];
    server.push({ my_chat_member: { ...update, old_chat_member: kicked, new_chat_member: member } } as Unnumbered);
    await stage.reply.waitFor();
  });

  test("where the channel's time to answer is over, the customer must write first; with his word the reply opens and counts down", async () => {
    const { page, viber } = stage;
    const sender = { id: "bGF0ZUN1c3RvbWVy==", name: "Поздний Гость" };
    const say = (text: string, agoMs: number) =>
      viber.server.callback({
        event: "message",
        timestamp: Date.now() - agoMs,
        message_token: viber.server.nextToken(),
        sender,
        message: { type: "text", text },
      });
    await say("Писал вчера", 25 * HOUR_MS);
    await stage.fromQueue("viber");
    await stage.in("Писал вчера").getByText("написано", { exact: false }).waitFor();
    await page.locator('[data-cannot="window"]').getByText("новое сообщение клиента", { exact: false }).waitFor();
    expect(await stage.reply.count()).toBe(0);
    await screenshot(page, "window-over");
    await accessible(page);
    await say("Снова здесь", 23.5 * HOUR_MS);
    await stage.reply.waitFor();
    await page.getByText(/Ответить можно до .*, осталось/).waitFor();
    await screenshot(page, "window-soon");
  });
}
