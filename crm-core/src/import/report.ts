import type { Principal } from "@kommutator/contract/access";
import type { ImportFault, ImportView } from "@kommutator/contract/api/import";
import type { FastifyReply } from "fastify";
import type { Crm } from "../context.ts";
import { sendRows } from "../export/send.ts";
import type { Locale } from "../setup/texts.ts";
import { FAULT, FIELD, HEADINGS, REPEATS_ROW, ROW_STATE } from "./report-words.ts";
import { readRowPage } from "./rows.ts";

const PAGE = 1_000;

/**
 * Every row of the file as it was, with what became of it and why, in the words of whoever asks: to be mended in a spreadsheet and brought in
 * again.
 */
export async function report(crm: Crm, principal: Principal, batch: ImportView, format: "csv" | "xlsx", reply: FastifyReply): Promise<FastifyReply> {
  const titles = batch.columns.map((c, i) => (c.title === "" ? `#${i + 1}` : c.title));
  const [me] = await crm.sql<{ locale: Locale }[]>`SELECT locale FROM employee WHERE id = ${principal.employeeId}`;
  const locale = me?.locale ?? "ru";
  const pages = async function* () {
    yield [[...Object.values(HEADINGS).map((heading) => heading[locale]), ...titles]];
    for (let from = 0; ; ) {
      const rows = await readRowPage(crm.sql, principal, batch.id, { from, limit: PAGE });
      yield rows
        .slice(0, PAGE)
        .map((r) => [
          r.n,
          ROW_STATE[r.state][locale],
          r.faults.map((fault) => said(fault, locale)).join("; "),
          r.twin === null ? null : r.twin.kind === "row" ? `${REPEATS_ROW[locale]} ${r.twin.id}` : r.twin.name,
          r.card?.id ?? null,
          ...titles.map((_, i) => r.cells[i] ?? null),
        ]);
      if (rows.length <= PAGE) return;
      from = rows[PAGE - 1]?.n ?? from;
    }
  };
  return sendRows(reply, `import-${batch.fileName.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}_-]+/gu, "-")}`, format, pages());
}

/** "Phone: is no phone number («x»)". */
function said({ field, code, value }: ImportFault, locale: Locale): string {
  const name = field === "" ? "" : `${FIELD[field]?.[locale] ?? field}: `;
  return `${name}${FAULT[code]?.[locale] ?? code}${value === null ? "" : ` («${value}»)`}`;
}
