import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { type Column, DataTable } from "../settings/DataTable.tsx";
import type { RowsQuery } from "../settings/TablePage.tsx";

/** The rows of one tab: a line that says what they are for, their action, and their states (loading, failed, empty, rows). */
export function Rows<Row>(props: {
  hint: string;
  action?: ReactNode;
  query: RowsQuery<Row>;
  columns: Column<Row>[];
  idOf: (row: Row) => string;
  faded?: (row: Row) => boolean;
  icon: ReactNode;
  empty: string;
}) {
  const { query, faded } = props;
  return (
    <>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb="sm">
        <Text size="sm" c="dimmed" maw={680}>
          {props.hint}
        </Text>
        {props.action}
      </Group>
      {query.isPending ? (
        <RowsSkeleton rows={4} height={42} />
      ) : query.data === undefined ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data.length === 0 ? (
        <Empty icon={props.icon} title={props.empty} action={props.action} />
      ) : (
        <DataTable columns={props.columns} rows={query.data} idOf={props.idOf} {...(faded === undefined ? {} : { faded })} />
      )}
    </>
  );
}
