/** GSM 03.38 default alphabet (3GPP TS 23.038 section 6.2.1), one character a septet; position 0x1B is the escape. */
const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/** Its extension table (section 6.2.1.1): reached by the escape. */
const EXTENSION = new Map<number, string>([
  [0x0a, "\f"],
  [0x14, "^"],
  [0x28, "{"],
  [0x29, "}"],
  [0x2f, "\\"],
  [0x3c, "["],
  [0x3d, "~"],
  [0x3e, "]"],
  [0x40, "|"],
  [0x65, "€"],
]);
const ESCAPE = 0x1b;

const septets = new Map<string, number[]>();
for (const [code, char] of [...BASIC].entries()) if (code !== ESCAPE) septets.set(char, [code]);
for (const [code, char] of EXTENSION) septets.set(char, [ESCAPE, code]);

/** One octet a septet, as SMSCs take it in data_coding 0; null when a character is not of the alphabet. */
export function encodeGsm7(text: string): Buffer | null {
  const octets: number[] = [];
  for (const char of text) {
    const codes = septets.get(char);
    if (codes === undefined) return null;
    octets.push(...codes);
  }
  return Buffer.from(octets);
}

/**
 * Text of unpacked septets. An escape before a code outside the extension table shows the basic character (section
 * 6.2.1.1, note 1: "display the character of the main default table"); octets above 0x7F become U+FFFD.
 */
export function decodeGsm7(octets: Uint8Array): string {
  let text = "";
  for (let i = 0; i < octets.length; i++) {
    let code = octets[i] as number;
    if (code === ESCAPE) {
      code = octets[++i] ?? 0x20;
      const extended = EXTENSION.get(code);
      if (extended !== undefined) {
        text += extended;
        continue;
      }
      if (code === ESCAPE) {
        text += " ";
        continue;
      }
    }
    text += BASIC[code] ?? "\ufffd";
  }
  return text;
}
