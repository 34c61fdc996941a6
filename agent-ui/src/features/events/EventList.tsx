import type { InteractionView } from "@kommutator/contract/api/interaction";
import { Button } from "@mantine/core";
import { IconCalendarEvent, IconHistory, IconPlus, IconSearch } from "@tabler/icons-react";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { addressWith } from "../../app/address.ts";
import { cardPath } from "../../app/card-path.ts";
import { useNamed } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { Empty, NoRight } from "../../app/states.tsx";
import classes from "../customer/customer.module.css";
import { Register } from "../customer/Register.tsx";
import { EventFilters } from "./EventFilters.tsx";
import { EventForm } from "./EventForm.tsx";
import { EventTabs } from "./EventTabs.tsx";
import own from "./events.module.css";
import { queryOf } from "./filter.ts";
import { SavedFilters } from "./SavedFilters.tsx";
import { TypeMark } from "./TypeMark.tsx";

/** Sorted by a word of the row, from its beginning or from its end. */
const byName = (word: string) => ({ ways: [word, `-${word}`], down: `-${word}` }) as const;

/** The register of events (IA-13): every filter combines, kept in the address and under a name; a row opens the card beside it. */
export function EventList() {
  const { t } = useTranslation("events");
  const name = useNamed();
  const can = useCan();
  const format = useFormat();
  const now = useNow(60_000);
  const [params, setParams] = useSearchParams();
  const [adding, setAdding] = useState<InteractionView | "new" | null>(null);
  const filter = Object.fromEntries([...params].filter(([key]) => key !== "event"));
  const set = (changes: Record<string, string | null>) => setParams(addressWith(changes), { replace: true });
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
        query={queryOf(filter)}
        searchLabel={t("search")}
        to={(row) => ({ path: withEvent(row.id) })}
        actions={
          <>
            <SavedFilters list="interactions" filter={filter} onChoose={(chosen) => setParams(chosen, { replace: true })} />
            {can("interaction", "create") === null ? null : (
              <Button px="sm" leftSection={<IconPlus size={16} />} onClick={() => setAdding("new")}>
                {t("add")}
              </Button>
            )}
          </>
        }
        filters={<EventTabs />}
        below={<EventFilters filter={filter} onChange={set} />}
        counted={t("found")}
        table={{ name: "events", order: "newest" }}
        columns={[
          {
            name: "when",
            label: t("field.when"),
            sort: { ways: ["newest", "planned"], down: "newest" },
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
          { name: "type", label: t("field.type"), sort: byName("type"), cell: (row) => <TypeMark type={row.type} named /> },
          {
            name: "subject",
            label: t("field.subject"),
            sort: byName("subject"),
            title: (row) => row.subject,
            cell: (row) => <span className={`${classes["name"]} ${own["cut"]}`}>{row.subject}</span>,
          },
          {
            name: "party",
            label: t("field.party"),
            title: (row) => row.party?.name,
            cell: (row) =>
              row.party === null ? (
                ""
              ) : (
                <span className={own["cut"]}>
                  <Link to={cardPath(row.party.kind, row.party.id) ?? ""}>{row.party.name}</Link>
                </span>
              ),
          },
          {
            name: "state",
            label: t("field.state"),
            sort: byName("status"),
            title: (row) => name(row.status),
            cell: (row) => (
              <span className={row.overdue ? own["late"] : own["state"]} data-state={row.state}>
                {row.overdue ? t("state.overdue") : name(row.status)}
              </span>
            ),
          },
          { name: "executor", label: t("field.executor"), sort: byName("executor"), cell: (row) => row.executor?.name ?? "" },
          {
            name: "result",
            label: t("field.result"),
            title: (row) => row.result ?? undefined,
            cell: (row) => <span className={`${classes["dim"]} ${own["cut"]}`}>{row.result ?? ""}</span>,
          },
          {
            name: "actions",
            label: "",
            cell: (row) => (
              <Button.Group>
                {row.party === null ? null : (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    component={Link}
                    to={cardPath(row.party.kind, row.party.id) ?? ""}
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
