import type { InteractionView } from "@kommutator/contract/api/interaction";
import type { TaskDetail } from "@kommutator/contract/api/task";
import { ActionIcon, Group } from "@mantine/core";
import { IconCalendarEvent, IconLinkOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { z } from "zod";
import { useFormat, useNow } from "../../app/format.ts";
import lines from "../../app/lines.module.css";
import { useCan } from "../../app/me.ts";
import { LinkPicker } from "./LinkPicker.tsx";
import { useTaskLink } from "./queries.ts";
import classes from "./tasks.module.css";

/** The events of a task (IA-20): those it was made on and those it was linked with; a link leads to the event's card. */
export function EventsBox({ task }: { task: z.infer<typeof TaskDetail> }) {
  const { t } = useTranslation("tasks");
  const can = useCan();
  const format = useFormat();
  const now = useNow(60_000);
  const { link, unlink } = useTaskLink();
  if (can("interaction", "read") === null) return null;
  const may = can("task", "edit") !== null || can("interaction", "edit") !== null;
  const subject = task.subject;
  const near = subject?.kind === "customer" || subject?.kind === "lead" || subject?.kind === "interest" ? { [`${subject.kind}Id`]: subject.id } : {};
  return (
    <section aria-label={t("events.title")}>
      <Group justify="space-between" mb={6}>
        <h3 className={lines["title"]}>
          {t("events.title")}
          {task.events.length === 0 ? null : <span className={lines["count"]}>{task.events.length}</span>}
        </h3>
        {may ? (
          <LinkPicker<InteractionView>
            label={t("events.link")}
            search={t("events.find")}
            path="/interactions"
            near={near}
            linked={task.events.map((each) => each.id)}
            pick={(row) => {
              const at = row.occurredFrom ?? row.plannedFrom;
              return {
                name: [row.subject, row.party?.name].filter(Boolean).join(" · "),
                icon: IconCalendarEvent,
                ...(at === null ? {} : { hint: format.stamp(at, now) }),
              };
            }}
            busy={link.isPending}
            onPick={(row) => link.mutate({ task, interactionId: row.id })}
          />
        ) : null}
      </Group>
      {task.events.length === 0 ? (
        <p className={lines["none"]}>{t("events.none")}</p>
      ) : (
        <ul className={lines["list"]}>
          {task.events.map((event) => (
            <li key={event.id} className={lines["line"]}>
              <Link to={`/events?event=${event.id}`} className="truncate" title={event.subject}>
                {event.subject}
              </Link>
              <span className={classes["dim"]} title={event.at === null ? undefined : format.full(event.at)}>
                {event.at === null ? "" : format.stamp(event.at, now)}
              </span>
              {may ? (
                <ActionIcon
                  size="sm"
                  aria-label={t("unlink", { name: event.subject })}
                  title={t("unlink", { name: event.subject })}
                  loading={unlink.isPending && unlink.variables.interactionId === event.id}
                  onClick={() => unlink.mutate({ task, interactionId: event.id })}
                >
                  <IconLinkOff size={14} />
                </ActionIcon>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
