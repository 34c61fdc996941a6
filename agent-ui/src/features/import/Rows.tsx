import type { ImportRow, ImportView, RowState } from "@kommutator/contract/api/import";
import { Badge, Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFormat } from "../../app/format.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import classes from "./import.module.css";
import { useRows } from "./queries.ts";

const COLORS: Partial<Record<RowState, string>> = {
  ready: "green",
  created: "green",
  filled: "teal",
  faulty: "red",
  duplicate: "yellow",
  skipped: "yellow",
  kept: "orange",
};

/** What became (or will become) of the rows: counts that narrow the table, and each row with its faults. */
export function Rows({ batch }: { batch: ImportView }) {
  const { t } = useTranslation("import");
  const format = useFormat();
  const shown = (Object.entries(batch.counts) as [RowState, number][]).filter(([, count]) => count > 0);
  const [state, setState] = useState<RowState | null>(shown.some(([each]) => each === "faulty") ? "faulty" : null);
  const active = shown.some(([each]) => each === state) ? state : null;
  const rows = useRows(batch, active);
  const items = rows.data?.pages.flatMap((page) => page.items) ?? [];
  const mapped = batch.columns.map((column, index) => ({ ...column, index })).filter(({ index }) => batch.mapping[index] !== undefined);
  return (
    <>
      <div className={classes["counts"]}>
        {shown.map(([each, count]) => (
          <button key={each} type="button" className={classes["count"]} aria-pressed={each === active} onClick={() => setState(each === active ? null : each)}>
            <strong>{format.number(count)}</strong>
            {t(`row.${each}`)}
          </button>
        ))}
      </div>
      {rows.isPending ? (
        <RowsSkeleton rows={6} height={30} />
      ) : rows.data === undefined ? (
        <ErrorState error={rows.error} onRetry={() => void rows.refetch()} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
        <section className={classes["sheet"]} style={{ maxHeight: 460 }} aria-label={t("row.title")} tabIndex={0}>
          <table className={classes["table"]}>
            <thead>
              <tr>
                <th scope="col" className={classes["number"]}>
                  №
                </th>
                <th scope="col">{t("row.state")}</th>
                <th scope="col">{t("row.why")}</th>
                {mapped.map(({ index }) => (
                  <th key={index} scope="col">
                    {t(`field.${batch.mapping[index]}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {items.map((row) => (
                <tr key={row.n}>
                  <td className={classes["number"]}>{row.n}</td>
                  <td>
                    <Badge variant="light" color={COLORS[row.state] ?? "gray"} size="sm" miw="max-content">
                      {t(`row.${row.state}`)}
                    </Badge>
                  </td>
                  <td style={{ maxWidth: 340 }}>
                    <Why row={row} />
                  </td>
                  {mapped.map(({ index }) => (
                    <td key={index} title={row.cells[index]}>
                      {row.cells[index]}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {rows.hasNextPage ? (
            <Button variant="subtle" fullWidth loading={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
              {t("row.more")}
            </Button>
          ) : null}
        </section>
      )}
    </>
  );
}

const PATHS = { customer: "customers", contact: "customers/contacts", lead: "leads" };

function Why({ row }: { row: ImportRow }) {
  const { t, i18n } = useTranslation("import");
  const faults = row.faults.filter((fault) => fault.code !== "repeats_row");
  const name = (field: string) => (field === "" ? "" : `${i18n.exists(`import:field.${field}`) ? t(`field.${field}`) : field}: `);
  const said = (code: string) => (i18n.exists(`import:fault.${code}`) ? t(`fault.${code}`) : i18n.exists(`errors:${code}`) ? t(`errors:${code}`) : code);
  return (
    <>
      {faults.map((fault) => (
        <div key={`${fault.field} ${fault.code} ${fault.value}`}>
          {name(fault.field)}
          {said(fault.code)}
          {fault.value === null ? "" : ` («${fault.value}»)`}
        </div>
      ))}
      {row.twin === null ? null : row.twin.kind === "row" ? (
        t("row.repeats", { row: row.twin.id })
      ) : row.twin.kind === "contact" ? (
        row.twin.name
      ) : (
        <Link to={`/${PATHS[row.twin.kind]}/${row.twin.id}`}>{row.twin.name}</Link>
      )}
      {row.card === null || row.card.kind === "contact" || row.state === "undone" ? null : (
        <Link to={`/${PATHS[row.card.kind]}/${row.card.id}`}>{t("row.open")}</Link>
      )}
    </>
  );
}
