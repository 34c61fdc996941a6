import type { Db } from "@kommutator/contract/db";

/** Open Interests of the kind of this code, spread over its stages, people and customers; some of them late already. Returns the kind's id. */
export async function fillBoard(sql: Db, code: string, count: number): Promise<string> {
  return sql.begin(async (tx) => {
    const [kind] = await tx<{ id: string }[]>`SELECT id FROM interest_kind WHERE code = ${code}`;
    if (kind === undefined) throw new Error(`no kind of Interests has the code ${code}`);
    await tx`
      WITH stages AS (SELECT array_agg(id ORDER BY pos) AS ids FROM stage WHERE kind_id = ${kind.id} AND archived_at IS NULL),
        people AS (SELECT array_agg(id ORDER BY login) AS ids FROM employee WHERE state = 'active'),
        customers AS (SELECT array_agg(id ORDER BY name) AS ids FROM customer WHERE archived_at IS NULL),
        made AS (
          INSERT INTO interest (kind_id, process_mode, customer_id, title, responsible_id, stage_id, stage_entered_at, amount, currency, created_at)
          SELECT k.id, k.process_mode, c.ids[1 + n % cardinality(c.ids)], (ARRAY['Вентиляция склада', 'Сплит-системы в офис', 'Приточная установка', 'Чиллер для цеха', 'Монтаж воздуховодов'])[1 + n % 5] || ' · ' || n,
            p.ids[1 + n % cardinality(p.ids)], s.ids[1 + n % cardinality(s.ids)], now() - (n % 20) * interval '1 day' - n * interval '1 minute', 50000 + n * 1000, 'KZT', now() - interval '40 days'
          FROM generate_series(1, ${count}) AS n, interest_kind k, stages s, people p, customers c WHERE k.id = ${kind.id} RETURNING id, stage_id, stage_entered_at, responsible_id)
      INSERT INTO interest_stage_history (interest_id, stage_id, during, entered_by, planned_seconds)
      SELECT m.id, m.stage_id, tstzrange(m.stage_entered_at, NULL), m.responsible_id, s.planned_seconds FROM made m JOIN stage s ON s.id = m.stage_id`;
    await tx`UPDATE interest SET department_id = (SELECT department_id FROM employee WHERE id = interest.responsible_id) WHERE department_id IS NULL`;
    return kind.id;
  });
}
