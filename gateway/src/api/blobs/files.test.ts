import type { Adapter } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";

let house: ApiFixture;
let aigul: Browser;
let dana: Browser;
let customerId: Id;
const sent: { to: string; subject: string; text: string; automatic: boolean | undefined }[] = [];

/** A mailbox that is reached over no network: letters are written down. */
const mailbox: Adapter = {
  kind: "email",
  medium: "mail",
  fields: [],
  parseConfig: (raw) => raw,
  async open() {
    const limits = { textLength: 100_000, attachmentBytes: 25_000_000, replyWindowMs: null, canStart: true };
    return {
      handlers: {
        "message.send": async (letter) => {
          sent.push({ to: letter.to.value ?? "", subject: letter.subject ?? "", text: letter.text, automatic: letter.automatic });
          return { messageKey: `<${letter.id}@house.example>` };
        },
      },
      limits,
      close: async () => undefined,
    };
  },
};

beforeAll(async () => {
  house = await apiFixture({ registry: { email: { exclusive: false, load: async () => mailbox } } });
  const { employees } = house.company;
  [aigul, dana] = [await house.login(employees.aigul), await house.login(employees.dana)];
  customerId = (await aigul.call("POST", "/customers", { kind: "company", name: "Romashka", responsibleId: employees.aigul.id })).json().id;
});
afterAll(() => house.close());

async function upload(by: Browser, text: string, name = "plan.txt"): Promise<Id> {
  const boundary = "----files";
  const body = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: text/plain\r\n\r\n${text}\r\n--${boundary}--\r\n`;
  const answer = await by.call("POST", "/blobs", body, { "content-type": `multipart/form-data; boundary=${boundary}` });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json().blobId;
}
const filesOf = async (by: Browser, object: string, objectId: Id) => (await by.call("GET", `/files?object=${object}&objectId=${objectId}`)).json().items;

describe("files on any object (DT-05, IA-20)", () => {
  test("several on an Interaction, with a linked task; each is seen from both sides and read by whoever may see the object", async () => {
    const typeId = house.company.catalogues.interactionTypes["call"]?.id;
    const event = (await aigul.call("POST", "/interactions", { typeId, subject: "Talked", customerId })).json();
    const task = (await aigul.call("POST", "/tasks", { title: "Check it", subject: { kind: "interaction", id: event.id } })).json();
    const made = [];
    for (const name of ["plan.txt", "price.txt"]) {
      const blobId = await upload(aigul, name, name);
      made.push((await aigul.call("POST", "/files", { object: "interaction", objectId: event.id, blobId })).json());
    }
    expect((await filesOf(aigul, "interaction", event.id)).map((f: { name: string }) => f.name).sort()).toEqual(["plan.txt", "price.txt"]);
    const [plan] = made;
    expect((await aigul.call("POST", `/files/${plan.id}/links`, { object: "task", objectId: task.id })).statusCode).toBe(200);
    expect(await filesOf(aigul, "task", task.id)).toMatchObject([{ id: plan.id, no: 1, bytes: 8 }]);
    expect((await aigul.call("GET", `/files/${plan.id}`)).json().objects).toEqual([
      { object: "interaction", objectId: event.id },
      { object: "task", objectId: task.id },
    ]);
    expect((await aigul.call("GET", `/interactions/${event.id}`)).json()).toMatchObject({ files: 2, tasks: 1 });
    expect((await aigul.call("GET", `/blobs/${plan.blobId}`)).body).toBe("plan.txt");
    const head = await house.login(house.company.employees.head);
    expect((await head.call("GET", `/blobs/${plan.blobId}`)).body).toBe("plan.txt");

    for (const path of [`/files/${plan.id}`, `/blobs/${plan.blobId}`, `/files?object=interaction&objectId=${event.id}`])
      expect((await dana.call("GET", path)).statusCode).toBe(404);
    expect((await dana.call("POST", `/files/${plan.id}/versions`, { blobId: await upload(dana, "x"), version: 0 })).statusCode).toBe(404);
    expect((await dana.call("POST", "/files", { object: "interaction", objectId: event.id, blobId: await upload(dana, "y") })).statusCode).toBe(404);
  });

  test("a new version keeps the old; the same bytes make none; a second editor gets the file as it is; off its last object it is archived", async () => {
    const file = (
      await aigul.call("POST", "/files", { object: "customer", objectId: customerId, blobId: await upload(aigul, "one"), name: "Contract" })
    ).json();
    const same = await aigul.call("POST", `/files/${file.id}/versions`, { blobId: await upload(aigul, "one"), version: 0 });
    expect(same.json()).toMatchObject({ no: 1, version: 0, blobId: file.blobId });
    const second = await aigul.call("POST", `/files/${file.id}/versions`, { blobId: await upload(aigul, "two"), comment: "Signed", version: 0 });
    expect(second.json()).toMatchObject({ no: 2, version: 1 });
    const late = await aigul.call("POST", `/files/${file.id}/versions`, { blobId: await upload(aigul, "three"), version: 0 });
    expect(late.json()).toMatchObject({ code: "version_conflict", details: { current: { no: 2 } } });
    const detail = (await aigul.call("GET", `/files/${file.id}`)).json();
    expect(detail.versions.map((v: { no: number; comment: string | null }) => [v.no, v.comment])).toEqual([
      [2, "Signed"],
      [1, null],
    ]);
    expect((await aigul.call("GET", `/blobs/${detail.versions[1].blobId}`)).body).toBe("one");
    expect((await aigul.call("PATCH", `/files/${file.id}`, { name: "Contract 7", version: 1 })).json().name).toBe("Contract 7");
    const feed = (await aigul.call("GET", `/customers/${customerId}/feed?kind=file`)).json().items;
    expect(feed).toMatchObject([{ kind: "file", title: "Contract 7", objectId: file.id, blobId: second.json().blobId }]);
    const sums =
      await house.sql`SELECT count(DISTINCT b.sha256)::int AS n FROM blob b WHERE b.created_by = ${house.company.employees.aigul.id} AND b.bytes = 3`;
    expect(sums[0]).toEqual({ n: 2 });
    expect((await aigul.call("DELETE", `/files/${file.id}/links?object=customer&objectId=${customerId}`)).statusCode).toBe(204);
    expect((await aigul.call("GET", `/files/${file.id}`)).statusCode).toBe(404);
    expect((await aigul.call("GET", `/blobs/${file.blobId}`)).statusCode).toBe(404);
    expect(await house.sql`SELECT archived_at IS NOT NULL AS kept FROM file WHERE id = ${file.id}`).toEqual([{ kept: true }]);
  });

  test("somebody else's upload, one used already, and an object that is full are refused; nothing is lost", async () => {
    const post = (blobId: Id, object = "customer", objectId = customerId) => aigul.call("POST", "/files", { object, objectId, blobId });
    expect((await post(await upload(dana, "hers"))).json().details.fields).toEqual({ blobId: "unknown" });
    const used = await upload(aigul, "mine");
    expect((await post(used)).statusCode).toBe(201);
    expect((await post(used)).json().details.fields).toEqual({ blobId: "unknown" });
    expect((await post(used, "queue")).statusCode).toBe(422);
    const full = (await aigul.call("POST", "/customers", { kind: "company", name: "Full", responsibleId: house.company.employees.aigul.id })).json().id;
    await house.sql`WITH f AS (INSERT INTO file (name) SELECT 'F' || n FROM generate_series(1, 200) n RETURNING id) INSERT INTO file_link (file_id, customer_id) SELECT id, ${full} FROM f`;
    expect((await post(await upload(aigul, "one too many"), "customer", full)).json()).toMatchObject({ code: "too_large", details: { maxFiles: 200 } });
  });
});

test("a notice goes out by the house's own mailbox, marked as written by no human, with a link to what it is about", async () => {
  const { employees } = house.company;
  await house.sql`UPDATE employee SET email = 'aigul@house.example' WHERE id = ${employees.aigul.id}`;
  await house.channel("email");
  const quiet = { enabled: false, from: "21:00", to: "09:00" };
  await aigul.call("PUT", "/notifications/preferences", { events: [{ event: "task.new", channels: ["email"], leadMinutes: null }], quiet });
  const head = await house.login(employees.head);
  const task = (await head.call("POST", "/tasks", { title: "Count the stock", executorId: employees.aigul.id })).json();
  await house.runJob("notice-letters");
  expect(sent).toMatchObject([{ to: "aigul@house.example", subject: "A new task: Count the stock", automatic: true }]);
  expect(sent[0]?.text).toContain(`http://localhost/tasks/${task.id}`);
  await house.runJob("notice-letters");
  expect(sent).toHaveLength(1);
});
