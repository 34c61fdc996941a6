import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { BOM, csvLine } from "./csv.ts";
import { type SheetCell, workbook } from "./xlsx.ts";

const TYPES = { csv: "text/csv; charset=utf-8", xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };

/** Answers with rows as a file, streamed batch by batch; the first row is the heading. `name` has no ending yet. */
export function sendRows(reply: FastifyReply, name: string, format: "csv" | "xlsx", batches: AsyncIterable<SheetCell[][]>): FastifyReply {
  // RFC 6266: the plain name for old programs, the real one for the rest.
  const plain = name.replace(/[^\x20-\x7e]/g, "_").replaceAll('"', "");
  reply
    .header("content-type", TYPES[format])
    .header("content-disposition", `attachment; filename="${plain}.${format}"; filename*=UTF-8''${encodeURIComponent(name)}.${format}`);
  return reply.send(Readable.from(format === "csv" ? lines(batches) : workbook(batches)));
}

async function* lines(batches: AsyncIterable<SheetCell[][]>): AsyncGenerator<string> {
  yield BOM;
  for await (const rows of batches)
    yield rows.map((row) => csvLine(row.map((cell) => (typeof cell === "object" && cell !== null ? cell.local : cell)))).join("");
}
