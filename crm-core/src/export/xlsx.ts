import { strToU8, Zip, ZipDeflate } from "fflate";

/** Days from 1899-12-30, the zero of spreadsheets, to 1970-01-01. */
const EPOCH_DAYS = 25_569;
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/** The parts of a workbook of one sheet (ECMA-376 part 1, 12.3); styles: 0 plain, 1 bold, 2 date and time. */
const PARTS: Record<string, string> = {
  "[Content_Types].xml": `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
  "_rels/.rels": `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  "xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${REL}"><sheets><sheet name="Kommutator" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${REL}/styles" Target="styles.xml"/></Relationships>`,
  "xl/styles.xml": `<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf fontId="0"/><xf fontId="1" applyFont="1"/><xf fontId="0" numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>`,
};
const SHEET_HEAD = `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`;
const SHEET_TAIL = "</sheetData></worksheet>";

/** A cell of a sheet: text is never a formula; `local` is a wall-clock time "YYYY-MM-DD HH:MM". */
export type SheetCell = string | number | null | { local: string };

/** A workbook of one sheet, made while its rows are read: each batch of rows gives the next bytes. The first row is the heading. */
export async function* workbook(rows: AsyncIterable<readonly (readonly SheetCell[])[]>): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    ready.push(chunk);
  });
  for (const [name, text] of Object.entries(PARTS)) {
    // Deflated too: readers that go through the file from its beginning find no end of a stored part of unknown length.
    const part = new ZipDeflate(name);
    zip.add(part);
    part.push(strToU8(XML + text), true);
  }
  const sheet = new ZipDeflate("xl/worksheets/sheet1.xml", { level: 4 });
  zip.add(sheet);
  sheet.push(strToU8(SHEET_HEAD));
  let heading = true;
  for await (const batch of rows) {
    let xml = "";
    for (const row of batch) {
      xml += `<row>${row.map((cell) => cellXml(cell, heading)).join("")}</row>`;
      heading = false;
    }
    sheet.push(strToU8(xml));
    yield* ready;
    ready = [];
  }
  sheet.push(strToU8(SHEET_TAIL), true);
  zip.end();
  yield* ready;
}

function cellXml(cell: SheetCell, bold: boolean): string {
  if (cell === null || cell === "") return "<c/>";
  if (typeof cell === "number") return `<c><v>${cell}</v></c>`;
  if (typeof cell === "object") return `<c s="2"><v>${Date.parse(`${cell.local.replace(" ", "T")}:00Z`) / 86_400_000 + EPOCH_DAYS}</v></c>`;
  return `<c t="inlineStr"${bold ? ' s="1"' : ""}><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`;
}

/** XML 1.0 knows no control characters; a cell holds 32,767 characters at most. */
function escaped(text: string): string {
  return (
    text
      .slice(0, 32_767)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
  );
}
