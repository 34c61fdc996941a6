import type { NamedRef } from "@kommutator/contract/api/common";
import type { z } from "zod";
import type { Text } from "../setup/texts.ts";

type Entry = z.infer<typeof NamedRef>;
/**
 * What a cell holds: a moment is written in the company's zone, an entry of a catalogue and a word of the house in the reader's language; an
 * id of a person or a department is written as their name.
 */
export type Cell = string | number | null | { at: string } | { entry: Entry } | { word: Text } | { id: string };
export interface ExportColumn<Row> {
  title: Text;
  cell: (row: Row) => Cell;
}
