/**
 * The spellings under which an SMSC may name the message that it called `id` before: the same without leading zeros and
 * in any case, then decimal for hexadecimal and the other way (SMPP 3.3 ids are hexadecimal, and many SMSCs answer a
 * submit in one and write receipts in the other). Likelier ones first.
 */
export function spellingsOf(id: string): string[] {
  const plain = canonical(id);
  const spellings = [plain];
  if (/^\d{1,20}$/.test(plain)) spellings.push(BigInt(plain).toString(16));
  if (/^[0-9a-f]{1,16}$/.test(plain)) spellings.push(BigInt(`0x${plain}`).toString(10));
  return [...new Set(spellings)];
}

/** One spelling for "00AB" and "ab". */
export const canonical = (id: string): string =>
  id
    .trim()
    .toLowerCase()
    .replace(/^0x(?=[0-9a-f]+$)/, "")
    .replace(/^0+(?=.)/, "");
