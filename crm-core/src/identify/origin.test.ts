import type { Origin } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";
import { keepOrigin } from "./origin.ts";

let house: CrmHouse;
let form: Id;
let bot: Id;
beforeAll(async () => {
  house = await crmHouse();
  form = await house.channel("web-form", "Order form", "form");
  bot = await house.channel("telegram", "Sales bot", "telegram");
});
afterAll(() => house.close());

let next = 3000;
const phone = () => ({ kind: "phone" as const, value: `+7701440${next++}`, displayName: "Zhanna" });
const note = (dialogId: Id, origin: Origin) => house.sql.begin((tx) => house.crm.identify.noteOrigin(tx, dialogId, origin));
const lead = async (id: Id | null) => (await house.as("aigul", "GET", `/leads/${id}`)).body;
/** The dialog waits in the queue, so that it has its inquiry. */
async function queue(dialogId: Id): Promise<void> {
  await house.emit([{ kind: "entry.queued", dialogId, payload: { entryId: dialogId, queueId: house.company.queueId, priority: 0 } }]);
  await house.read();
}
const inquiry = async (dialogId: Id) => {
  const { body } = await house.as("aigul", "GET", "/inquiries?status=unprocessed&limit=200");
  return body.items.find((i: { dialogId: Id }) => i.dialogId === dialogId);
};

const PAGE = "https://shop.example/chairs?utm_source=instagram";
const ORIGIN: Origin = {
  source: "Callback request",
  page: PAGE,
  referrer: "https://l.instagram.com/",
  utm: { source: "instagram", medium: "cpc", campaign: "spring" },
};

describe("a request from the site (CC-11)", () => {
  test("a signed form becomes a dialog with an inquiry that names source, page and UTM, and a lead with the same", async () => {
    const { id, identification } = await house.dialog(phone(), { medium: "chat", channelId: form });
    await note(id, ORIGIN);
    await house.message(id, "in", Date.now());
    await queue(id);
    const touch = { text: "Callback request", page: PAGE, referrer: "https://l.instagram.com/", utm: ORIGIN.utm };
    expect(await inquiry(id)).toMatchObject({
      origin: "form",
      source: { id: house.company.catalogues.sources["form"], name: "Request from the site" },
      sourceOrigin: touch,
    });
    expect(await lead(identification.leadId)).toMatchObject({ source: { name: "Request from the site" }, origin: touch, contactName: "Zhanna" });
    const { body: feed } = await house.as("admin", "GET", `/leads/${identification.leadId}/feed`);
    expect(feed.items.find((i: { kind: string }) => i.kind === "lead")).toMatchObject({
      title: "Request from the site",
      text: `Callback request · ${PAGE} · campaign=spring medium=cpc source=instagram`,
    });
    expect(feed.items.find((i: { kind: string }) => i.kind === "interaction")).toMatchObject({ channelKind: "web-form", direction: "in" });
  });

  test("submitted again in the same dialog, the first touch stays", async () => {
    const { id, identification } = await house.dialog(phone(), { medium: "chat", channelId: form });
    await note(id, ORIGIN);
    await note(id, { source: "Another form", utm: { source: "google" } });
    await queue(id);
    await note(id, { source: "A third form" });
    expect((await inquiry(id)).sourceOrigin).toMatchObject({ text: "Callback request", utm: { source: "instagram" } });
    expect((await lead(identification.leadId)).origin.text).toBe("Callback request");
  });

  test("a lead known before keeps its own first touch; the new inquiry has the new one", async () => {
    const from = phone();
    const first = await house.dialog(from, { medium: "voice" });
    const before = await lead(first.identification.leadId);
    const { id, identification } = await house.dialog(from, { medium: "chat", channelId: form });
    expect(identification.leadId).toBe(before.id);
    await note(id, ORIGIN);
    await queue(id);
    const after = await lead(before.id);
    expect(after).toMatchObject({ source: before.source, origin: before.origin, contactName: before.contactName, version: before.version });
    // The last source stands beside the first (RG-16).
    expect([after.source.name, after.lastSource.name]).toEqual(["Incoming call", "Request from the site"]);
    expect((await inquiry(id)).sourceOrigin.text).toBe("Callback request");
  });

  test("told when the inquiry is there already, it still gets it", async () => {
    const { id } = await house.dialog(phone(), { medium: "chat", channelId: form });
    await queue(id);
    expect((await inquiry(id)).sourceOrigin).toBeNull();
    await note(id, ORIGIN);
    expect((await inquiry(id)).sourceOrigin).toMatchObject({ page: PAGE });
  });
});

describe("the source by its code", () => {
  test("a deep-link parameter names a source of the catalogue", async () => {
    const made = await house.as("admin", "POST", "/catalogues/sources", { name: "Spring exhibition stand", code: "Stand-7" });
    expect(made.status).toBe(201);
    const { body: catalogues } = await house.as("aigul", "GET", "/catalogues");
    expect(catalogues.sources).toContainEqual({ id: made.body.id, name: "Spring exhibition stand", code: "stand-7" });
    const { id, identification } = await house.dialog({ kind: "telegram", value: String(next++) }, { medium: "chat", channelId: bot });
    await note(id, { source: "STAND-7" });
    await queue(id);
    expect(await lead(identification.leadId)).toMatchObject({ source: { id: made.body.id }, origin: { text: "STAND-7", page: null, utm: {} } });
    expect(await inquiry(id)).toMatchObject({ origin: "message", source: { id: made.body.id } });
  });

  test("an unknown one stays text beside the channel's source; utm_source serves when nothing else does", async () => {
    const one = await house.dialog({ kind: "telegram", value: String(next++) }, { medium: "chat", channelId: bot });
    await note(one.id, { source: "friend_of_asel" });
    expect(await lead(one.identification.leadId)).toMatchObject({ source: { name: "Telegram" }, origin: { text: "friend_of_asel" } });
    const two = await house.dialog(phone(), { medium: "chat", channelId: form });
    await note(two.id, { source: "Order", utm: { utm_source: "Advertising" } });
    expect(await lead(two.identification.leadId)).toMatchObject({ source: { name: "Advertising" }, origin: { utm: { source: "Advertising" } } });
  });

  test("a code belongs to one source, and who may not edit the catalogue sets none", async () => {
    expect((await house.as("admin", "POST", "/catalogues/sources", { name: "Second phone", code: "phone" })).body.code).toBe("duplicate");
    expect((await house.as("aigul", "POST", "/catalogues/sources", { name: "Mine", code: "mine" })).status).toBe(403);
  });
});

test("what strangers wrote is cut to length and to the known tags", () => {
  expect(keepOrigin({ source: `  ${"a".repeat(500)}  `, page: "p".repeat(5000), utm: { UTM_Source: " x ", evil: "y", content: "", term: "z" } })).toEqual({
    text: "a".repeat(200),
    page: "p".repeat(2000),
    referrer: null,
    utm: { source: "x", term: "z" },
  });
});
