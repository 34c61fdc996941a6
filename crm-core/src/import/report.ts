import type { Principal } from "@kommutator/contract/access";
import type { ImportView } from "@kommutator/contract/api/import";
import type { FastifyReply } from "fastify";
import type { Crm } from "../context.ts";
import { sendRows } from "../export/send.ts";
import { readRowPage } from "./rows.ts";

const PAGE = 1_000;

/** Every row of the file as it was, with what became of it and why: to be mended in a spreadsheet and brought in again. */
export function report(crm: Crm, principal: Principal, batch: ImportView, format: "csv" | "xlsx", reply: FastifyReply): FastifyReply {
  const titles = batch.columns.map((c, i) => (c.title === "" ? `#${i + 1}` : c.title));
  const pages = async function* () {
    yield [["row", "state", "faults", "repeats", "card", ...titles]];
    for (let from = 0; ; ) {
      const rows = await readRowPage(crm.sql, principal, batch.id, { from, limit: PAGE });
      yield rows
        .slice(0, PAGE)
        .map((r) => [
          r.n,
          r.state,
          r.faults.map((f) => [f.field, f.code, f.value].filter((part) => part !== null && part !== "").join(" ")).join("; "),
          r.twin === null ? null : r.twin.kind === "row" ? `row ${r.twin.id}` : r.twin.name,
          r.card?.id ?? null,
          ...titles.map((_, i) => r.cells[i] ?? null),
        ]);
      if (rows.length <= PAGE) return;
      from = rows[PAGE - 1]?.n ?? from;
    }
  };
  return sendRows(reply, `import-${batch.fileName.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}_-]+/gu, "-")}`, format, pages());
}
