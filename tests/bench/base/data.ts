import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/** How big the generated base is. */
export interface BaseSize {
  customers: number;
  contactPoints: number;
  interactions: number;
  /** Items in the history of the one customer who has been with us for ever; an agent's rights show two thirds of them. */
  longHistory: number;
}
export const FULL_BASE: BaseSize = { customers: 300_000, contactPoints: 1_000_000, interactions: 2_000_000, longHistory: 16_000 };

const SURNAMES =
  "Иванов Петров Сидоров Ким Ли Цой Ахметов Нұрланов Сәрсенов Қасымов Жұмабаев Омаров Әбдірахманов Төлегенов Ғабитов Оспанов Ибрагимов Кузнецов Смирнов Попов Васильев Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев Семёнов Шевченко Коваленко Бондаренко Ткаченко Кравченко Олійник Їжакевич Лисенко Мельник Поліщук Байжанов Сулейменов Есенов Досжанов Мұхамедов Тәжібаев Рахимов Юсупов Каримов Назаров".split(
    " ",
  );
const NAMES =
  "Айгүл Болат Дана Ерлан Серик Гульнара Нұрлан Асель Марат Тимур Иван Пётр Ольга Анна Мария Сергей Андрей Елена Наталья Дмитрий Алексей Юлия Виктор Галина Оксана Тарас Богдан Олена Ірина Євген".split(
    " ",
  );
const WORDS =
  "Алтын Жібек Арман Дос Береке Тұлпар Сұңқар Каз Транс Сервис Строй Мет Агро Тех Инвест Групп Торг Лайн Мед Фарм Энерго Снаб Авто Мастер Дом Пром Хим Био Вест Норд Альфа Омега Вектор Сити Проф Логист Ком Нефть Газ Плюс".split(
    " ",
  );

/** Written in bulk: what is looked up meanwhile is little, so that indexes are made once, at the end. */
const FILLED = ["customer", "contact", "customer_contact", "lead", "contact_point", "interaction", "name_word", "search_word"];

/**
 * Fills the CRM's tables: customers (two of three are companies), a contact for each, leads, contact points verified and not,
 * and Interactions over three years. Names repeat as they do among people; the same size gives the same base. Returns the
 * customer with the long history. Takes an empty database of one's own: indexes are set aside, foreign keys and triggers rest meanwhile.
 */
export async function fillBase(sql: Db, size: BaseSize, employees: Id[]): Promise<{ long: Id }> {
  const long = await sql.begin(async (tx) => {
    await tx.unsafe("SET LOCAL session_replication_role = replica; SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '512MB'");
    const indexes = await tx<{ name: string; made: string }[]>`
      SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made FROM pg_index i
      WHERE i.indrelid = ANY(${FILLED}::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)`;
    for (const { name } of indexes) await tx.unsafe(`DROP INDEX ${name}`);
    await fillTables(tx, size, employees);
    for (const { made } of indexes) await tx.unsafe(made);
    const [first] = await tx<{ id: Id }[]>`SELECT id FROM customer ORDER BY code LIMIT 1`;
    return (first as { id: Id }).id;
  });
  await sql`VACUUM ANALYZE`;
  // A company that has worked for years is not in the middle of writing two gigabytes.
  await sql`CHECKPOINT`;
  // Nor does it read for the first time today what it looks up all day.
  await sql`CREATE EXTENSION IF NOT EXISTS pg_prewarm`;
  await sql`SELECT pg_prewarm(c.oid::regclass) FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE coalesce(i.indrelid, c.oid) = ANY(${FILLED}::regclass[])`;
  return { long };
}

async function fillTables(sql: Tx, size: BaseSize, employees: Id[]): Promise<void> {
  const pick = (list: string, n: string) => `(${list})[1 + ((${n}) % array_length(${list}, 1))]`;
  const array = (words: string[]) => `ARRAY[${words.map((w) => `'${w}'`).join(",")}]`;
  const [surname, name, word] = [array(SURNAMES), array(NAMES), array(WORDS)];
  const employee = `(ARRAY[${employees.map((e) => `'${e}'::uuid`).join(",")}])[1 + (n % ${employees.length})]`;
  // Counters through a multiplication, so that neighbours differ.
  const mixed = (prime: number) => `((n::bigint * ${prime}) % 1000003)`;
  const person = `${pick(surname, mixed(7919))} || ' ' || ${pick(name, mixed(104729))}`;
  await sql`
    INSERT INTO region (code, name, parent_id) SELECT 'B' || n, 'Region ' || n, NULL FROM generate_series(1, 10) n`;
  await sql`
    INSERT INTO region (code, name, parent_id) SELECT r.code || '-' || n, 'District ' || n, r.id FROM region r, generate_series(1, 10) n WHERE r.code ~ '^B[0-9]+$'`;
  await sql`INSERT INTO industry (code, name) SELECT 'I' || n, 'Industry ' || n FROM generate_series(1, 20) n`;
  // Three years of customers, in a hundred districts, some lines of business and all statuses.
  await sql.unsafe(`
    INSERT INTO customer (created_at, region_id, industry_id, status_id, kind, name, responsible_id, responsible_since)
    SELECT now() - (${mixed(48271)}::float8 / 1000003) * interval '1095 days',
      (SELECT array_agg(id ORDER BY code) FROM region WHERE parent_id IS NOT NULL AND code LIKE 'B%')[1 + ${mixed(16807)} % 100],
      (SELECT array_agg(id ORDER BY code) FROM industry WHERE code ~ '^I[0-9]')[1 + ${mixed(69621)} % 20],
      (SELECT array_agg(id ORDER BY pos) FROM customer_status)[1 + ${mixed(39373)} % (SELECT count(*) FROM customer_status)::int],
      CASE WHEN n % 3 = 0 THEN 'person' ELSE 'company' END,
      CASE WHEN n % 3 = 0 THEN ${person} ELSE 'ТОО «' || ${pick(word, mixed(7919))} || ${pick(word, mixed(15485))} || ' ' || ${pick(word, mixed(27644))} || '-' || n || '»' END,
      ${employee}, now() FROM generate_series(1, ${size.customers}) n`);
  await sql.unsafe(
    `INSERT INTO contact (last_name, first_name) SELECT ${pick(surname, mixed(31337))}, ${pick(name, mixed(65537))} FROM generate_series(1, ${size.customers}) n`,
  );
  await sql`
    INSERT INTO customer_contact (customer_id, contact_id, is_primary)
    SELECT c.id, k.id, true FROM (SELECT id, row_number() OVER () AS n FROM customer) c JOIN (SELECT id, row_number() OVER () AS n FROM contact) k USING (n)`;
  const leads = Math.floor(size.customers / 3);
  await sql.unsafe(`INSERT INTO lead (contact_name, responsible_id) SELECT ${person}, ${employee} FROM generate_series(1, ${leads}) n`);
  // Phones for every contact and lead and customer, the rest letters; numbered so that the bench knows them.
  await sql`
    INSERT INTO contact_point (customer_id, contact_id, lead_id, kind, value_raw, value_norm, verified_at)
    SELECT customer_id, contact_id, lead_id, CASE WHEN n % 4 = 3 THEN 'email' ELSE 'phone' END, v, v, CASE WHEN n % 10 <> 0 THEN now() END
    FROM (
      SELECT customer_id, contact_id, lead_id, n, CASE WHEN n % 4 = 3 THEN 'box' || n || '@client' || n % 9973 || '.example' ELSE '+770' || lpad(n::text, 8, '0') END AS v
      FROM (SELECT *, row_number() OVER () AS n FROM (
        SELECT id AS customer_id, NULL::uuid AS contact_id, NULL::uuid AS lead_id FROM customer
        UNION ALL SELECT NULL, id, NULL FROM contact
        UNION ALL SELECT NULL, NULL, id FROM lead
        UNION ALL SELECT id, NULL, NULL FROM customer) everybody) numbered
      WHERE n <= ${size.contactPoints}) p`;
  // A third of all customers have most of the history; the oldest customer has a long one of his own.
  await sql.unsafe(`
    INSERT INTO interaction (type_id, status_id, state, direction, customer_id, executor_id, author_id, subject, result, occurred)
    SELECT t.id, s.id, 'done', CASE WHEN n % 2 = 0 THEN 'in' ELSE 'out' END,
      CASE WHEN n <= ${size.longHistory} THEN (SELECT id FROM customer ORDER BY code LIMIT 1) ELSE c.id END, ${employee}, ${employee}, 'Contact ' || n, 'Agreed on the next step ' || n,
      tstzrange(now() - (n::float8 / ${size.interactions}) * interval '1095 days' - interval '5 minutes', now() - (n::float8 / ${size.interactions}) * interval '1095 days')
    FROM generate_series(1, ${size.interactions}) n
    JOIN (SELECT id, row_number() OVER (ORDER BY code) AS m FROM customer) c ON c.m = 1 + (n::bigint * 7919) % ${size.customers}
    CROSS JOIN LATERAL (SELECT id FROM interaction_type WHERE code = 'call' LIMIT 1) t
    CROSS JOIN LATERAL (SELECT id FROM interaction_status WHERE type_id = t.id AND state = 'done' LIMIT 1) s`);
  // What the triggers write, but each word's sound is found once and not for everybody who has it; numbers sound as they are written.
  await sql`
    WITH part AS MATERIALIZED (
      SELECT DISTINCT kind, id, part FROM (
        SELECT 'customer' AS kind, id, name FROM customer
        UNION ALL SELECT 'contact', id, concat_ws(' ', last_name, first_name) FROM contact
        UNION ALL SELECT 'lead', id, contact_name FROM lead) card
      CROSS JOIN LATERAL string_to_table(translate(name, '«»-', '   '), ' ') AS part WHERE part <> ''),
    sound AS MATERIALIZED (SELECT part, CASE WHEN part ~ '^[0-9]+$' THEN part ELSE name_key(part) END AS word FROM (SELECT DISTINCT part FROM part) p)
    INSERT INTO name_word (word, kind, card_id) SELECT DISTINCT word, kind, id FROM part JOIN sound USING (part)`;
  await sql`INSERT INTO search_word (word) SELECT DISTINCT word FROM name_word`;
}
