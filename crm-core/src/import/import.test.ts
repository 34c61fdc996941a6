import { utils, write } from "@e965/xlsx";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

/** The house's job until nothing is left to do, as the house runs it. */
async function work(): Promise<void> {
  const job = house.crm.jobs.find((j) => j.name === "imports");
  do await job?.run();
  while ((await house.sql`SELECT 1 FROM import_batch WHERE state IN ('checking', 'running', 'undoing') LIMIT 1`).length > 0);
}
async function upload(person: Person, object: string, name: string, file: string | Uint8Array) {
  const answer = await house.app.inject({
    method: "POST",
    url: `/imports?object=${object}&name=${encodeURIComponent(name)}`,
    headers: { "x-person": person, "content-type": "application/octet-stream" },
    payload: Buffer.from(file),
  });
  return { status: answer.statusCode, body: answer.json() };
}
type View = { id: string; version: number };
async function step(person: Person, batch: View, name: "check" | "run" | "undo") {
  const { body: now } = await house.as(person, "GET", `/imports/${batch.id}`);
  const started = await house.as(person, "POST", `/imports/${batch.id}/${name}`, { version: now.version });
  if (started.status !== 200) return started;
  await work();
  return house.as(person, "GET", `/imports/${batch.id}`);
}
async function patch(person: Person, batch: View, body: object) {
  const { body: now } = await house.as(person, "GET", `/imports/${batch.id}`);
  return house.as(person, "PATCH", `/imports/${batch.id}`, { ...body, version: now.version });
}
const rows = async (person: Person, batch: View, query = "") => (await house.as(person, "GET", `/imports/${batch.id}/rows?${query}`)).body.items;
const found = async (q: string) => (await house.as("admin", "GET", `/search?q=${encodeURIComponent(q)}`)).body.items;

describe("a file of customers is brought in (IG-04)", () => {
  const FILE = [
    "Название;ИНН;Телефон;E-mail;Ответственный;Контактное лицо;Должность",
    "ТОО Василёк;990140000001;8 701 300 00 01;info@vasilek.example;aigul;Иванова Мария Петровна;директор",
    "ТОО Лютик;990140000002;8 701 300 00 02, 8 701 300 00 03;;Aigul Nurlanova;;",
    "ТОО Без телефона;;нет такого;не-адрес;;;",
    ";;8 701 300 00 05;;;;",
    "ТОО Василёк второй;990140000001;;;;;",
    "ТОО Незнакомый начальник;;;;Пупкин;;",
  ].join("\r\n");

  test("the columns are recognised by their titles, whatever the encoding and the separator", async () => {
    const { body, status } = await upload("head", "customer", "clients.csv", encode1251(FILE));
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body).toMatchObject({
      state: "draft",
      format: "csv",
      options: { encoding: "windows-1251", separator: ";" },
      mapping: { 0: "name", 1: "taxId", 2: "phone", 3: "email", 4: "responsible", 5: "contactName", 6: "contactPosition" },
      columns: [{ title: "Название", samples: expect.arrayContaining(["ТОО Василёк"]) }, ...Array.from({ length: 6 }, () => expect.anything())],
    });
  });

  test("the dry run names every fault of every row and makes nothing; the run makes what is good, once; undo takes it back", async () => {
    const { body: batch } = await upload("admin", "customer", "clients.csv", FILE);
    const before =
      await house.sql`SELECT (SELECT count(*) FROM customer) AS c, (SELECT count(*) FROM contact_point) AS p, (SELECT count(*) FROM audit_log) AS a`;
    const checked = await step("admin", batch, "check");
    expect(checked.body).toMatchObject({ state: "checked", total: 6, counts: { ready: 2, faulty: 3, duplicate: 1 } });
    const now =
      await house.sql`SELECT (SELECT count(*) FROM customer) AS c, (SELECT count(*) FROM contact_point) AS p, (SELECT count(*) - 1 FROM audit_log) AS a`;
    expect(now).toEqual(before);
    const faulty = await rows("admin", batch, "state=faulty");
    expect(faulty.map((r: { n: number; faults: object[] }) => [r.n, r.faults])).toEqual([
      [
        3,
        [expect.objectContaining({ field: "phone", code: "bad_phone", value: "нет такого" }), expect.objectContaining({ field: "email", code: "bad_email" })],
      ],
      [4, [{ field: "name", code: "required", value: null }]],
      [6, [{ field: "responsible", code: "unknown_name", value: "Пупкин" }]],
    ]);
    expect((await rows("admin", batch, "state=duplicate"))[0]).toMatchObject({ n: 5, twin: { kind: "row", id: "1" } });

    const done = await step("admin", batch, "run");
    expect(done.body).toMatchObject({ state: "done", counts: { created: 2, skipped: 1, faulty: 3 } });
    const [vasilek] = await found("Василёк");
    const { body: card } = await house.as("admin", "GET", `/customers/${vasilek.id}`);
    expect(card).toMatchObject({
      name: "ТОО Василёк",
      taxId: "990140000001",
      responsible: { name: "Aigul Nurlanova" },
      contactPoints: expect.arrayContaining([expect.objectContaining({ value: "+77013000001", verifiedAt: null })]),
      contacts: [{ name: "Иванова Мария Петровна", position: "директор" }],
    });
    expect(await found("7013000003")).toHaveLength(1);
    // Running once more finds nothing to run; a second file with the same people makes nobody twice.
    expect((await step("admin", batch, "run")).status).toBe(422);
    const again = await upload("admin", "customer", "again.csv", FILE);
    await step("admin", again.body, "check");
    expect((await step("admin", again.body, "run")).body.counts).toMatchObject({ created: 0, skipped: 3, faulty: 3 });

    // Somebody works with one of the cards meanwhile: it stays.
    const [lyutik] = await found("Лютик");
    await house.as("admin", "PATCH", `/customers/${lyutik.id}`, { comment: "called", version: 0 });
    const undone = await step("admin", batch, "undo");
    expect(undone.body).toMatchObject({ state: "undone", counts: { undone: 1, kept: 1, skipped: 1, faulty: 3 } });
    expect((await rows("admin", batch, "state=kept"))[0].faults).toEqual([{ field: "", code: "changed_since", value: null }]);
    expect(await found("Василёк")).toEqual([]);
    expect(await found("7013000001")).toEqual([]);
    expect(await found("Лютик")).toHaveLength(1);
  });

  test("the report has every row with what became of it, and opens as CSV and as a sheet", async () => {
    const { body: batch } = await upload("admin", "lead", "leads.csv", "phone,contactName\n+7 701 310 00 01,=1+1\nx,Bad\n");
    await step("admin", batch, "check");
    const csv = await house.app.inject({ method: "GET", url: `/imports/${batch.id}/report`, headers: { "x-person": "admin" } });
    expect(csv.headers["content-disposition"]).toContain("import-leads.csv");
    expect(csv.body.split("\r\n").slice(0, 3)).toEqual([
      "\uFEFFRow,What became of it,Why,Repeats,Card,phone,contactName",
      "1,ready,,,,+7 701 310 00 01,'=1+1".replace("+7 701", "'+7 701"),
      "2,faulty,Phone: is no phone number («x»),,,x,Bad",
    ]);
    const inLanguage = async (locale: string) => {
      await house.as("admin", "PATCH", "/me", { locale });
      const { body } = await house.app.inject({ method: "GET", url: `/imports/${batch.id}/report`, headers: { "x-person": "admin" } });
      return [body.split("\r\n")[0]?.slice(1), body.split("\r\n")[2]];
    };
    expect(await inLanguage("ru")).toEqual([
      "Строка,Что стало,Почему,Повторяет,Карточка,phone,contactName",
      "2,с ошибками,Телефон: не номер телефона («x»),,,x,Bad",
    ]);
    expect(await inLanguage("kk")).toEqual([
      "Жол,Не болды,Неге,Қайталайды,Карточка,phone,contactName",
      "2,қатесі бар,Телефон: телефон нөмірі емес («x»),,,x,Bad",
    ]);
    expect(await inLanguage("uk")).toEqual(["Рядок,Що стало,Чому,Повторює,Картка,phone,contactName", "2,з помилками,Телефон: не номер телефону («x»),,,x,Bad"]);
    await house.as("admin", "PATCH", "/me", { locale: "en" });
    const sheet = await house.app.inject({ method: "GET", url: `/imports/${batch.id}/report?format=xlsx`, headers: { "x-person": "admin" } });
    expect(sheet.rawPayload.subarray(0, 2).toString()).toBe("PK");
  });
});

describe("contacts and leads", () => {
  test("a workbook of contacts finds their companies by name or code, reads dates and sheets", async () => {
    const { body: company } = await house.as("admin", "POST", "/customers", { kind: "company", name: "Қазақ Мұнай" });
    const book = utils.book_new();
    utils.book_append_sheet(book, utils.aoa_to_sheet([["nothing"]]), "Cover");
    utils.book_append_sheet(
      book,
      utils.aoa_to_sheet(
        [
          ["Компания", "ФИО", "Дата рождения", "Мобильный телефон", "Рабочий телефон"],
          ["казак мунай", "Сериков Нурлан Ахметович", new Date(Date.UTC(1980, 4, 17)), 77013200001, "8 (701) 320-00-02"],
          [company.code, "Серикова Айна", "17.05.1985", "", ""],
          ["Нет такой", "Кто-то", "", "", ""],
        ],
        { cellDates: true, UTC: true },
      ),
      "People",
    );
    const { body: batch } = await upload("admin", "contact", "people.xlsx", new Uint8Array(write(book, { type: "buffer", bookType: "xlsx" })));
    expect(batch).toMatchObject({ format: "xlsx", sheets: ["Cover", "People"], columns: [{ title: "nothing" }] });
    expect((await step("admin", batch, "check")).body).toMatchObject({ code: "validation", details: { fields: { company: "required" } } });
    const read = await patch("admin", batch, { options: { sheet: "People" } });
    expect(read.body.mapping).toEqual({ 0: "company", 1: "fullName", 2: "birthDate", 3: "phone", 4: "phone" });
    await step("admin", batch, "check");
    const done = await step("admin", batch, "run");
    expect(done.body).toMatchObject({ state: "done", counts: { created: 2, faulty: 1 } });
    const contacts = (await house.as("admin", "GET", `/customers/${company.id}`)).body.contacts;
    expect(contacts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ lastName: "Сериков", firstName: "Нурлан", middleName: "Ахметович", birthDate: "1980-05-17" }),
        expect.objectContaining({ lastName: "Серикова", birthDate: "1985-05-17" }),
      ]),
    );
    expect(contacts.find((c: { lastName: string }) => c.lastName === "Сериков").contactPoints).toHaveLength(2);
  });

  test("an existing card's empty fields are filled in when asked, what people entered stays, and undo empties them again", async () => {
    const lead = (await house.as("admin", "POST", "/leads", { contactName: "Typed By Hand", contactPoints: [{ kind: "phone", value: "+77013300001" }] })).body;
    const { body: batch } = await upload(
      "admin",
      "lead",
      "leads.csv",
      "phone,contactName,companyName,email\n+77013300001,Another Name,Their Company,new@their.example\n",
    );
    await patch("admin", batch, { options: { onDuplicate: "fill" } });
    await step("admin", batch, "check");
    expect((await step("admin", batch, "run")).body.counts).toMatchObject({ filled: 1 });
    const filled = (await house.as("admin", "GET", `/leads/${lead.id}`)).body;
    expect(filled).toMatchObject({ contactName: "Typed By Hand", companyName: "Their Company" });
    expect(filled.contactPoints.map((p: { value: string }) => p.value)).toContain("new@their.example");
    await step("admin", batch, "undo");
    const back = (await house.as("admin", "GET", `/leads/${lead.id}`)).body;
    expect(back).toMatchObject({ contactName: "Typed By Hand", companyName: null });
    expect(back.contactPoints).toHaveLength(1);
  });

  test("required fields answer as they do at the screen; by right rows are let through and marked incomplete", async () => {
    const [rule] = await house.sql<{ id: string }[]>`
      INSERT INTO required_field_rule (object, field, moment, severity) VALUES ('lead', 'companyName', 'save', 'block') RETURNING id`;
    const { body: batch } = await upload("admin", "lead", "leads.csv", "phone,contactName\n+77013400001,Incomplete Person\n");
    await step("admin", batch, "check");
    expect((await rows("admin", batch))[0]).toMatchObject({ state: "faulty", faults: [{ field: "companyName", code: "required" }] });
    await patch("admin", batch, { options: { letIncomplete: true } });
    await step("admin", batch, "check");
    expect((await step("admin", batch, "run")).body.counts).toMatchObject({ created: 1 });
    const marks = await house.sql`SELECT fields FROM incomplete_record WHERE object = 'lead'`;
    expect(marks).toHaveLength(1);
    await house.sql`DELETE FROM required_field_rule WHERE id = ${rule?.id ?? ""}`;
    // The head of a department may bring files in and not let incomplete rows through.
    const { body: theirs } = await upload("head", "lead", "leads.csv", "phone\n+77013400002\n");
    expect((await patch("head", theirs, { options: { letIncomplete: true } })).body.details.fields).toEqual({ letIncomplete: "forbidden" });
  });
});

describe("files that are none", () => {
  test.each([
    ["an empty file", new Uint8Array(0), "empty"],
    ["a title without a row's worth", strToU8("\r\n\r\n"), "empty"],
    ["an archive that is no workbook", zipSync({ "a.txt": strToU8("hello") }), "broken"],
    [
      "half a workbook",
      new Uint8Array(write({ SheetNames: ["A"], Sheets: { A: utils.aoa_to_sheet([["x"]]) } }, { type: "buffer", bookType: "xlsx" })).subarray(0, 900),
      "broken",
    ],
    ["a ZIP bomb", bomb(), "too_large"],
  ])("%s is refused with its reason and nothing is stored", async (_name, file, reason) => {
    const [before] = await house.sql`SELECT count(*) AS n FROM import_batch`;
    expect(await upload("admin", "customer", "file.xlsx", file)).toMatchObject({ status: 422, body: { details: { fields: { file: reason } } } });
    expect((await house.sql`SELECT count(*) AS n FROM import_batch`)[0]).toEqual(before);
  });

  test("more than 100,000 rows are refused at the dry run", async () => {
    const { body: batch } = await upload("admin", "lead", "huge.csv", `phone\n${"+77010000000\n".repeat(100_001)}`);
    expect((await step("admin", batch, "check")).body).toMatchObject({ state: "failed", fault: "too_many_rows" });
    expect((await house.sql`SELECT count(*) AS n FROM lead`)[0]?.["n"]).toBeLessThan(100);
  });
});

test("only the options that are named change; the others stay as they were chosen", async () => {
  const { body: batch } = await upload("admin", "lead", "leads.csv", "phone;contactName\n+77013600001;Kept\n");
  const chosen = { separator: ";", onDuplicate: "fill", kind: "person", makeCompanies: true, letIncomplete: true };
  expect((await patch("admin", batch, { options: chosen })).body.options).toMatchObject(chosen);
  expect((await patch("admin", batch, { options: { header: false } })).body).toMatchObject({ options: { ...chosen, header: false }, columns: [{}, {}] });
  expect((await patch("admin", batch, { mapping: { 0: "phone" } })).body.options).toMatchObject({ ...chosen, header: false });
});

describe("a second card for a certain twin (B14)", () => {
  const known = {
    contactName: "Twin Person",
    contactPoints: [
      { kind: "phone", value: "+77013700001" },
      { kind: "email", value: "twin@their.example" },
    ],
  };
  const file = "phone,email,contactName\n+77013700001,twin@their.example,Twin Person\n+77013700002,other@their.example,Somebody New\n";
  let twin: string;
  beforeAll(async () => {
    twin = (await house.as("admin", "POST", "/leads", known)).body.id;
    const permissions = [
      ["import", "create"],
      ["import", "read"],
      ["lead", "create"],
      ["lead", "read"],
      ["customer", "read"],
    ].map(([object, action]) => ({ object, action, scope: "all" }));
    const role = (await house.as("admin", "POST", "/roles", { name: "Brings leads in", permissions })).body;
    const dana = (await house.as("admin", "GET", "/employees")).body.find((e: { login: string }) => e.login === "dana");
    const given = await house.as("admin", "PATCH", `/employees/${dana.id}`, { roleIds: [role.id], version: dana.version });
    expect(given.status, JSON.stringify(given.body)).toBe(200);
  });

  test("a lead is refused to whoever may not say that it is a different one, as at the screen, and the rest of the file comes in", async () => {
    expect((await house.as("dana", "POST", "/leads", { ...known, differentReason: "different" })).body.code).toBe("duplicate");
    const { body: batch } = await upload("dana", "lead", "leads.csv", file);
    await patch("dana", batch, { options: { onDuplicate: "create" } });
    await step("dana", batch, "check");
    expect(await rows("dana", batch)).toMatchObject([{ state: "faulty", faults: [{ code: "duplicate" }] }, { state: "ready" }]);
    expect((await step("dana", batch, "run")).body.counts).toMatchObject({ created: 1, faulty: 1 });
    expect(await house.sql`SELECT 1 FROM lead WHERE contact_name = 'Twin Person'`).toHaveLength(1);
  });

  test("by right the second lead is made, and the journal names the one that was overruled and why", async () => {
    const { body: batch } = await upload("admin", "lead", "leads.csv", file.split("\n").slice(0, 2).join("\n"));
    await patch("admin", batch, { options: { onDuplicate: "create" } });
    await step("admin", batch, "check");
    expect((await step("admin", batch, "run")).body.counts).toMatchObject({ created: 1 });
    const [made] = await house.sql<{ id: string }[]>`SELECT id FROM lead WHERE contact_name = 'Twin Person' AND id <> ${twin}`;
    const [row] = await house.sql`SELECT changes FROM audit_log WHERE object_kind = 'lead' AND object_id = ${made?.id ?? ""} AND action = 'create'`;
    expect(row?.["changes"]).toMatchObject({ different_from: [null, [twin]], different_reason: [null, "import"] });
  });
});

describe("who may", () => {
  test("an agent brings nothing in; another department's batch is not there; a second writer gets the batch as it is", async () => {
    expect((await upload("aigul", "lead", "leads.csv", "phone\n+77013500001\n")).status).toBe(403);
    expect((await house.as("aigul", "GET", "/imports")).status).toBe(403);
    const { body: batch } = await upload("admin", "lead", "leads.csv", "phone\n+77013500001\n");
    for (const [method, url] of [
      ["GET", ""],
      ["GET", "/rows"],
      ["GET", "/report"],
      ["PATCH", ""],
      ["POST", "/check"],
      ["POST", "/undo"],
    ] as const) {
      const answer = await house.as("head", method, `/imports/${batch.id}${url}`, method === "GET" ? undefined : { version: 0 });
      expect([answer.status, answer.body.code], `${method} ${url}`).toEqual([404, "not_found"]);
    }
    expect((await house.as("head", "GET", "/imports")).body.items.map((b: View) => b.id)).not.toContain(batch.id);
    await patch("admin", batch, { mapping: { 0: "phone" } });
    expect((await house.as("admin", "PATCH", `/imports/${batch.id}`, { mapping: {}, version: 0 })).body).toMatchObject({
      code: "version_conflict",
      details: { current: { id: batch.id, version: 1 } },
    });
    expect((await patch("admin", batch, { mapping: { 7: "phone" } })).status).toBe(422);
    expect((await patch("admin", batch, { mapping: { 0: "password_hash" } })).status).toBe(422);
  });

  test("a row whose responsible one may not assign to is a fault of that row", async () => {
    const { body: batch } = await upload("head", "lead", "leads.csv", "phone,responsible\n+77013500011,dana\n+77013500012,bolat\n");
    await step("head", batch, "check");
    expect((await rows("head", batch)).map((r: { state: string }) => r.state)).toEqual(["faulty", "ready"]);
  });

  test("a mapping is kept as a profile by the titles of its columns", async () => {
    const profile = { object: "lead", name: "Exhibition", options: { separator: ";" }, mapping: { "Tel.": "phone" } };
    const { body } = await house.as("head", "POST", "/import-profiles", profile);
    expect((await house.as("head", "POST", "/import-profiles", profile)).body.id).toBe(body.id);
    expect((await house.as("head", "GET", "/import-profiles?object=lead")).body).toMatchObject([
      { name: "Exhibition", mapping: { "Tel.": "phone" }, options: { separator: ";", onDuplicate: "skip" } },
    ]);
    expect((await house.as("head", "DELETE", `/import-profiles/${body.id}`)).status).toBe(204);
    expect((await house.as("head", "DELETE", `/import-profiles/${body.id}`)).status).toBe(404);
  });
});

test("the process dies in the middle of a run: every row is brought in exactly once", async () => {
  const lines = Array.from({ length: 70 }, (_, n) => `+7701360${String(n).padStart(4, "0")},Person Number${n}`);
  const { body: batch } = await upload("admin", "lead", "leads.csv", `phone,contactName\n${lines.join("\n")}\n`);
  await step("admin", batch, "check");
  // The last row of the second chunk fails as a lost connection does: the whole chunk is undone, the first one stays.
  await house.sql.unsafe(`
    CREATE FUNCTION break_import() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.contact_name = 'Person Number60' THEN RAISE EXCEPTION 'connection lost' USING ERRCODE = '57P01'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER break_import BEFORE INSERT ON lead FOR EACH ROW EXECUTE FUNCTION break_import()`);
  // Stopped before anything was brought in, it can be run again.
  const { body: checked } = await house.as("admin", "GET", `/imports/${batch.id}`);
  const { body: started } = await house.as("admin", "POST", `/imports/${batch.id}/run`, { version: checked.version });
  const stopped = await house.as("admin", "POST", `/imports/${batch.id}/stop`, { version: started.version });
  expect(stopped, JSON.stringify([started, stopped.body])).toMatchObject({ status: 200, body: { state: "checked", counts: { ready: 70 } } });
  await house.as("admin", "POST", `/imports/${batch.id}/run`, { version: stopped.body.version });
  await expect(work()).rejects.toThrow("connection lost");
  expect((await house.as("admin", "GET", `/imports/${batch.id}`)).body).toMatchObject({ state: "running", counts: { created: 50, ready: 20 } });
  await house.sql.unsafe("DROP TRIGGER break_import ON lead; DROP FUNCTION break_import()");
  // Two nodes at once: the batch's lock gives each row to one of them.
  await Promise.all([work(), work()]);
  expect((await house.as("admin", "GET", `/imports/${batch.id}`)).body).toMatchObject({ state: "done", counts: { created: 70 } });
  const [made] = await house.sql`SELECT count(*) AS n, count(DISTINCT contact_name) AS different FROM lead WHERE contact_name LIKE 'Person Number%'`;
  expect(made).toEqual({ n: 70, different: 70 });
  await step("admin", batch, "undo");
  expect((await house.sql`SELECT count(*) AS n FROM lead WHERE contact_name LIKE 'Person Number%'`)[0]).toEqual({ n: 0 });
});

/** 270 MB of nothing in some hundred kilobytes. */
function bomb(): Uint8Array {
  const zeros = new Uint8Array(54 * 1024 * 1024);
  return zipSync(Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`xl/worksheets/sheet${n}.xml`, [zeros, { level: 1 as const }] as const])) as never);
}

/** Cyrillic as Excel saves CSV: the text of these files in the bytes of windows-1251. */
function encode1251(text: string): Uint8Array {
  const table = new Map([...new TextDecoder("windows-1251").decode(Uint8Array.from({ length: 256 }, (_, i) => i))].map((c, i) => [c, i]));
  return Uint8Array.from(text, (c) => table.get(c) ?? 63);
}
