import type { InteractionView } from "@kommutator/contract/api/interaction";
import { Badge, Button, MultiSelect, Select } from "@mantine/core";
import { IconCalendarEvent, IconHistory, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api } from "../../app/api.ts";
import { useCatalogues, useNamed } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { useCan, useMe } from "../../app/me.ts";
import { Empty, NoRight } from "../../app/states.tsx";
import classes from "../customer/customer.module.css";
import { Register } from "../customer/Register.tsx";
import { EventForm } from "./EventForm.tsx";
import { EventTabs } from "./EventTabs.tsx";
import own from "./events.module.css";
import { SavedFilters } from "./SavedFilters.tsx";
import { TypeMark } from "./TypeMark.tsx";

const STATES = ["planned", "done", "failed", "cancelled"] as const;
const PERIODS = ["today", "week", "month", "quarter"] as const;

/** From and to of a period by name, local days. */
function periodOf(name: string | undefined): { from?: string; to?: string } {
  const unit = name === "today" ? "day" : name === "week" || name === "month" ? name : undefined;
  if (name === "quarter") return { from: dayjs().startOf("day").subtract(90, "day").toISOString(), to: dayjs().endOf("day").add(1, "ms").toISOString() };
  if (unit === undefined) return {};
  return { from: dayjs().startOf(unit).toISOString(), to: dayjs().endOf(unit).add(1, "ms").toISOString() };
}

/** The register of events (IA-13): every filter combines, kept in the address and under a name; a row opens the card beside it. */
export function EventList() {
  const { t } = useTranslation("events");
  const name = useNamed();
  const can = useCan();
  const me = useMe();
  const format = useFormat();
  const now = useNow(60_000);
  const catalogues = useCatalogues();
  const [params, setParams] = useSearchParams();
  const [adding, setAdding] = useState<InteractionView | "new" | null>(null);
  const filter = Object.fromEntries([...params].filter(([key]) => key !== "event"));
  const set = (changes: Record<string, string | null>) => {
    const next = new URLSearchParams(params);
    for (const [key, value] of Object.entries(changes)) value === null || value === "" ? next.delete(key) : next.set(key, value);
    setParams(next, { replace: true });
  };
  const { period, ...rest } = filter;
  const query = { ...rest, ...periodOf(period) };
  const count = useQuery({
    queryKey: ["interactions", "count", query],
    queryFn: ({ signal }) => api.get<{ count: number }>("/interactions/count", { signal, query }),
    enabled: can("interaction", "read") !== null,
  });
  if (can("interaction", "read") === null) return <NoRight />;
  const withEvent = (id: string) => {
    const next = new URLSearchParams(params);
    next.set("event", id);
    return `/events?${next}`;
  };
  return (
    <>
      <Register<InteractionView>
        title={t("title")}
        path="/interactions"
        queryKey={["interactions", "register"]}
        query={query}
        searchLabel={t("search")}
        to={(row) => ({ path: withEvent(row.id) })}
        actions={
          <>
            <Badge variant="light" color="gray" size="lg" title={t("found")}>
              {count.data === undefined ? "…" : format.number(count.data.count)}
            </Badge>
            <SavedFilters list="interactions" filter={filter} onChoose={(chosen) => setParams(chosen, { replace: true })} />
            {can("interaction", "create") === null ? null : (
              <Button px="sm" leftSection={<IconPlus size={16} />} onClick={() => setAdding("new")}>
                {t("add")}
              </Button>
            )}
          </>
        }
        filters={
          <>
            <EventTabs />
            <Select
              w={98}
              clearable
              allowDeselect
              aria-label={t("field.period")}
              placeholder={t("field.period")}
              data={PERIODS.map((each) => ({ value: each, label: t(`period.${each}`) }))}
              value={filter["period"] ?? null}
              onChange={(value) => set({ period: value })}
            />
            <MultiSelect
              w={90}
              clearable
              searchable
              aria-label={t("field.type")}
              placeholder={filter["typeId"] === undefined ? t("field.type") : ""}
              data={(catalogues.data?.interactionTypes ?? []).map((each) => ({ value: each.id, label: each.name }))}
              value={filter["typeId"]?.split(",") ?? []}
              onChange={(value) => set({ typeId: value.join(",") })}
            />
            <Select
              w={116}
              clearable
              allowDeselect
              aria-label={t("field.state")}
              placeholder={t("field.state")}
              data={[...STATES.map((each) => ({ value: each as string, label: t(`state.${each}`) })), { value: "overdue", label: t("state.overdue") }]}
              value={filter["overdue"] === "true" ? "overdue" : (filter["state"] ?? null)}
              onChange={(value) => set(value === "overdue" ? { overdue: "true", state: null } : { overdue: null, state: value })}
            />
            <Select
              w={138}
              searchable
              clearable
              allowDeselect
              aria-label={t("field.executor")}
              placeholder={t("field.executor")}
              data={(catalogues.data?.employees ?? []).map((each) => ({ value: each.id, label: each.id === me.id ? t("me", { name: each.name }) : each.name }))}
              value={filter["executorId"] ?? null}
              onChange={(value) => set({ executorId: value })}
            />
          </>
        }
        columns={[
          {
            name: "when",
            label: t("field.when"),
            title: (row) => format.full(row.occurredFrom ?? row.plannedFrom ?? ""),
            cell: (row) => {
              const at = row.occurredFrom ?? row.plannedFrom ?? "";
              return (
                <span className={row.overdue ? own["late"] : own["time"]}>
                  {dayjs(at).isSame(now, "day") ? "" : `${format.stamp(at, now)} `}
                  {format.time(at)}
                </span>
              );
            },
          },
          { name: "type", label: t("field.type"), cell: (row) => <TypeMark type={row.type} named /> },
          { name: "subject", label: t("field.subject"), title: (row) => row.subject, cell: (row) => <span className={classes["name"]}>{row.subject}</span> },
          {
            name: "party",
            label: t("field.party"),
            title: (row) => row.party?.name,
            cell: (row) =>
              row.party === null ? (
                ""
              ) : row.party.kind === "contact" ? (
                row.party.name
              ) : (
                <Link to={`/${row.party.kind}s/${row.party.id}`}>{row.party.name}</Link>
              ),
          },
          {
            name: "state",
            label: t("field.state"),
            title: (row) => name(row.status),
            cell: (row) => (
              <span className={row.overdue ? own["late"] : own["state"]} data-state={row.state}>
                {row.overdue ? t("state.overdue") : name(row.status)}
              </span>
            ),
          },
          { name: "executor", label: t("field.executor"), cell: (row) => row.executor?.name ?? "" },
          {
            name: "result",
            label: t("field.result"),
            title: (row) => row.result ?? undefined,
            cell: (row) => <span className={classes["dim"]}>{row.result ?? ""}</span>,
          },
          {
            name: "actions",
            label: "",
            cell: (row) => (
              <Button.Group>
                {row.party === null || row.party.kind === "contact" ? null : (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    component={Link}
                    to={`/${row.party.kind}s/${row.party.id}`}
                    title={t("history")}
                    aria-label={t("history")}
                  >
                    <IconHistory size={14} />
                  </Button>
                )}
                {can("interaction", "create") === null ? null : (
                  <Button size="compact-xs" variant="subtle" title={t("addLike")} aria-label={t("addLike")} onClick={() => setAdding(row)}>
                    <IconPlus size={14} />
                  </Button>
                )}
              </Button.Group>
            ),
          },
        ]}
        empty={<Empty icon={<IconCalendarEvent />} title={t("empty")} text={t("emptyText")} />}
        nothing={<Empty icon={<IconSearch />} title={t("common:nothingFound")} text={t("nothing")} />}
      />
      {adding === null ? null : <EventForm like={adding === "new" ? null : adding} onClose={() => setAdding(null)} now={now} />}
    </>
  );
}
