import { type ExportList, ExportParams, ExportQuery } from "@kommutator/contract/api/export";
import { actorOf, principalOf } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { readNames } from "../catalogue/sql.ts";
import type { Crm } from "../context.ts";
import { type Locale, t } from "../setup/texts.ts";
import type { Cell } from "./column.ts";
import { COLUMNS } from "./columns.ts";
import { exporterOf } from "./lists.ts";
import { sendRows } from "./send.ts";
import type { SheetCell } from "./xlsx.ts";

/** A sheet ends at 1,048,576 rows. */
const MOST = 1_000_000;
/** The last row of a file that has not all of the list. */
const CUT = t(
  "Здесь первые {n} строк списка, есть и другие: сузьте отбор.",
  "These are the first {n} rows of the list and there are more: narrow the filter.",
  "Мұнда тізімнің алғашқы {n} жолы, басқалары да бар: сүзгіні тарылтыңыз.",
  "Тут перші {n} рядків списку, є й інші: звузьте відбір.",
);

/** GET /exports/:list: a list as a file, streamed page by page (IG-04). The lists' handlers were learnt by `learnLists`. */
export function exportRoutes(crm: Crm): FastifyPluginAsync {
  const most = crm.exportRows ?? MOST;
  return async (app) => {
    app
      .withTypeProvider<ZodTypeProvider>()
      .get("/exports/:list", { schema: { params: ExportParams, querystring: ExportQuery, response: { 200: z.any() } } }, async (request, reply) => {
        const { list } = request.params;
        const { format, ...filter } = request.query;
        const principal = exporterOf(principalOf(request), list);
        const read = app.listReader(list);
        const page = (cursor: string | null) => read(request, principal, { ...filter, ...(cursor === null ? {} : { cursor }) });
        // Faults of the filter are told before the file begins.
        const first = await page(null);
        await crm.sql.begin((tx) =>
          crm.audit(tx, actorOf(request), { objectKind: "employee", objectId: principal.employeeId, action: `export-${list}`, changes: { format, ...filter } }),
        );
        const { tz } = await crm.company(crm.sql);
        const [me] = await crm.sql<{ locale: Locale }[]>`SELECT locale FROM employee WHERE id = ${principal.employeeId}`;
        const locale = me?.locale ?? "ru";
        const local = localTimes(tz);
        const people = await crm.sql<{ id: string; name: string }[]>`SELECT id, full_name AS name FROM employee UNION ALL SELECT id, name FROM department`;
        const names = { ...Object.fromEntries(people.map((p) => [p.id, p.name])), ...(await readNames(crm.sql, locale)) };
        const inWords = { local, locale, names };
        const pages = async function* (): AsyncGenerator<SheetCell[][]> {
          yield [titles(list, locale)];
          let sent = 0;
          for (let now = first; ; now = await page(now.nextCursor)) {
            const rows = now.items.slice(0, most - sent);
            yield rows.map((row) => COLUMNS[list].map((column) => placed(column.cell(row), inWords)));
            sent += rows.length;
            if (rows.length < now.items.length || (sent === most && now.nextCursor !== null)) yield [[CUT[locale].replace("{n}", most.toLocaleString(locale))]];
            if (now.nextCursor === null || sent >= most) return;
          }
        };
        return sendRows(reply, `${list}-${local(new Date(crm.clock.now()).toISOString()).slice(0, 10)}`, format, pages());
      });
  };
}

const titles = (list: ExportList, locale: Locale): string[] => COLUMNS[list].map((column) => column.title[locale]);

/** How a file speaks: whose language, whose clock, the names of people and departments, and the catalogues' in that language. */
interface Speech {
  locale: Locale;
  local: (iso: string) => string;
  names: Record<string, string>;
}

function placed(cell: Cell, { locale, local, names }: Speech): SheetCell {
  if (typeof cell !== "object" || cell === null) return cell;
  if ("at" in cell) return { local: local(cell.at) };
  if ("id" in cell) return names[cell.id] ?? null;
  return "word" in cell ? cell.word[locale] : (names[cell.entry.id] ?? cell.entry.name);
}

/** "2026-03-01 09:05" of a moment in the zone. */
function localTimes(tz: string): (iso: string) => string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: tz, dateStyle: "short", timeStyle: "short" });
  return (iso) => format.format(new Date(iso));
}
