import type { ObjectKind, TaskView } from "@kommutator/contract/api/task";
import { ActionIcon, Button, Group } from "@mantine/core";
import { IconChecklist, IconLinkOff, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../app/api.ts";
import { useFormat, useNow } from "../../app/format.ts";
import lines from "../../app/lines.module.css";
import { useCan } from "../../app/me.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { LinkPicker } from "./LinkPicker.tsx";
import { useTaskLink } from "./queries.ts";
import { TaskForm } from "./TaskForm.tsx";
import classes from "./tasks.module.css";

/** The tasks of any card: what is to be done, by whom, until when; a new one is about this card. On an event existing ones may be linked, too (IA-20). */
export function TasksBox({ object, objectId }: { object: Exclude<ObjectKind, "task">; objectId: string }) {
  const { t } = useTranslation("tasks");
  const can = useCan();
  const format = useFormat();
  const now = useNow(60_000);
  const [adding, setAdding] = useState(false);
  const { link, unlink } = useTaskLink();
  const tasks = useQuery({
    queryKey: ["tasks", object, objectId],
    queryFn: ({ signal }) => api.get<{ items: TaskView[] }>("/tasks", { signal, query: { object, objectId, limit: 50 } }),
    enabled: can("task", "read") !== null,
  });
  if (can("task", "read") === null) return null;
  const links = object === "interaction" && (can("task", "edit") !== null || can("interaction", "edit") !== null);
  return (
    <section aria-label={t("box")}>
      <Group justify="space-between" mb={6}>
        <h3 className={lines["title"]}>
          {t("box")}
          {tasks.data === undefined || tasks.data.items.length === 0 ? null : <span className={lines["count"]}>{tasks.data.items.length}</span>}
        </h3>
        <Group gap={6}>
          {links ? (
            <LinkPicker<TaskView>
              label={t("link")}
              search={t("find")}
              path="/tasks"
              near={{ open: "true" }}
              linked={tasks.data?.items.map((each) => each.id) ?? []}
              pick={(row) => ({ name: row.title, icon: IconChecklist, hint: `№${row.number}` })}
              busy={link.isPending}
              onPick={(row) => link.mutate({ task: row, interactionId: objectId })}
            />
          ) : null}
          {can("task", "create") === null ? null : (
            <Button size="compact-xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
              {t("add")}
            </Button>
          )}
        </Group>
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
              {links ? (
                <ActionIcon
                  size="sm"
                  aria-label={t("unlink", { name: task.title })}
                  title={t("unlink", { name: task.title })}
                  loading={unlink.isPending && unlink.variables.task.id === task.id}
                  onClick={() => unlink.mutate({ task, interactionId: objectId })}
                >
                  <IconLinkOff size={14} />
                </ActionIcon>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {adding ? <TaskForm subject={{ kind: object, id: objectId }} onClose={() => setAdding(false)} /> : null}
    </section>
  );
}
