/**
 * A single byte range of RFC 9110 section 14.1.2. `null`: serve everything (no or an unreadable header, several ranges);
 * "unsatisfiable": answer 416.
 */
export function parseRange(header: string | undefined, size: number): { from: number; to: number } | "unsatisfiable" | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null) return null;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return null;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { from: size - length, to: size - 1 };
  }
  const from = Number(first);
  const to = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < from) return null;
  return from >= size ? "unsatisfiable" : { from, to };
}

/** Content-Disposition with the name in both spellings (RFC 6266); a name can inject nothing. */
export function disposition(kind: "attachment" | "inline", name: string): string {
  const clean = name.replace(/[\r\n\0"\\/]/g, "_");
  const ascii = clean.replace(/[^\x20-\x7e]/g, "_");
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(clean).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
