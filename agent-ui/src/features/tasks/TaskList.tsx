import type { TaskView } from "@kommutator/contract/api/task";
import { Button, SegmentedControl, Select } from "@mantine/core";
import { IconChecklist, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { Empty, NoRight } from "../../app/states.tsx";
import { Register } from "../customer/Register.tsx";
import { TaskForm } from "./TaskForm.tsx";
import classes from "./tasks.module.css";

const VIEWS = ["mine", "given", "control", "all"] as const;

/** Tasks and errands (BP-05): mine, those I gave, those that await my word; the overdue first. */
export function TaskList() {
  const { t } = useTranslation("tasks");
  const can = useCan();
  const format = useFormat();
  const now = useNow(60_000);
  const catalogues = useCatalogues();
  const [params, setParams] = useSearchParams();
  const [adding, setAdding] = useState(false);
  const view = params.get("view") ?? "mine";
  const open = params.get("open") ?? "true";
  const executorId = params.get("executorId");
  const set = (key: string, value: string | null) => {
    const next = new URLSearchParams(params);
    value === null ? next.delete(key) : next.set(key, value);
    setParams(next, { replace: true });
  };
  const control = useQuery({
    queryKey: ["tasks", "count", "control"],
    queryFn: ({ signal }) => api.get<{ count: number }>("/tasks/count", { signal, query: { role: "control" } }),
    enabled: can("task", "read") !== null,
  });
  if (can("task", "read") === null) return <NoRight />;
  const add =
    can("task", "create") === null ? null : (
      <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
        {t("add")}
      </Button>
    );
  const waiting = control.data?.count ?? 0;
  return (
    <>
      <Register<TaskView>
        title={t("title")}
        path="/tasks"
        queryKey={["tasks", "register"]}
        query={{
          role: view === "all" ? undefined : view,
          open: view === "control" ? undefined : open === "overdue" ? undefined : open === "any" ? undefined : open,
          overdue: open === "overdue" ? "true" : undefined,
          executorId: executorId ?? undefined,
        }}
        to={(row) => ({ path: `/tasks/${row.id}${params.size === 0 ? "" : `?${params}`}` })}
        actions={add}
        filters={
          <>
            <SegmentedControl
              size="xs"
              aria-label={t("view.title")}
              data={VIEWS.map((each) => ({ value: each, label: each === "control" && waiting > 0 ? `${t("view.control")} · ${waiting}` : t(`view.${each}`) }))}
              value={view}
              onChange={(value) => set("view", value === "mine" ? null : value)}
            />
            {view === "control" ? null : (
              <Select
                w={150}
                aria-label={t("field.state")}
                data={["true", "overdue", "false", "any"].map((each) => ({ value: each, label: t(`open.${each}`) }))}
                value={open}
                onChange={(value) => set("open", value === "true" ? null : value)}
              />
            )}
            {view === "mine" ? null : (
              <Select
                w={190}
                searchable
                clearable
                allowDeselect
                aria-label={t("field.executor")}
                placeholder={t("field.executor")}
                data={(catalogues.data?.employees ?? []).map((each) => ({ value: each.id, label: each.name }))}
                value={executorId}
                onChange={(value) => set("executorId", value)}
              />
            )}
          </>
        }
        columns={[
          { name: "number", label: "№", numeric: true, cell: (row) => row.number },
          { name: "title", label: t("field.title"), title: (row) => row.title, cell: (row) => <b>{row.title}</b> },
          {
            name: "due",
            label: t("field.due"),
            title: (row) => (row.dueAt === null ? undefined : format.full(row.dueAt)),
            cell: (row) => (row.dueAt === null ? "" : <span className={row.overdue ? classes["late"] : undefined}>{`${format.stamp(row.dueAt, now)}`}</span>),
          },
          { name: "state", label: t("field.state"), cell: (row) => t(row.awaitsControl ? "awaits" : `state.${row.state}`) },
          { name: "subject", label: t("field.subject"), title: (row) => row.subject?.name, cell: (row) => row.subject?.name ?? "" },
          { name: "executor", label: t("field.executor"), cell: (row) => row.executor?.name ?? "" },
          { name: "author", label: t("field.author"), cell: (row) => <span className={classes["dim"]}>{row.author?.name ?? t("house")}</span> },
        ]}
        empty={<Empty icon={<IconChecklist />} title={t("empty")} text={t("emptyText")} action={add} />}
        nothing={
          <Empty
            icon={view === "mine" && open === "true" ? <IconChecklist /> : <IconSearch />}
            title={view === "mine" && open === "true" ? t("empty") : t("common:nothingFound")}
            text={view === "mine" && open === "true" ? t("emptyText") : t("nothing")}
          />
        }
      />
      {adding ? <TaskForm onClose={() => setAdding(false)} /> : null}
    </>
  );
}
