import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./settings.module.css";

export interface Column<Row> {
  /** Its name among the columns of the table. */
  name: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the right. */
  right?: boolean;
  width?: number;
  title?: (row: Row) => string | undefined;
  /** Room before the text, px: the depth of a tree. */
  indent?: (row: Row) => number;
}

/** Rows of one kind under their heads, in a card that scrolls sideways before it squeezes. */
export function DataTable<Row>({
  columns,
  rows,
  idOf,
  faded,
  minWidth = 620,
}: {
  columns: Column<Row>[];
  rows: Row[];
  idOf: (row: Row) => string;
  /** A row that is no longer in use. */
  faded?: (row: Row) => boolean;
  minWidth?: number;
}) {
  return (
    <div className={classes["card"]}>
      <Table.ScrollContainer minWidth={minWidth}>
        <Table verticalSpacing={9} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ name, head, right, width }) => (
                <Table.Th key={name} ta={right === true ? "right" : undefined} w={width}>
                  {head}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={idOf(row)} style={faded?.(row) === true ? { opacity: 0.6 } : undefined}>
                {columns.map(({ name, cell, right, title, indent }) => (
                  <Table.Td
                    key={name}
                    ta={right === true ? "right" : undefined}
                    title={title?.(row)}
                    style={indent === undefined ? undefined : { paddingLeft: indent(row) }}
                  >
                    {cell(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}

/** The name of a row, which opens it. */
export function OpenRow({ children, onOpen }: { children: ReactNode; onOpen: () => void }) {
  return (
    <button type="button" className={classes["rowButton"]} onClick={onOpen}>
      {children}
    </button>
  );
}
