import { EXPORT_LISTS } from "@kommutator/contract/api/export";
import type { ImportObject } from "@kommutator/contract/api/import";
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconArrowNarrowDown, IconArrowNarrowUp, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../../app/api.ts";
import { ColumnEdge, cellWidth, tableWidths } from "../../app/ColumnEdge.tsx";
import edges from "../../app/columns.module.css";
import { useFormat } from "../../app/format.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { nextOrder, resized, useTableView } from "../../app/table-view.ts";
import { ExportButton } from "../import/ExportButton.tsx";
import { ImportLink } from "../import/ImportLink.tsx";
import { ColumnsMenu } from "./ColumnsMenu.tsx";
import classes from "./customer.module.css";

export interface Column<Row> {
  name: string;
  label: string;
  cell: (row: Row) => ReactNode;
  /** Shown when the cell is cut. */
  title?: (row: Row) => string | undefined;
  numeric?: boolean;
  /** What the list is asked for as its `order` when its head is pressed, and pressed again; `down` says which of the two is descending. */
  sort?: { ways: readonly [first: string, second: string]; down: string };
}

interface Page<Row> {
  items: Row[];
  nextCursor: string | null;
}

const IMPORTED: Record<string, ImportObject | undefined> = { "/customers": "customer", "/contacts": "contact", "/leads": "lead" };

/** A register: search, filters, a table that goes on by itself, empty, loading and error states; `/` searches, `j` and `k` move, Enter opens. */
export function Register<Row extends object>(props: {
  title: string;
  path: string;
  queryKey: readonly unknown[];
  query: Record<string, string | undefined>;
  columns: Column<Row>[];
  /** What tells rows apart; the row's id without it. */
  idOf?: (row: Row) => string;
  /** One line under the head: what the list is for. */
  note?: string;
  /** A second line of the head: filters that need room. */
  below?: ReactNode;
  /** Says how many the filter and the words find, by PATH/count; the word stands before the number. */
  counted?: string;
  /** Its name among tables: columns may be chosen and sorted by, and stay so for this person. `order` is the list's own order. */
  table?: { name: string; order: string };
  /** Where a row leads; null where it leads nowhere. */
  to: (row: Row) => { path: string; state?: unknown } | null;
  searchLabel?: string;
  filters?: ReactNode;
  actions?: ReactNode;
  empty: ReactNode;
  nothing: ReactNode;
}) {
  const { t } = useTranslation("customer");
  const navigate = useNavigate();
  const format = useFormat();
  const [q, setQ] = useState("");
  const [settled] = useDebouncedValue(q.trim(), 200);
  const search = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const [view, setView] = useTableView(props.table?.name ?? props.path.slice(1));
  const orders = props.columns.flatMap((column) => column.sort?.ways ?? []);
  // An order of an older page is no order any more.
  const order = props.table === undefined ? undefined : view.order !== null && orders.includes(view.order) ? view.order : props.table.order;
  const sorted = order === undefined ? {} : { order };
  const columns = props.columns.filter((column) => props.table === undefined || !view.hidden.includes(column.name));
  const rows = useInfiniteQuery({
    queryKey: [...props.queryKey, props.query, settled, order],
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<Row>>(props.path, { signal, query: { ...props.query, ...sorted, q: settled, limit: 100, cursor: pageParam ?? undefined } }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
  });
  const counting = { ...props.query, q: settled };
  const count = useQuery({
    queryKey: [props.queryKey[0], "count", counting],
    queryFn: ({ signal }) => api.get<{ count: number }>(`${props.path}/count`, { signal, query: counting }),
    enabled: props.counted !== undefined,
    placeholderData: keepPreviousData,
  });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = rows;
  useEffect(() => {
    const element = end.current;
    if (element === null || !hasNextPage) return;
    const watcher = new IntersectionObserver((entries) => {
      if (entries.some((each) => each.isIntersecting) && !isFetchingNextPage) void fetchNextPage();
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const step = (by: number) => {
    const all = [...(body.current?.querySelectorAll<HTMLElement>("tr[tabindex]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
  };
  useShortcut(props.searchLabel === undefined ? null : { keys: "/", label: "customer:shortcuts.search", run: () => search.current?.focus() });
  useShortcut({ keys: "j", label: "customer:shortcuts.down", run: () => step(1) });
  useShortcut({ keys: "k", label: "customer:shortcuts.up", run: () => step(-1) });

  const items = rows.data?.pages.flatMap((page) => page.items) ?? [];
  const idOf = props.idOf ?? ((row: Row) => String((row as { id?: unknown }).id));
  const open = (row: Row) => {
    const to = props.to(row);
    if (to !== null) void navigate(to.path, { state: to.state });
  };
  return (
    <div className={classes["page"]}>
      <div className={classes["head"]}>
        <h1>{props.title}</h1>
        {props.searchLabel === undefined ? null : (
          <TextInput
            ref={search}
            type="search"
            style={{ flex: "9 1 130px", maxWidth: 280 }}
            leftSection={<IconSearch size={16} />}
            rightSection={q === "" ? <kbd>/</kbd> : null}
            aria-label={props.searchLabel}
            placeholder={props.searchLabel}
            value={q}
            onChange={(event) => setQ(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") setQ("");
              if (event.key === "ArrowDown") step(1);
            }}
          />
        )}
        {props.filters}
        <span style={{ flex: 1 }} />
        {props.counted === undefined ? null : (
          <span className={classes["dim"]}>
            {props.counted}: <b data-testid="found">{count.data === undefined ? "…" : format.number(count.data.count)}</b>
          </span>
        )}
        {props.actions}
        {props.table === undefined ? null : <ColumnsMenu columns={props.columns} hidden={view.hidden} onChange={(hidden) => setView({ hidden })} />}
        {IMPORTED[props.path] === undefined ? null : <ImportLink object={IMPORTED[props.path] as ImportObject} />}
        {EXPORT_LISTS.filter((list) => props.path === `/${list}`).map((list) => (
          <ExportButton key={list} list={list} query={{ ...props.query, ...sorted, q: settled }} />
        ))}
      </div>
      {props.below}
      {props.note === undefined ? null : <p className={classes["note"]}>{props.note}</p>}
      <div className={classes["sheet"]}>
        {rows.isPending ? (
          <RowsSkeleton rows={10} height={30} />
        ) : rows.isError && items.length === 0 ? (
          <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />
        ) : items.length === 0 ? (
          settled === "" && Object.values(props.query).every((each) => each === undefined) ? (
            props.empty
          ) : (
            props.nothing
          )
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
          <section className={classes["scroll"]} aria-label={props.title} tabIndex={0}>
            <table className={classes["table"]} style={tableWidths(view.widths)} aria-busy={rows.isFetching}>
              <thead>
                <tr>
                  {columns.map((column, at) => (
                    <Head
                      key={column.name}
                      column={column}
                      order={order}
                      onSort={(next) => setView({ order: next })}
                      edge={
                        // The last column takes what is left.
                        column.label === "" || at === columns.length - 1 ? null : (
                          <ColumnEdge
                            name={column.name}
                            label={column.label}
                            width={view.widths[column.name]}
                            onResize={(width) => setView({ widths: resized(view.widths, column.name, width) })}
                          />
                        )
                      }
                    />
                  ))}
                </tr>
              </thead>
              <tbody ref={body}>
                {items.map((row) => (
                  <tr
                    key={idOf(row)}
                    tabIndex={0}
                    data-row={idOf(row)}
                    onClick={(event) => {
                      // A click on a link or button inside the row is that one's own.
                      if ((event.target as HTMLElement).closest("a, button") === null) open(row);
                    }}
                    onKeyDown={(event) => {
                      if (event.key === "Enter" && event.target === event.currentTarget) open(row);
                    }}
                  >
                    {columns.map((column) => (
                      <td
                        key={column.name}
                        className={column.numeric === true ? classes["number"] : undefined}
                        style={cellWidth(column.name)}
                        title={column.title?.(row)}
                      >
                        {column.cell(row)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
            <div ref={end} style={{ height: 1 }} />
            {hasNextPage ? (
              <Button variant="subtle" fullWidth loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                {t("register.more")}
              </Button>
            ) : null}
          </section>
        )}
      </div>
    </div>
  );
}

/** The head of a column; one that sorts is a button and says which way it is sorted. At its right edge it is made wider. */
function Head<Row>({ column, order, onSort, edge }: { column: Column<Row>; order: string | undefined; onSort: (order: string) => void; edge: ReactNode }) {
  const { sort, label } = column;
  const sorts = sort !== undefined && order !== undefined;
  const by = sorts && sort.ways.includes(order);
  const down = order === sort?.down;
  const Arrow = down ? IconArrowNarrowDown : IconArrowNarrowUp;
  return (
    <th
      scope="col"
      className={column.numeric === true ? classes["number"] : undefined}
      style={cellWidth(column.name)}
      // The edge is no part of the name.
      aria-label={label === "" ? undefined : label}
      aria-sort={sorts ? (by ? (down ? "descending" : "ascending") : "none") : undefined}
    >
      {sorts ? (
        <button type="button" className={classes["sort"]} onClick={() => onSort(nextOrder(sort.ways, order))}>
          <span className={edges["label"]}>{label}</span>
          {by ? <Arrow size={14} aria-hidden /> : null}
        </button>
      ) : (
        <span className={edges["label"]}>{label}</span>
      )}
      {edge}
    </th>
  );
}
