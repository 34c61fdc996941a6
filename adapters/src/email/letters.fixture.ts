import { charsets } from "./letters/charsets.fixture.ts";
import { machines } from "./letters/machines.fixture.ts";
import { quotes } from "./letters/quotes.fixture.ts";
import { special } from "./letters/special.fixture.ts";
import { standards } from "./letters/standards.fixture.ts";
import type { LetterCase } from "./letters/wire.fixture.ts";

export { crlf, OWN } from "./letters/wire.fixture.ts";

export const LETTERS: LetterCase[] = [...standards, ...machines, ...charsets, ...quotes, ...special];
