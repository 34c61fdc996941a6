import type { CustomerHistory } from "@kommutator/contract/api/customer";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { ErrorState } from "../../app/states.tsx";
import classes from "./customer.module.css";
import { StatusChip } from "./StatusChip.tsx";

/** Who answered for the card and which status it had, from when to when and why (CB-05, CB-07). */
export function History({ id }: { id: string }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const query = useQuery({ queryKey: keys.customer(id, "history"), queryFn: ({ signal }) => api.get<CustomerHistory>(`/customers/${id}/history`, { signal }) });
  const span = (each: { from: string; to: string | null }) => `${format.date(each.from)} – ${each.to === null ? t("history.now") : format.date(each.to)}`;
  const { owners = [], statuses = [] } = query.data ?? {};
  return (
    <section className={classes["block"]} aria-labelledby="history">
      <div className={classes["blockHead"]}>
        <h2 id="history">{t("history.title")}</h2>
      </div>
      {query.isPending ? <Skeleton height={40} /> : query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && owners.length + statuses.length === 0 ? <p className={classes["dim"]}>{t("history.empty")}</p> : null}
      <dl className={classes["facts"]}>
        {owners.map((each) => (
          <div key={`o${each.from}`} className={classes["period"]}>
            <dt title={format.full(each.from)}>{span(each)}</dt>
            <dd>
              {each.employee?.name ?? t("nobody")}
              <span className={classes["dim"]}> · {[t(`reason.${each.reason}`), each.note, each.by?.name].filter(Boolean).join(" · ")}</span>
            </dd>
          </div>
        ))}
        {statuses.map((each) => (
          <div key={`s${each.from}`} className={classes["period"]}>
            <dt title={format.full(each.from)}>{span(each)}</dt>
            <dd>
              {each.status === null ? t("history.noStatus") : <StatusChip status={each.status} />}
              <span className={classes["dim"]}> {each.by === null ? "" : `· ${each.by.name}`}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
