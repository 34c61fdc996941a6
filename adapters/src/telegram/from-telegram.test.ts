import { describe, expect, it } from "vitest";
import { countCases } from "../../../tests/support/cases.ts";
import { constructed } from "./constructed.fixture.ts";
import { documented } from "./documented.fixture.ts";
import { fromUpdate, type Translation } from "./from-telegram.ts";
import { readUpdate } from "./update.ts";

const NOW = 1_760_000_500_000;
const translated = (raw: object): Translation => {
  const { update, error } = readUpdate(structuredClone(raw));
  if (update === undefined) throw new Error(error);
  return fromUpdate(update, { id: 123456 }, NOW);
};
const person = { id: 770111, is_bot: false, first_name: "Ажар" };
const message = (fields: object): object => ({
  update_id: 1,
  message: { message_id: 7, date: 1_760_000_000, chat: { id: 770111, type: "private", first_name: "Ажар" }, from: person, ...fields },
});
const textOf = (raw: object): string => (translated(raw).events[0] as { text: string }).text;

describe("what Telegram sends is understood", () => {
  it.each([...documented, ...constructed])("$name ($source)", ({ update, events, answerCallback, refuse }) => {
    const translation = translated(update);
    expect(translation.events).toMatchObject(events);
    expect(translation.events).toHaveLength(events.length);
    // What a case does not name must not be there either.
    for (const [index, event] of translation.events.entries())
      for (const extra of ["files", "truncated", "proves", "origin", "replyTo", "quoted", "reason"])
        expect([extra, extra in event]).toEqual([extra, extra in (events[index] ?? {})]);
    expect(translation.answerCallback).toBe(answerCallback);
    if (refuse === undefined) expect(translation.refuse).toBeUndefined();
    else expect(translation.refuse).toMatchObject(refuse);
  });

  it("in twenty cases at least, half of them documented", () => {
    countCases("telegram", "incoming", [...documented, ...constructed]);
    for (const { source } of documented) expect(source).toMatch(/^(core\.telegram\.org|github\.com)\//);
  });
});

describe("nothing is lost in silence", () => {
  it.each([
    ["a story", { story: { chat: { id: 1, type: "private" }, id: 3 } }, /\[Telegram shows something here .*: story\]$/],
    ["a kind of tomorrow", { hologram: { id: 1 } }, /: hologram\]$/],
    ["nothing at all", {}, /: an empty message\]$/],
    ["a poll", { poll: { id: "1", question: "When?", options: [{ text: "Today" }, { text: "Tomorrow" }] } }, /^📊 When\?\n– Today\n– Tomorrow$/],
    ["a die", { dice: { emoji: "🎲", value: 4 } }, /^🎲 4$/],
    ["a checklist", { checklist: { title: "Order", tasks: [{ id: 1, text: "Pump" }] } }, /^☑ Order\n– Pump$/],
    ["a forwarded text", { forward_origin: { type: "hidden_user", sender_user_name: "Болат", date: 1 }, text: "look" }, /^↪ Болат\nlook$/],
  ])("%s becomes words", (_name, fields, words) => expect(textOf(message(fields))).toMatch(words));

  it("a quoted part stands beside the answer to it", () => {
    const raw = message({ text: "this one", reply_to_message: { message_id: 5 }, quote: { text: "two pumps", position: 0 } });
    expect(translated(raw).events[0]).toMatchObject({ text: "this one", quoted: "two pumps", replyTo: "5" });
  });

  it.each(["pinned_message", "message_auto_delete_timer_changed", "forum_topic_created"])("%s tells an agent nothing", (kind) => {
    expect(translated(message({ [kind]: {} })).events).toEqual([]);
  });

  it.each(["channel_post", "message_reaction", "poll_answer", "business_connection"])("%s is none of ours", (kind) => {
    expect(translated({ update_id: 1, [kind]: {} })).toEqual({ events: [] });
  });
});

describe("groups", () => {
  const group = { id: -100, type: "supergroup", title: "Neighbours" };
  it("a word in a group is refused and not reported", () => {
    const raw = { update_id: 1, message: { message_id: 1, date: 1, chat: group, from: { ...person, language_code: "kk" }, text: "hi" } };
    expect(translated(raw)).toEqual({ events: [], refuse: { chatId: -100, language: "kk" } });
  });
  it.each([
    ["member", true],
    ["administrator", true],
    ["left", false],
    ["kicked", false],
  ])("as %s of a group: refused is %s", (status, refused) => {
    const raw = { update_id: 1, my_chat_member: { chat: group, from: person, date: 1, new_chat_member: { status } } };
    expect(translated(raw).refuse !== undefined).toBe(refused);
  });
  it("a channel is left alone", () => {
    const raw = { update_id: 1, my_chat_member: { chat: { id: -100, type: "channel" }, from: person, date: 1, new_chat_member: { status: "administrator" } } };
    expect(translated(raw)).toEqual({ events: [] });
  });
});

describe("an update that cannot be read says why", () => {
  it.each([
    ["no number", { message: {} }, /update_id/],
    ["a chat without an id", { update_id: 1, message: { message_id: 1, date: 1, chat: {} } }, /message\.chat\.id/],
    ["a photo that is a string", message({ photo: "x" }), /message\.photo/],
    ["a message id past what numbers hold", message({ message_id: 2 ** 60 }), /message\.message_id/],
    ["nested too deeply", { update_id: 1, message: JSON.parse(`${"[".repeat(500)}${"]".repeat(500)}`) as object }, /nested too deeply/],
  ])("%s", (_name, raw, why) => {
    const { update, error } = readUpdate(raw);
    expect(update).toBeUndefined();
    expect(error).toMatch(/^Telegram's update cannot be read: /);
    expect(error).toMatch(why);
  });

  it("NULs and half characters are taken out of every text", () => {
    expect(textOf(message({ text: "a\0b\ud800c 👍" }))).toBe("ab\ufffdc 👍");
  });
});
