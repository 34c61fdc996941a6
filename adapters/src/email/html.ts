import sanitizeHtml from "sanitize-html";

/** Past this many characters the HTML is dropped and only its text is kept. */
export const MAX_HTML_LENGTH = 512 * 1024;

/**
 * HTML of a letter made safe to show: no scripts, styles, forms or frames; pictures only from the letter itself (`cid:`),
 * so that opening a letter tells nobody anything. Undefined when it is too long.
 */
export function safeHtml(html: string): string | undefined {
  if (html.length > MAX_HTML_LENGTH) return undefined;
  return sanitizeHtml(html, {
    allowedTags: [
      ...["p", "br", "div", "span", "b", "strong", "i", "em", "u", "s", "sub", "sup", "small", "a", "ul", "ol", "li", "blockquote", "pre", "code", "hr"],
      ...["h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "img", "font", "center"],
    ],
    allowedAttributes: {
      a: ["href", "title"],
      img: ["src", "alt", "width", "height"],
      td: ["colspan", "rowspan", "align"],
      th: ["colspan", "rowspan", "align"],
      font: ["color"],
      ol: ["start"],
    },
    allowedSchemes: ["http", "https", "mailto", "tel"],
    allowedSchemesByTag: { img: ["cid"] },
    allowProtocolRelative: false,
    exclusiveFilter: (frame) => frame.tag === "img" && !frame.attribs["src"],
    transformTags: { a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel: "noopener noreferrer nofollow", target: "_blank" } }) },
    parseStyleAttributes: false,
    nestingLimit: 200,
  }).trim();
}

const BLOCKS = ["br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "table", "blockquote"];

/** The text of an HTML letter, with quotes as `> ` lines as mail programs write them in plain text. */
export function htmlToText(html: string): string {
  const bare = sanitizeHtml(html.slice(0, 4 * MAX_HTML_LENGTH), { allowedTags: BLOCKS, allowedAttributes: {}, nestingLimit: 200, parseStyleAttributes: false });
  let depth = 0;
  let line = "";
  const lines: string[] = [];
  const flush = (): void => {
    lines.push(`${">".repeat(Math.min(depth, 5))}${depth > 0 ? " " : ""}${line.replace(/[ \t\u00a0]+/g, " ").trim()}`);
    line = "";
  };
  for (const piece of bare.split(/(<[^>]*>)/)) {
    if (!piece.startsWith("<")) {
      line += piece.replace(/\s*\n\s*/g, " ");
      continue;
    }
    const closing = piece.startsWith("</");
    const tag = piece.replace(/[</> ]/g, "");
    if (line.trim() !== "" || tag === "br") flush();
    if (tag === "blockquote") depth = Math.max(0, depth + (closing ? -1 : 1));
    if (closing && tag === "p" && lines.at(-1)?.trim() !== "") lines.push("");
  }
  if (line.trim() !== "") flush();
  const text = lines.join("\n");
  return text
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
