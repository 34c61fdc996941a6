import type { MessageReceived } from "@kommutator/contract/channel";

/** A letter's source, where it comes from, and what must be read from it. `constructed`: written here, after no document. */
export interface LetterCase {
  name: string;
  source: string;
  letter: Buffer;
  expect: Partial<Omit<MessageReceived, "thread" | "bounced">> & {
    references?: string[];
    normalised?: string;
    bounced?: Partial<NonNullable<MessageReceived["bounced"]>> | undefined;
    fileNames?: string[];
  };
}

export const OWN = "sales@house.example";

/** Lines as they stand on the wire. */
export const wire = (text: string): Buffer => Buffer.from(text.replace(/\r?\n/g, "\r\n"), "utf8");
export const crlf = (text: string): Buffer => wire(text.replace(/^\n/, ""));
/** Header lines and a body whose bytes came from iconv(1), so that no encoder of ours is in between. */
export const withBytes = (head: string, base64: string): Buffer => Buffer.concat([crlf(`${head}\n\n`), Buffer.from(base64, "base64")]);

export const RU = "Здравствуйте, пришлите, пожалуйста, прайс-лист на насосы. С уважением, Иван";
export const UK = "Добрий день, надішліть, будь ласка, рахунок. Дякую, Їжакевич Євген";
export const RU_1251 = "x+Tw4OLx8uLz6fLlLCDv8Oj46+jy5Swg7+7m4Ovz6fHy4Cwg7/Dg6fEt6+jx8iDt4CDt4PHu8fsuINEg8+Lg5uXt6OXsLCDI4uDt";
export const RU_KOI8 = "+sTSwdfT1NfVytTFLCDQ0snbzMnUxSwg0M/WwczVytPUwSwg0NLBytMtzMnT1CDOwSDOwdPP09kuIPMg1dfB1sXOycXNLCDp18HO";
export const UK_KOI8U = "5M/C0snKIMTFztgsIM7BxKbbzKbU2CwgwtXE2CDMwdPLwSwg0sHI1c7Pyy4g5NHL1cAsILfWwcvF18neILTXx8XO";
export const RU_8859_5 = "t9Tg0NLh4tLj2eLVLCDf4Njo29ji1Swg397W0Nvj2eHi0Cwg3+DQ2eEt29jh4iDd0CDd0OHe4esuIMEg49LQ1tXd2NXcLCC40tDd";
export const UK_1251 = "xO7h8OjpIOTl7fwsIO3g5LP467Py/Cwg4fPk/CDr4PHq4Cwg8OD18+3u6i4gxP/q8/4sIK/m4Orl4uj3IKri4+Xt";
export const head = (extra: string, from = "ivan@client.example", subject = "Request"): string =>
  `From: ${from}\nTo: ${OWN}\nSubject: ${subject}\nDate: Mon, 3 Jun 2024 12:34:00 +0600\nMessage-ID: <m1@client.example>\n${extra}`.trimEnd();
/** An answer in plain text: what the person wrote, then what the program added. */
export const reply = (written: string, added: string): Buffer =>
  crlf(
    `${head("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit", undefined, "Re: Request")}\n\n${written}\n\n${added}\n`,
  );
