import type { InWork as InWorkAnswer, InWorkItem } from "@kommutator/contract/api/interaction";
import { Select } from "@mantine/core";
import { IconChecks, IconInbox } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, NoRight, RowsSkeleton } from "../../app/states.tsx";
import page from "../customer/customer.module.css";
import { ExportButton } from "../import/ExportButton.tsx";
import { EventTabs } from "./EventTabs.tsx";
import classes from "./events.module.css";
import { TypeMark } from "./TypeMark.tsx";

type Work = z.infer<typeof InWorkAnswer>;

/** What is still in work (IA-14): the overdue first, then day by day; on the right how much each has, a press shows that one's. */
export function InWork() {
  const { t } = useTranslation("events");
  const can = useCan();
  const format = useFormat();
  const now = useNow(60_000);
  const navigate = useNavigate();
  const catalogues = useCatalogues();
  const [params, setParams] = useSearchParams();
  const [departmentId, setDepartment] = useState<string | null>(null);
  const [executorId, setExecutor] = useState<string | null>(null);
  const query = { days: 14, departmentId: departmentId ?? undefined };
  const work = useQuery({
    queryKey: ["interactions", "in-work", departmentId],
    queryFn: ({ signal }) => api.get<Work>("/interactions/in-work", { signal, query }),
    enabled: can("interaction", "read") !== null,
  });
  const one = useQuery({
    queryKey: ["interactions", "in-work", departmentId, executorId],
    queryFn: ({ signal }) => api.get<Work>("/interactions/in-work", { signal, query: { ...query, executorId: executorId ?? undefined } }),
    enabled: executorId !== null,
  });
  if (can("interaction", "read") === null) return <NoRight />;
  const shown = executorId === null ? work : one;
  const days = daysOf(shown.data?.items ?? []);
  const open = (item: InWorkItem) => {
    if (item.kind === "inquiry") return void navigate(`/inquiries?inquiry=${item.id}`);
    const next = new URLSearchParams(params);
    next.set("event", item.id);
    setParams(next);
  };
  return (
    <div className={page["page"]}>
      <div className={page["head"]}>
        <h1>{t("work.title")}</h1>
        <EventTabs />
        <Select
          w={220}
          clearable
          searchable
          allowDeselect
          aria-label={t("field.department")}
          placeholder={t("field.department")}
          data={(catalogues.data?.departments ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={departmentId}
          onChange={(value) => {
            setDepartment(value);
            setExecutor(null);
          }}
        />
        <span style={{ flex: 1 }} />
        <ExportButton list="in-work" query={{ ...query, executorId: executorId ?? undefined }} />
      </div>
      {shown.isPending ? (
        <RowsSkeleton rows={8} height={40} />
      ) : shown.isError ? (
        <ErrorState error={shown.error} onRetry={() => void shown.refetch()} />
      ) : (
        <div className={classes["work"]}>
          <div className={classes["days"]}>
            {days.length === 0 ? (
              <div className={classes["day"]}>
                <Empty icon={<IconChecks />} title={t("work.empty")} text={t("work.emptyText")} />
              </div>
            ) : (
              days.map((day) => (
                <section key={`${day.overdue} ${day.day}`} className={classes["day"]} data-late={day.overdue}>
                  <h2>
                    {day.overdue ? t("work.overdue") : null} {format.dayHeading(`${day.day}T12:00:00`, now)} <span>{day.items.length}</span>
                  </h2>
                  <ul className={classes["rows"]}>
                    {day.items.map((item) => (
                      <li key={item.id}>
                        <Line item={item} onOpen={() => open(item)} />
                      </li>
                    ))}
                  </ul>
                </section>
              ))
            )}
            {shown.data.more ? <p className={classes["dim"]}>{t("work.more")}</p> : null}
          </div>
          <section className={classes["day"]} aria-label={t("work.people")}>
            <h2>{t("work.people")}</h2>
            <div className={classes["people"]}>
              {(work.data?.employees ?? []).map(({ employee, overdue, total }) => (
                <button
                  key={employee?.id ?? ""}
                  type="button"
                  className={classes["person"]}
                  aria-pressed={employee !== null && executorId === employee.id}
                  disabled={employee === null}
                  onClick={() => setExecutor(executorId === employee?.id ? null : (employee?.id ?? null))}
                >
                  <span className="truncate">{employee?.name ?? t("work.nobody")}</span>
                  {overdue === 0 ? null : (
                    <span className={classes["late"]} title={t("state.overdue")}>
                      {overdue}
                    </span>
                  )}
                  <span className={classes["dim"]}>{total}</span>
                </button>
              ))}
            </div>
          </section>
        </div>
      )}
    </div>
  );
}

function Line({ item, onOpen }: { item: InWorkItem; onOpen: () => void }) {
  const { t } = useTranslation("events");
  const format = useFormat();
  return (
    <button type="button" className={classes["row"]} onClick={onOpen}>
      <time className={item.overdue ? classes["late"] : classes["time"]} dateTime={item.at} title={format.full(item.at)}>
        {format.time(item.at)}
      </time>
      {item.type === null ? <IconInbox size={16} aria-label={t("work.inquiry")} /> : <TypeMark type={item.type} />}
      <b className="truncate" title={item.title}>
        {item.kind === "inquiry" ? t("work.received", { number: item.title }) : item.title}
      </b>
      <span className="truncate" title={item.party ?? undefined}>
        {item.party ?? ""}
      </span>
      <span className={`truncate ${classes["dim"]}`}>{item.employee?.name ?? t("work.nobody")}</span>
    </button>
  );
}

/** Runs of the same day, as they come: the overdue days first. */
function daysOf(items: readonly InWorkItem[]): { day: string; overdue: boolean; items: InWorkItem[] }[] {
  const days: { day: string; overdue: boolean; items: InWorkItem[] }[] = [];
  for (const item of items) {
    const last = days.at(-1);
    if (last !== undefined && last.day === item.day && last.overdue === item.overdue) last.items.push(item);
    else days.push({ day: item.day, overdue: item.overdue, items: [item] });
  }
  return days;
}
