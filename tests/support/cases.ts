import { expect } from "vitest";

/** One case of a table of real payloads: where it comes from, or `constructed` (alone, or with the page whose fields it has). */
interface Sourced {
  source: string;
}

/**
 * `vendor`: it stands so in a document, a specification or a test of whoever makes the protocol. `observed`: somebody outside recorded
 * it and published it. `constructed`: put together by us, whatever page describes its fields.
 */
type Mark = "vendor" | "observed" | "constructed";

const STANDARDS = /^(RFC \d|HTML |Fetch |3GPP |W3C |ITU-T )/;
/** Whose word counts as the vendor's own, table by table. An issue in a vendor's repository is its user's word. */
const VENDORS: Record<string, RegExp> = {
  telegram: /^core\.telegram\.org\//,
  viber: /^(developers\.viber\.com|creators\.viber\.com|github\.com\/Viber\/(?!\S*issues))/,
  vk: /^(dev\.vk\.com|vk\.com\/dev|github\.com\/VKCOM\/(?!\S*issues))/,
  "sms-http, SMSC": /^https:\/\/smsc\.ru\/api\//,
  "sms-http, Mobizon": /^mobizon-api-docs /,
  // Every centre is its own vendor beside the specification.
  "sms-smpp": /^(SMPP |3GPP |RFC |smscentre\.com|openmarket\.com|help\.nexmo\.com|developer\.8x8\.com|docs\.smsfire\.com|smsteam\.ru\/api)/,
  email: STANDARDS,
  "web-form": STANDARDS,
  // The page is ours: what Chromium sent is its own word.
  "web-chat": new RegExp(`${STANDARDS.source}|^recorded between the visitor's page`),
};

/** How many cases each adapter's tables must hold. */
const LEAST = { incoming: 20, outgoing: 10 };

/** Tables of which less than half can be the vendor's own, and why; at least half of them are real all the same. */
const RARE: Record<string, string> = {
  "vk incoming": "VK's pages describe the fields of an event and show but two events whole",
  "telegram incoming": "Telegram shows twelve updates whole, all of which are here",
};

function countMarks(adapter: string, cases: readonly Sourced[]): Record<Mark, number> {
  const marks: Record<Mark, number> = { vendor: 0, observed: 0, constructed: 0 };
  for (const { source } of cases) marks[source.startsWith("constructed") ? "constructed" : VENDORS[adapter]?.test(source) === true ? "vendor" : "observed"]++;
  return marks;
}

/**
 * Prints how many cases a table holds and whose they are. Fails when they are too few, when one has no source, or when less than half are
 * the vendor's own (where the vendor publishes that many; otherwise: less than half are real).
 */
export function countCases(adapter: string, direction: keyof typeof LEAST, cases: readonly Sourced[]): void {
  const table = `${adapter} ${direction}`;
  const { vendor, observed, constructed } = countMarks(adapter, cases);
  const rare = RARE[table];
  console.log(
    `${table}: ${cases.length} cases, ${vendor} the vendor's own, ${observed} observed, ${constructed} constructed${rare === undefined ? "" : ` (${rare})`}`,
  );
  for (const { source } of cases) expect(source.trim(), `a case of ${adapter} names no source`).not.toBe("");
  expect(cases.length, `cases of ${table}`).toBeGreaterThanOrEqual(LEAST[direction]);
  expect(rare === undefined ? vendor : vendor + observed, `${rare === undefined ? "the vendor's own" : "real"} cases of ${table}`).toBeGreaterThanOrEqual(
    cases.length / 2,
  );
}
