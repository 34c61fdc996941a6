import type { Catalogues } from "@kommutator/contract/api/catalogue";
import { Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import classes from "./events.module.css";
import { usePartyEvents } from "./queries.ts";

/** What of an event is asked for seldom. `about`: `kind:id` of the subject whose chain it joins; null values: as is usual for its type. */
export interface More {
  statusId: string | null;
  direction: string | null;
  executorId: string;
  place: string;
  about: string | null;
}

/** Status, direction, subject of the chain, executor, place of a new event. */
export function MoreFields(props: {
  type: Catalogues["interactionTypes"][number] | undefined;
  planned: boolean;
  party: string | null;
  interests: { value: string; label: string }[];
  /** A follow-up is in its original's chain already. */
  reply: boolean;
  value: More;
  onChange: (value: More) => void;
}) {
  const { type, planned, party, interests, reply, value, onChange } = props;
  const { t } = useTranslation("events");
  const can = useCan();
  const format = useFormat();
  const now = useNow(60_000);
  const catalogues = useCatalogues();
  const events = usePartyEvents(reply ? null : party);
  const statuses = (type?.statuses ?? []).filter((each) => (planned ? each.state === "planned" : each.state === "done" || each.state === "failed"));
  const groups = [
    { group: t("form.interests"), items: interests.map((each) => ({ value: `interest:${each.value}`, label: each.label })) },
    {
      group: t("title"),
      items: events.map((each) => {
        const at = each.occurredFrom ?? each.plannedFrom;
        return { value: `interaction:${each.id}`, label: `${at === null ? "" : `${format.stamp(at, now)} · `}${each.subject}` };
      }),
    },
  ].filter(({ items }) => items.length > 0);
  return (
    <div className={classes["grid"]}>
      {reply ? null : (
        <Select
          className={classes["wide"] ?? ""}
          clearable
          searchable
          allowDeselect
          disabled={groups.length === 0}
          label={t("field.about")}
          description={t("form.aboutHint")}
          placeholder={t("form.aboutNone")}
          data={groups}
          value={value.about}
          onChange={(about) => onChange({ ...value, about })}
        />
      )}
      <Select
        label={t("field.direction")}
        data={(["out", "in", "both"] as const).map((each) => ({ value: each, label: t(`direction.${each}`) }))}
        value={value.direction ?? type?.direction ?? "out"}
        onChange={(direction) => direction !== null && onChange({ ...value, direction })}
      />
      <Select
        clearable
        allowDeselect
        label={t("field.status")}
        placeholder={t("form.usual")}
        data={statuses.map((each) => ({ value: each.id, label: each.name }))}
        value={value.statusId}
        onChange={(statusId) => onChange({ ...value, statusId })}
      />
      {can("interaction", "assign") === null ? null : (
        <Select
          searchable
          label={t("field.executor")}
          data={(catalogues.data?.employees ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={value.executorId}
          onChange={(executorId) => executorId !== null && onChange({ ...value, executorId })}
        />
      )}
      <TextInput label={t("field.place")} maxLength={500} value={value.place} onChange={(event) => onChange({ ...value, place: event.currentTarget.value })} />
    </div>
  );
}
