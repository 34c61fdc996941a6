import type { ObjectKind, TaskView } from "@kommutator/contract/api/task";
import { Button, Group } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../app/api.ts";
import { useFormat, useNow } from "../../app/format.ts";
import lines from "../../app/lines.module.css";
import { useCan } from "../../app/me.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { TaskForm } from "./TaskForm.tsx";
import classes from "./tasks.module.css";

/** The tasks of any card: what is to be done, by whom, until when; a new one is about this card. */
export function TasksBox({ object, objectId }: { object: Exclude<ObjectKind, "task">; objectId: string }) {
  const { t } = useTranslation("tasks");
  const can = useCan();
  const format = useFormat();
  const now = useNow(60_000);
  const [adding, setAdding] = useState(false);
  const tasks = useQuery({
    queryKey: ["tasks", object, objectId],
    queryFn: ({ signal }) => api.get<{ items: TaskView[] }>("/tasks", { signal, query: { object, objectId, limit: 50 } }),
    enabled: can("task", "read") !== null,
  });
  if (can("task", "read") === null) return null;
  return (
    <section aria-label={t("box")}>
      <Group justify="space-between" mb={6}>
        <h3 className={lines["title"]}>
          {t("box")}
          {tasks.data === undefined || tasks.data.items.length === 0 ? null : <span className={lines["count"]}>{tasks.data.items.length}</span>}
        </h3>
        {can("task", "create") === null ? null : (
          <Button size="compact-xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
            {t("add")}
          </Button>
        )}
      </Group>
      {tasks.isPending ? (
        <RowsSkeleton rows={1} height={26} />
      ) : tasks.isError ? (
        <ErrorState error={tasks.error} onRetry={() => void tasks.refetch()} />
      ) : tasks.data.items.length === 0 ? (
        <p className={lines["none"]}>{t("boxNone")}</p>
      ) : (
        <ul className={lines["list"]}>
          {tasks.data.items.map((task) => (
            <li key={task.id} className={lines["line"]}>
              <Link to={`/tasks/${task.id}`} className={`truncate ${task.state === "done" || task.state === "cancelled" ? classes["over"] : ""}`}>
                {task.title}
              </Link>
              <span className={classes["dim"]}>{task.executor?.name ?? ""}</span>
              <span className={task.overdue ? classes["late"] : classes["dim"]}>
                {task.dueAt === null ? t(`state.${task.state}`) : format.stamp(task.dueAt, now)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {adding ? <TaskForm subject={{ kind: object, id: objectId }} onClose={() => setAdding(false)} /> : null}
    </section>
  );
}
