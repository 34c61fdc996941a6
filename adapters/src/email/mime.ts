/** One MIME part, located in the source by byte offsets (RFC 2045, 2046). */
export interface MimePart {
  depth: number;
  headerStart: number;
  bodyStart: number;
  bodyEnd: number;
  /** Lower-case `type/subtype`; `text/plain` when missing or broken (RFC 2045 section 5.2). */
  type: string;
  params: Record<string, string>;
  encoding: string;
}

const MAX_DEPTH = 20;
const MAX_PARTS = 500;

/** Offset of the first byte after the header block that begins at `from`. A letter without a blank line is all header. */
export function bodyOffset(source: string, from: number, end: number): number {
  if (source.startsWith("\r\n", from)) return from + 2;
  if (source[from] === "\n") return from + 1;
  const crlf = source.indexOf("\r\n\r\n", from);
  const lf = source.indexOf("\n\n", from);
  const first = crlf < 0 ? (lf < 0 ? -1 : lf + 2) : lf >= 0 && lf < crlf ? lf + 2 : crlf + 4;
  return first < 0 || first > end ? end : first;
}

/** A header block read once: the unfolded values of each field (RFC 5322 section 2.2.3), in order. */
export class HeaderBlock {
  readonly #fields = new Map<string, string[]>();

  constructor(block: string) {
    let name = "";
    let value = "";
    const keep = (): void => {
      if (name === "") return;
      const known = this.#fields.get(name);
      if (known === undefined) this.#fields.set(name, [value]);
      else known.push(value);
    };
    for (const line of block.split("\n")) {
      if (line.startsWith(" ") || line.startsWith("\t")) {
        value += ` ${line.trim()}`;
        continue;
      }
      keep();
      const colon = line.indexOf(":");
      name = colon < 1 ? "" : line.slice(0, colon).toLowerCase();
      value = line.slice(colon + 1).trim();
    }
    keep();
  }

  all(name: string): string[] {
    return this.#fields.get(name) ?? [];
  }

  first(name: string): string {
    return this.#fields.get(name)?.[0] ?? "";
  }
}

/** `text/plain; charset="x"` into its type and parameters; never throws. */
export function parseContentType(value: string): { type: string; params: Record<string, string> } {
  const text = value.slice(0, 2_000);
  const type = (text.split(";", 1)[0] ?? "").trim().toLowerCase();
  const params: Record<string, string> = {};
  // A quoted value may hold semicolons.
  for (const [, key = "", raw = ""] of text.matchAll(/;\s*([^\s=;]{1,60})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/g)) {
    params[key.toLowerCase()] ??= raw
      .trim()
      .replace(/^"(.*)"$/s, "$1")
      .replace(/\\(.)/g, "$1");
  }
  return { type: /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : "text/plain", params };
}

/**
 * Every part of a letter, containers before their content. `source` is the letter as latin-1, so that offsets are
 * bytes. Depth and number are bounded: a hostile letter costs no more than an honest one.
 */
export function mimeParts(source: string): MimePart[] {
  const parts: MimePart[] = [];
  const walk = (start: number, end: number, depth: number): void => {
    if (parts.length >= MAX_PARTS) return;
    const bodyStart = bodyOffset(source, start, end);
    const block = source.slice(start, bodyStart);
    const header = new HeaderBlock(block);
    const { type, params } = parseContentType(header.first("content-type"));
    const encoding = (header.first("content-transfer-encoding") || "7bit").toLowerCase();
    parts.push({ depth, headerStart: start, bodyStart, bodyEnd: end, type, params, encoding });
    if (depth >= MAX_DEPTH) return;
    const boundary = params["boundary"];
    if (type.startsWith("multipart/") && boundary !== undefined && boundary !== "") {
      for (const [from, to] of between(source, bodyStart, end, boundary)) walk(from, to, depth + 1);
    }
  };
  walk(0, source.length, 0);
  return parts;
}

function* between(source: string, start: number, end: number, boundary: string): Generator<[number, number]> {
  const mark = `--${boundary}`;
  let open = -1;
  let at = source.startsWith(mark, start) ? start : next(source, mark, start);
  while (at >= 0 && at < end) {
    if (open >= 0) yield [open, source[at - 2] === "\r" ? at - 2 : at - 1];
    if (source.startsWith("--", at + mark.length)) return;
    const line = source.indexOf("\n", at);
    if (line < 0 || line >= end) return;
    open = line + 1;
    at = source.startsWith(mark, open) ? open : next(source, mark, open);
  }
  if (open >= 0) yield [open, end];
}

function next(source: string, mark: string, from: number): number {
  const at = source.indexOf(`\n${mark}`, from);
  return at < 0 ? -1 : at + 1;
}

/** The decoded bytes of a part's body. */
export function partBytes(source: string, part: MimePart): Buffer {
  const body = source.slice(part.bodyStart, part.bodyEnd);
  if (part.encoding.includes("base64")) return Buffer.from(body, "base64");
  if (!part.encoding.includes("quoted-printable")) return Buffer.from(body, "latin1");
  const text = body.replace(/=[ \t]*\r?\n/g, "").replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, "latin1");
}
