import { Table } from "@mantine/core";
import type { CSSProperties, ReactNode } from "react";
import { ColumnEdge, cellWidth, tableWidths } from "../../app/ColumnEdge.tsx";
import { resized, useTableView } from "../../app/table-view.ts";
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
  table,
}: {
  columns: Column<Row>[];
  rows: Row[];
  idOf: (row: Row) => string;
  /** A row that is no longer in use. */
  faded?: (row: Row) => boolean;
  minWidth?: number;
  /** Its name among tables: its columns are made wider at their edges, and stay so for this person. */
  table?: string;
}) {
  const [view, setView] = useTableView(table);
  const cell = (column: Column<Row>): CSSProperties =>
    table === undefined ? {} : ({ ...cellWidth(column.name), ...(column.width === undefined ? {} : { "--own": `${column.width}px` }) } as CSSProperties);
  return (
    <div className={classes["card"]}>
      <Table.ScrollContainer minWidth={minWidth} scrollAreaProps={{ offsetScrollbars: false }}>
        <Table verticalSpacing={9} highlightOnHover className={table === undefined ? undefined : classes["sized"]} style={tableWidths(view.widths)}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column, at) => (
                <Table.Th
                  key={column.name}
                  ta={column.right === true ? "right" : undefined}
                  w={table === undefined ? column.width : undefined}
                  style={cell(column)}
                  // The edge is no part of the name.
                  aria-label={table !== undefined && typeof column.head === "string" && column.head !== "" ? column.head : undefined}
                >
                  {column.head}
                  {table === undefined || typeof column.head !== "string" || column.head === "" || at === columns.length - 1 ? null : (
                    <ColumnEdge
                      name={column.name}
                      label={column.head}
                      width={view.widths[column.name]}
                      onResize={(width) => setView({ widths: resized(view.widths, column.name, width) })}
                    />
                  )}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={idOf(row)} style={faded?.(row) === true ? { opacity: 0.6 } : undefined}>
                {columns.map((column) => (
                  <Table.Td
                    key={column.name}
                    ta={column.right === true ? "right" : undefined}
                    title={column.title?.(row)}
                    style={{ ...cell(column), ...(column.indent === undefined ? {} : { paddingLeft: column.indent(row) }) }}
                  >
                    {column.cell(row)}
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
