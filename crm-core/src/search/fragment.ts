/** What people write before a national number: the trunk prefixes of Kazakhstan, Russia and Ukraine, and the ways of dialling abroad. */
const BEFORE = [/^8?10(?=[1-9])/, /^00(?=[1-9])/, /^8(?=\d)/, /^0(?=\d)/];

/**
 * The digits under which a typed fragment of a phone may be stored (at least three, in any format: CB-04): as typed, and without what is
 * dialled before a number. [] when the text is no phone.
 */
export function phoneFragments(query: string): string[] {
  if (!/^[\d\s()+\-./]+$/.test(query.trim())) return [];
  const digits = query.replace(/\D/g, "");
  if (digits.length < 3) return [];
  const bare = BEFORE.map((prefix) => digits.replace(prefix, "")).filter((rest) => rest.length >= 3);
  return [...new Set([digits, ...bare])];
}

/** Escapes what LIKE takes for a wildcard. */
export function literal(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
