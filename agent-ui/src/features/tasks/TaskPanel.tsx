import type { TaskDetail } from "@kommutator/contract/api/task";
import { Alert, Badge, Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { z } from "zod";
import { ApiError, api } from "../../app/api.ts";
import { cardPath } from "../../app/card-path.ts";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import { failureText } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import lines from "../../app/lines.module.css";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { ChainList } from "../events/ChainList.tsx";
import events from "../events/events.module.css";
import { FilesBox } from "../files/FilesBox.tsx";
import { SideDrawer } from "../settings/FormDrawer.tsx";
import { EventsBox } from "./EventsBox.tsx";
import { useRereadTasks } from "./queries.ts";
import { TaskForm } from "./TaskForm.tsx";
import classes from "./tasks.module.css";

type Task = z.infer<typeof TaskDetail>;
type Step = Exclude<Task["actions"][number], "edit">;
/** Steps that ask for words: a reason that must be given, or a result that may. */
const ASKS: Partial<Record<Step, "reason" | "result">> = { refuse: "reason", return: "reason", done: "result" };

/** One task beside its list: who, until when, what came of it, and the steps that are one's own to take. */
export function TaskPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("tasks");
  const task = useQuery({ queryKey: ["tasks", "card", id], queryFn: ({ signal }) => api.get<Task>(`/tasks/${id}`, { signal }) });
  return (
    <SideDrawer title={task.data === undefined ? t("title") : `#${task.data.number} ${task.data.title}`} onClose={onClose} wide>
      {task.isPending ? (
        <RowsSkeleton rows={5} height={32} />
      ) : task.isError ? (
        <ErrorState error={task.error} onRetry={() => void task.refetch()} />
      ) : (
        <Card task={task.data} />
      )}
    </SideDrawer>
  );
}

function Card({ task }: { task: Task }) {
  const { t } = useTranslation("tasks");
  const format = useFormat();
  const reread = useRereadTasks();
  const [asking, setAsking] = useState<Step | "edit" | null>(null);
  const act = useMutation({
    mutationFn: ({ step, words = {} }: { step: Step; words?: Record<string, string> }) =>
      api.post(`/tasks/${task.id}/${step}`, { version: task.version, ...words }),
    onSuccess: async () => {
      await reread();
      setAsking(null);
    },
    onError: (error) => (error instanceof ApiError && error.code === "version_conflict" ? reread() : undefined),
  });
  const moment = (at: string) => `${format.date(at)}, ${format.time(at)}`;
  const facts: [string, ReactNode][] = [
    [t("field.executor"), task.executor?.name],
    [t("field.helpers"), task.coExecutors.length === 0 ? null : task.coExecutors.map((each) => each.name).join(", ")],
    [t("field.author"), task.author?.name ?? t("house")],
    [
      t("field.due"),
      task.dueAt === null ? null : (
        <span key="due" className={task.overdue ? classes["late"] : undefined}>
          {moment(task.dueAt)}
        </span>
      ),
    ],
    [
      t("field.subject"),
      // An event stands among its events below.
      task.subject === null || task.subject.kind === "interaction" ? null : (
        <Link key="subject" to={cardPath(task.subject.kind, task.subject.id) ?? ""}>
          {task.subject.name === "" ? t("field.subject") : task.subject.name}
        </Link>
      ),
    ],
    [t("field.done"), task.doneAt === null ? null : moment(task.doneAt)],
    [t("field.reason"), task.refuseReason],
  ];
  const steps = task.actions.filter((each): each is Step => each !== "edit");
  return (
    <Stack gap={0}>
      <Group gap={8} mb="sm">
        <Badge variant="light" color={task.overdue ? "red" : task.state === "done" ? "green" : task.state === "rejected" ? "yellow" : "blue"}>
          {t(task.awaitsControl ? "awaits" : `state.${task.state}`)}
          {task.overdue ? ` · ${t("overdue")}` : ""}
        </Badge>
        {task.controlled ? (
          <Badge variant="outline" color="gray">
            {t("controlled")}
          </Badge>
        ) : null}
      </Group>
      <Group gap={6} mb="md">
        {steps.map((step, n) => (
          <Button
            key={step}
            size="xs"
            variant={n === 0 ? "filled" : "default"}
            data-autofocus={n === 0 || undefined}
            loading={act.isPending && act.variables.step === step}
            onClick={() => (ASKS[step] === undefined ? act.mutate({ step }) : setAsking(step))}
          >
            {t(`action.${step}`)}
          </Button>
        ))}
        {task.actions.includes("edit") ? (
          <Button size="xs" variant="default" onClick={() => setAsking("edit")}>
            {t("common:edit")}
          </Button>
        ) : null}
      </Group>
      {act.error !== null && asking === null ? (
        <Alert color="red" role="alert" mb="sm">
          {failureText(act.error)}
        </Alert>
      ) : null}
      <dl className={events["facts"]}>
        {facts
          .filter(([, value]) => value != null)
          .map(([label, value]) => (
            <div key={label} style={{ display: "contents" }}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {[task.description, task.result].map((text, n) =>
        text === null ? null : (
          <section key={n === 0 ? "description" : "result"} className={events["block"]}>
            <h3>{t(n === 0 ? "field.description" : "field.result")}</h3>
            <p className={events["text"]}>{text}</p>
          </section>
        ),
      )}
      {task.children.length === 0 ? null : (
        <section className={events["block"]}>
          <h3>{t("children")}</h3>
          <ul className={lines["list"]}>
            {task.children.map((child) => (
              <li key={child.id} className={lines["line"]}>
                <Link to={`/tasks/${child.id}`}>{child.title}</Link>
                <span className={classes["dim"]}>{t(`state.${child.state}`)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className={events["block"]}>
        <EventsBox task={task} />
      </div>
      <ChainList object="task" objectId={task.id} className={events["block"]} />
      <div className={events["block"]}>
        <FilesBox object="task" objectId={task.id} editable />
      </div>
      {asking === "edit" ? <TaskForm task={task} onClose={() => setAsking(null)} /> : null}
      {asking !== null && asking !== "edit" ? (
        <Words step={asking} busy={act.isPending} error={act.error} onClose={() => setAsking(null)} onSay={(words) => act.mutate({ step: asking, words })} />
      ) : null}
    </Stack>
  );
}

function Words({
  step,
  busy,
  error,
  onClose,
  onSay,
}: {
  step: Step;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onSay: (words: Record<string, string>) => void;
}) {
  const { t } = useTranslation("tasks");
  const [text, setText] = useState("");
  const field = ASKS[step] ?? "result";
  const needed = field === "reason";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && (!needed || text.trim() !== "")) onSay(text.trim() === "" ? {} : { [field]: text.trim() });
  };
  return (
    <Modal opened onClose={onClose} title={t(`action.${step}`)} closeButtonProps={{ "aria-label": t("common:close") }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Textarea
            data-autofocus
            required={needed}
            label={t(`field.${field}`)}
            autosize
            minRows={2}
            maxLength={2000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Failure error={error} />
          <FormFoot label={t(`action.${step}`)} busy={busy} disabled={needed && text.trim() === ""} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
