import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { type Column, DataTable } from "./DataTable.tsx";
import { Section } from "./Section.tsx";

/** What of a query a page of rows needs. */
export interface RowsQuery<Row> {
  data: Row[] | undefined;
  isPending: boolean;
  error: unknown;
  refetch: () => unknown;
}

/** One settings page of rows: what it is for, its action, and its states (loading, failed, empty, rows). */
export function TablePage<Row>(props: {
  title: string;
  purpose: string;
  action?: ReactNode;
  query: RowsQuery<Row>;
  /** What of the rows is shown; all without it. */
  rows?: Row[];
  columns: Column<Row>[];
  idOf: (row: Row) => string;
  faded?: (row: Row) => boolean;
  minWidth?: number;
  icon: ReactNode;
  empty: string;
  emptyText?: string;
  /** Between head and rows: a search, a filter. */
  above?: ReactNode;
  /** Forms that stand over the page. */
  children?: ReactNode;
}) {
  const { query, icon, empty, emptyText, action, above, columns, idOf, faded, minWidth } = props;
  return (
    <Section title={props.title} purpose={props.purpose} action={action}>
      {query.isPending ? (
        <RowsSkeleton rows={5} height={42} />
      ) : query.data === undefined ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data.length === 0 ? (
        <Empty icon={icon} title={empty} {...(emptyText === undefined ? {} : { text: emptyText })} action={action} />
      ) : (
        <>
          {above}
          <DataTable
            columns={columns}
            rows={props.rows ?? query.data}
            idOf={idOf}
            {...(faded === undefined ? {} : { faded })}
            {...(minWidth === undefined ? {} : { minWidth })}
          />
        </>
      )}
      {props.children}
    </Section>
  );
}

/** "Add" in the head of a page; nothing without the right. */
export function AddButton({ label, allowed, onAdd }: { label: string; allowed: boolean; onAdd: () => void }) {
  if (!allowed) return null;
  return (
    <Button leftSection={<IconPlus size={16} />} onClick={onAdd}>
      {label}
    </Button>
  );
}
