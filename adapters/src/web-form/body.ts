/** The fields of a submission by name; several values of one name (a group of boxes) stand together. */
export type Fields = Map<string, string>;

/** Why a body cannot be taken: the code is the answer's, the snippet has a text for it. */
export class Refused extends Error {
  readonly code: "malformed" | "too_large" | "files" | "empty" | "consent";
  readonly status: number;
  constructor(code: Refused["code"], status: number) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

export const MAX_BODY_BYTES = 64 * 1024;
const MAX_FIELDS = 60;
const MAX_NAME = 100;
const MAX_VALUE = 10_000;

/**
 * Reads JSON (a flat object), application/x-www-form-urlencoded or multipart/form-data. Files are refused; an empty file
 * field, which browsers send along, is not a file. Throws Refused.
 */
export async function readFields(contentType: string, body: Uint8Array): Promise<Fields> {
  if (body.byteLength > MAX_BODY_BYTES) throw new Refused("too_large", 413);
  const kind = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  const pairs =
    kind === "application/json"
      ? fromJson(body)
      : kind === "application/x-www-form-urlencoded"
        ? [...new URLSearchParams(decode(body))]
        : kind === "multipart/form-data"
          ? await fromMultipart(contentType, body)
          : null;
  if (pairs === null) throw new Refused("malformed", 415);
  if (pairs.length > MAX_FIELDS) throw new Refused("too_large", 413);
  const fields: Fields = new Map();
  for (const [name, raw] of pairs) {
    if (name === "" || name.length > MAX_NAME) throw new Refused("malformed", 400);
    const value = clean(raw);
    if (value.length > MAX_VALUE) throw new Refused("too_large", 413);
    const key = oneLine(name);
    const before = fields.get(key);
    fields.set(key, before === undefined || before === "" ? value : value === "" ? before : `${before}, ${value}`);
  }
  return fields;
}

function fromJson(body: Uint8Array): [string, string][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decode(body));
  } catch {
    throw new Refused("malformed", 400);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new Refused("malformed", 400);
  return Object.entries(parsed).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, scalar(one)]));
}

function scalar(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Refused("malformed", 400);
}

async function fromMultipart(contentType: string, body: Uint8Array): Promise<[string, string][]> {
  let form: FormData;
  try {
    form = await new Response(Buffer.from(body), { headers: { "content-type": contentType } }).formData();
  } catch {
    throw new Refused("malformed", 400);
  }
  const pairs: [string, string][] = [];
  form.forEach((value, name) => {
    if (typeof value === "string") pairs.push([name, value]);
    else if (value.size > 0) throw new Refused("files", 415);
  });
  return pairs;
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new Refused("malformed", 400);
  }
}

/** Line breaks stay; other control characters and half characters do not get in. */
const clean = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .trim();

/** A value that belongs on one line: a name, a number, a label. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .trim();
