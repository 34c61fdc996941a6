import EmailReplyParser from "email-reply-parser";

/**
 * Parts what a person wrote from the letter that it answers. email-reply-parser alone fails on Gmail, Apple Mail and
 * Thunderbird in Russian, Ukrainian and Kazakh, so the headers of those are known here first. Line by line and with bounded
 * patterns: no input makes it slow.
 */
export interface SplitText {
  text: string;
  quoted: string | undefined;
}

const WROTE = /(?:wrote|writes|написал(?:а|\(а\)|и)?|пишет|пише|написав(?:ла|\(ла\)|ши)?|написала|жазды|жазған|жазып отыр)\s*:$/iu;
const ADDRESS = /<?[\w.+-]{1,64}@[\w.-]{1,255}>?/u;
const WHEN = /\d{1,2}[:.]\d{2}|\b(?:19|20)\d{2}\b/u;
/** -----Original Message----- and its translations; a forwarded message is content, not a quote. */
const ORIGINAL =
  /^[-_ ]{2,}\s{0,3}(?:original message|original appointment|reply message|исходное сообщение|исходное письмо|оригинальное сообщение|оригінальне повідомлення|вихідне повідомлення|початкове повідомлення|бастапқы хабар(?:лама)?|түпнұсқа хабар(?:лама)?)\s{0,3}[-_ ]{2,}$/iu;
const FROM_LINE = /^\*?(?:from|от|від|кімнен|жіберуші|отправитель)\s?:\*?\s?\S/iu;
const MORE_HEADERS =
  /^\*?(?:sent|date|to|cc|subject|отправлено|дата|кому|копия|тема|надіслано|дата|копія|жіберілді|жіберілген(?: күні)?|күні|кімге|көшірме|тақырып|тақырыбы)\s?:\*?\s?/iu;
const FORWARD = /^(?:fwd?|fw|пересл\S{0,10}|вперед|пер|жіб\S{0,8})\s?:/iu;

/** Text as shown and the quoted rest, folded. What would leave nothing to read, and a forwarded letter, stay whole. */
export function splitQuoted(whole: string, subject = ""): SplitText {
  const text = whole
    .replace(/\r\n?/g, "\n")
    .replace(/[\u200b\ufeff]/g, "")
    .trimEnd();
  const lines = text.split("\n");
  const cut = findCut(lines, FORWARD.test(subject.trim()));
  if (cut !== null) return parted(lines, cut);
  const trailing = trailingQuote(lines);
  if (trailing !== null) return parted(lines, { at: trailing, rest: trailing, hard: false });
  return byLibrary(text);
}

interface Cut {
  /** The first line of the quoted part. */
  at: number;
  /** The first line after the attribution. */
  rest: number;
  /** Everything below is the old letter (Outlook), whatever it looks like. */
  hard: boolean;
}

function findCut(lines: string[], forwarded: boolean): Cut | null {
  for (let i = 0; i < Math.min(lines.length, 5_000); i++) {
    const line = (lines[i] ?? "").trim();
    if (line === "" || line.startsWith(">") || line.length > 500) continue;
    if (ORIGINAL.test(line)) return { at: i, rest: i + 1, hard: true };
    if (!forwarded && FROM_LINE.test(line) && headerBlock(lines, i)) {
      const rule = (lines[i - 1] ?? "").trim();
      return { at: /^[_-]{5,}$/.test(rule) ? i - 1 : i, rest: i + 1, hard: true };
    }
    const length = attribution(lines, i);
    if (length > 0) return { at: i, rest: i + length, hard: false };
  }
  return null;
}

/** From, Sent, To, Subject in some language: at least two more header lines among the next six. */
function headerBlock(lines: string[], at: number): boolean {
  return lines.slice(at + 1, at + 7).filter((line) => MORE_HEADERS.test(line.trim())).length >= 2;
}

/** Number of lines of "On …, X <x@y> wrote:" that begin here (mail programs wrap it), 0 when none. */
function attribution(lines: string[], at: number): number {
  let joined = "";
  for (let n = 1; n <= 4; n++) {
    const line = (lines[at + n - 1] ?? "").trim();
    if (line === "" || line.startsWith(">")) return 0;
    joined = `${joined} ${line}`.trim();
    if (joined.length > 400) return 0;
    if (!joined.endsWith(":")) continue;
    const dated = WHEN.test(joined);
    if (dated && (WROTE.test(joined) || ADDRESS.test(joined))) return n;
    if (WROTE.test(joined) && ADDRESS.test(joined)) return n;
    return 0;
  }
  return 0;
}

/** The first line of a block of `>` lines that ends the letter, or null. */
function trailingQuote(lines: string[]): number | null {
  let at = lines.length;
  while (at > 0 && /^\s*(>|$)/.test(lines[at - 1] ?? "")) at--;
  const block = lines.slice(at).findIndex((line) => line.trim().startsWith(">"));
  return block < 0 || at === 0 ? null : at + block;
}

function parted(lines: string[], cut: Cut): SplitText {
  const above = lines.slice(0, cut.at).join("\n").trim();
  const rest = lines.slice(cut.rest);
  if (cut.hard || !rest.some((line) => line.trim().startsWith(">"))) return whole(lines, above, lines.slice(cut.at).join("\n"));
  const first = rest.findIndex((line) => line.trim() !== "");
  let end = Math.max(first, 0);
  while (end < rest.length && /^\s*(>|$)/.test(rest[end] ?? "")) end++;
  const below = rest.slice(end).join("\n").trim();
  if (below === "") return whole(lines, above, lines.slice(cut.at).join("\n"));
  // Answered below the quote: the quote goes, the answer stays. Answered between the lines: only the whole makes sense.
  const between = rest.slice(end).some((line) => line.trim().startsWith(">"));
  if (above === "" && !between) return { text: below, quoted: [...lines.slice(cut.at, cut.rest), ...rest.slice(0, end)].join("\n").trim() };
  return { text: lines.join("\n").trim(), quoted: undefined };
}

function whole(lines: string[], text: string, quoted: string): SplitText {
  return text === "" ? { text: lines.join("\n").trim(), quoted: undefined } : { text, quoted: quoted.trim() };
}

/** The library knows the headers of many other languages; its patterns are tried on text of ordinary size only. */
function byLibrary(text: string): SplitText {
  if (text.length > 50_000) return { text: text.trim(), quoted: undefined };
  const fragments = new EmailReplyParser().read(text).getFragments();
  let end = fragments.length;
  while (end > 0 && fragments[end - 1]?.isHidden() && (fragments[end - 1]?.isQuoted() || fragments[end - 1]?.isEmpty())) end--;
  const quoted = fragments.slice(end);
  if (end === 0 || !quoted.some((fragment) => fragment.isQuoted())) return { text: text.trim(), quoted: undefined };
  const kept = fragments.slice(0, end).map((fragment) => fragment.getContent());
  return {
    text: kept.join("\n").trim(),
    quoted: quoted
      .map((fragment) => fragment.getContent())
      .join("\n")
      .trim(),
  };
}
