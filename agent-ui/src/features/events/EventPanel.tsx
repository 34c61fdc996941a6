import type { InteractionDetail } from "@kommutator/contract/api/interaction";
import { Badge, Button, Group, Stack } from "@mantine/core";
import { IconCalendarShare, IconCheck, IconCornerDownRight, IconPencil, IconPhone, IconX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../app/api.ts";
import { useNamed } from "../../app/catalogues.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat, useNow, usePhone } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import { AuditLink } from "../administration/AuditLink.tsx";
import { FilesBox } from "../files/FilesBox.tsx";
import { SideDrawer } from "../settings/FormDrawer.tsx";
import { StartButton } from "../start/StartButton.tsx";
import { TasksBox } from "../tasks/TasksBox.tsx";
import { ChainList } from "./ChainList.tsx";
import { CompleteForm, MoveForm, WordsForm } from "./EndForms.tsx";
import { EventForm } from "./EventForm.tsx";
import classes from "./events.module.css";
import { useEvent, useReread } from "./queries.ts";
import { TypeMark } from "./TypeMark.tsx";

/** The event card (IA-21) beside whatever list it was opened from. */
export function EventPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("events");
  const event = useEvent(id);
  return (
    <SideDrawer title={event.data?.subject ?? t("card.title")} onClose={onClose} wide>
      {event.isPending ? (
        <RowsSkeleton rows={6} height={34} />
      ) : event.isError ? (
        <ErrorState error={event.error} onRetry={() => void event.refetch()} />
      ) : (
        <Card event={event.data} />
      )}
    </SideDrawer>
  );
}

type Box = "complete" | "move" | "words" | "reply" | null;

function Card({ event }: { event: InteractionDetail }) {
  const { t } = useTranslation("events");
  const name = useNamed();
  const format = useFormat();
  const phone = usePhone();
  const now = useNow(60_000);
  const can = useCan();
  const reread = useReread();
  const softphone = useSoftphone();
  const [box, setBox] = useState<Box>(null);
  const cancel = useMutation({
    mutationFn: () => api.post(`/interactions/${event.id}/cancel`, { version: event.version }),
    onSuccess: reread,
    onError: showFailure,
  });
  const may = (action: InteractionDetail["actions"][number]) => event.actions.includes(action);
  const { client } = event;
  const at = event.occurredFrom ?? event.plannedFrom;
  const ready = softphone.enabled && softphone.view.line.phase === "ready" && softphone.view.call.phase === "idle";
  const facts: [string, ReactNode][] = [
    [
      t("field.when"),
      at === null ? null : <span key="when" className={event.overdue ? classes["late"] : undefined}>{`${format.date(at)}, ${format.time(at)}`}</span>,
    ],
    [t("card.remind"), event.remindAt === null || Date.parse(event.remindAt) < now ? null : `${format.date(event.remindAt)}, ${format.time(event.remindAt)}`],
    [t("field.executor"), event.executor === null ? null : `${event.executor.name}${event.executorPosition === null ? "" : ` · ${event.executorPosition}`}`],
    [t("card.author"), event.author === null || event.author.id === event.executor?.id ? null : event.author.name],
    [t("card.participants"), event.participants.length === 0 ? null : event.participants.map((each) => each.name).join(", ")],
    [
      t("field.party"),
      client.customer !== null ? (
        <Link key="customer" to={`/customers/${client.customer.id}`}>
          {client.customer.name}
        </Link>
      ) : client.lead !== null ? (
        <Link key="lead" to={`/leads/${client.lead.id}`}>
          {client.lead.name}
        </Link>
      ) : null,
    ],
    [
      t("card.contact"),
      client.contact === null ? null : (
        <Link key="contact" to={`/customers/contacts/${client.contact.id}`}>
          {client.contact.name}
        </Link>
      ),
    ],
    [
      t("card.interest"),
      event.interest === null ? null : (
        <Link key="interest" to={`/interests/${event.interest.id}`}>
          {event.interest.name}
        </Link>
      ),
    ],
    [t("field.direction"), t(`direction.${event.direction}`)],
    [t("field.place"), event.place],
    [t("card.load"), format.number(event.loadPoints, 2)],
    [t("card.reschedules"), event.reschedules === 0 ? null : event.reschedules],
  ];
  const target = {
    ...(client.customer === null ? {} : { customerId: client.customer.id }),
    ...(client.contact === null ? {} : { contactId: client.contact.id }),
    ...(client.lead === null ? {} : { leadId: client.lead.id }),
  };
  return (
    <Stack gap={0}>
      <Group gap={8} mb="sm">
        <TypeMark type={event.type} named />
        <Badge variant="light" color={event.overdue ? "red" : event.state === "planned" ? "blue" : event.state === "done" ? "green" : "gray"}>
          {event.overdue ? t("state.overdue") : name(event.status)}
        </Badge>
        <span style={{ flex: 1 }} />
        <AuditLink kind="interaction" id={event.id} />
      </Group>
      {event.prompt === null || event.state !== "planned" ? null : <p className={classes["prompt"]}>{event.prompt}</p>}
      <Group gap={6} mb="md">
        {may("complete") ? (
          <Button size="xs" leftSection={<IconCheck size={15} />} onClick={() => setBox("complete")} data-autofocus>
            {t("complete.action")}
          </Button>
        ) : null}
        {may("reschedule") ? (
          <Button size="xs" variant="default" leftSection={<IconCalendarShare size={15} />} onClick={() => setBox("move")}>
            {t("move.action")}
          </Button>
        ) : null}
        {may("correct") ? (
          <Button size="xs" variant="default" leftSection={<IconPencil size={15} />} onClick={() => setBox("words")}>
            {t("words.action")}
          </Button>
        ) : null}
        {can("interaction", "create") === null ? null : (
          <Button size="xs" variant="default" leftSection={<IconCornerDownRight size={15} />} onClick={() => setBox("reply")}>
            {t("card.follow")}
          </Button>
        )}
        {may("write") ? <StartButton target={target} label={t("common:write")} small /> : null}
        {may("cancel") ? (
          <Button size="xs" variant="subtle" color="gray" leftSection={<IconX size={15} />} loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {t("card.cancel")}
          </Button>
        ) : null}
      </Group>
      <dl className={classes["facts"]}>
        {facts
          .filter(([, value]) => value != null)
          .map(([label, value]) => (
            <FactLine key={label} label={label}>
              {value}
            </FactLine>
          ))}
        {client.points.length === 0 ? null : (
          <FactLine label={t("card.points")}>
            {client.points.map((point) => (
              <div key={`${point.kind} ${point.value}`} className={classes["point"]}>
                {phone(point.value)}
                {point.kind === "phone" && may("call") && softphone.enabled ? (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    disabled={!ready}
                    aria-label={t("card.call", { number: point.value })}
                    onClick={() =>
                      softphone.order({ kind: "dial", number: point.value, ...(client.customer === null ? {} : { customerId: client.customer.id }) })
                    }
                  >
                    <IconPhone size={14} />
                  </Button>
                ) : null}
              </div>
            ))}
          </FactLine>
        )}
      </dl>
      {[
        ["description", event.description],
        ["result", event.result],
      ].map(([name, text]) =>
        text == null ? null : (
          <section key={name} className={classes["block"]}>
            <h3>{t(`field.${name as "result"}`)}</h3>
            <p className={classes["text"]}>{text}</p>
          </section>
        ),
      )}
      {event.chain === null ? null : <ChainList object="interaction" objectId={event.id} className={classes["block"]} />}
      <div className={classes["block"]}>
        <TasksBox object="interaction" objectId={event.id} />
      </div>
      <div className={classes["block"]}>
        <FilesBox object="interaction" objectId={event.id} editable={can("interaction", "edit") !== null} />
      </div>
      {box === "complete" ? <CompleteForm event={event} onClose={() => setBox(null)} /> : null}
      {box === "move" ? <MoveForm event={event} onClose={() => setBox(null)} /> : null}
      {box === "words" ? <WordsForm event={event} onClose={() => setBox(null)} /> : null}
      {box === "reply" ? <EventForm like={event} reply now={now} onClose={() => setBox(null)} /> : null}
    </Stack>
  );
}

function FactLine({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}
