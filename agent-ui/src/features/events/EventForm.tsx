import type { SearchResult } from "@kommutator/contract/api/history";
import type { InteractionView } from "@kommutator/contract/api/interaction";
import { Button, Checkbox, Modal, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { TimeField } from "../../app/DateField.tsx";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import { useMe } from "../../app/me.ts";
import { type More, MoreFields } from "./EventMore.tsx";
import classes from "./events.module.css";
import { usePartyInterests, useReread } from "./queries.ts";

/** What an event is begun from: a row or a card that tells the client, and what else of it is taken over. */
export type Like = Pick<InteractionView, "party"> &
  Partial<Pick<InteractionView, "id" | "type" | "subject">> & { interest?: { id: string; name: string } | null };

/**
 * A new event: planned for a time, or done just now or when one says; with whom, in which Interest, about what. What is asked for seldom stands
 * under "More". `like`: what it is added from prefills the client (IA-13); `reply`: it goes on with that event.
 */
export function EventForm({ like, now, reply = false, onClose }: { like: Like | null; now: number; reply?: boolean; onClose: () => void }) {
  const { t } = useTranslation("events");
  const me = useMe();
  const catalogues = useCatalogues();
  const reread = useReread();
  const [party, setParty] = useState<string | null>(like?.party == null ? null : `${like.party.kind}:${like.party.id}`);
  const [q, setQ] = useState("");
  const [settled] = useDebouncedValue(q.trim(), 250);
  const [typeId, setType] = useState<string | null>(like?.type?.id ?? null);
  const [subject, setSubject] = useState(reply ? (like?.subject ?? "") : "");
  const [description, setDescription] = useState("");
  const [result, setResult] = useState("");
  const [interestId, setInterest] = useState<string | null>(reply ? (like?.interest?.id ?? null) : null);
  const [planned, setPlanned] = useState(true);
  const [at, setAt] = useState(dayjs(now).add(1, "day").hour(10).minute(0).format("YYYY-MM-DD HH:mm:ss"));
  /** When it took place; null: just now. */
  const [took, setTook] = useState<string | null>(null);
  const [minutes, setMinutes] = useState<number | null>(null);
  const [opened, setOpened] = useState(false);
  const [more, setMore] = useState<More>({ statusId: null, direction: null, executorId: me.id, place: "", about: null });
  const found = useQuery({
    queryKey: ["search", settled],
    queryFn: ({ signal }) => api.get<z.infer<typeof SearchResult>>("/search", { signal, query: { q: settled, limit: 10 } }),
    enabled: settled.length > 1 && like?.party == null,
  });
  const interests = usePartyInterests(party, reply ? (like?.interest ?? null) : null);
  const types = catalogues.data?.interactionTypes ?? [];
  const type = types.find((each) => each.id === typeId);
  const text = (typed: string) => (typed.trim() === "" ? null : typed.trim());
  const save = useMutation({
    mutationFn: () => {
      const [kind, id] = party?.split(":") ?? [];
      const [aboutKind, aboutId] = more.about?.split(":") ?? [];
      return api.post("/interactions", {
        typeId,
        statusId: more.statusId,
        direction: more.direction ?? type?.direction ?? "out",
        subject: text(subject) ?? type?.name ?? "",
        description: text(description),
        result: planned ? null : text(result),
        place: text(more.place),
        plannedFrom: planned ? dayjs(at).toISOString() : null,
        occurredFrom: planned || took === null ? null : dayjs(took).toISOString(),
        minutes,
        executorId: more.executorId === me.id ? null : more.executorId,
        customerId: kind === "customer" ? id : null,
        contactId: kind === "contact" ? id : null,
        leadId: kind === "lead" ? id : null,
        interestId,
        parentId: reply ? (like?.id ?? null) : null,
        about: aboutKind === undefined ? null : { kind: aboutKind, id: aboutId },
      });
    },
    onSuccess: async () => {
      await reread();
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typeId !== null && party !== null && !save.isPending) save.mutate();
  };
  const people =
    like?.party == null
      ? (found.data?.items ?? []).map((hit) => ({
          value: `${hit.kind}:${hit.id}`,
          label: [hit.name || t("common:party.nameless"), hit.detail].filter(Boolean).join(" · "),
        }))
      : [{ value: party ?? "", label: like.party.name }];
  return (
    <Modal opened onClose={onClose} size="lg" title={reply ? t("form.reply") : t("form.title")} closeButtonProps={{ "aria-label": t("common:close") }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {type?.prompt == null ? null : <p className={classes["prompt"]}>{type.prompt}</p>}
          <div className={classes["grid"]}>
            <Select
              className={classes["wide"] ?? ""}
              data-autofocus={like?.party == null}
              required
              searchable
              disabled={like?.party != null}
              label={t("field.party")}
              placeholder={t("form.search")}
              nothingFoundMessage={settled.length > 1 && !found.isFetching ? t("common:nothingFound") : null}
              filter={({ options }) => options}
              data={people}
              value={party}
              onChange={(value) => {
                setParty(value);
                setInterest(null);
                setMore({ ...more, about: null });
              }}
              onSearchChange={setQ}
            />
            <Select
              required
              label={t("field.type")}
              data-autofocus={like?.party != null}
              data={types.map((each) => ({ value: each.id, label: each.name }))}
              value={typeId}
              onChange={(value) => {
                setType(value);
                setMore({ ...more, statusId: null });
              }}
            />
            <Select
              clearable
              allowDeselect
              disabled={interests.length === 0}
              label={t("field.interest")}
              placeholder={party !== null && interests.length === 0 ? t("form.noInterests") : ""}
              data={interests}
              value={interestId}
              onChange={setInterest}
            />
            <TextInput
              className={classes["wide"] ?? ""}
              label={t("field.subject")}
              placeholder={type?.name ?? ""}
              maxLength={300}
              value={subject}
              onChange={(event) => setSubject(event.currentTarget.value)}
            />
            <Checkbox
              className={classes["wide"] ?? ""}
              label={t("form.done")}
              checked={!planned}
              onChange={(event) => {
                setPlanned(!event.currentTarget.checked);
                setMore({ ...more, statusId: null });
              }}
            />
            {planned ? (
              <TimeField label={t("field.when")} value={at} onChange={(value) => value !== null && setAt(value)} />
            ) : (
              <TimeField clearable label={t("field.took")} placeholder={t("form.justNow")} maxDate={dayjs(now).toDate()} value={took} onChange={setTook} />
            )}
            <NumberInput
              label={t("field.minutes")}
              min={1}
              max={1440}
              placeholder={String(type?.defaultMinutes ?? 15)}
              value={minutes ?? ""}
              onChange={(value) => setMinutes(typeof value === "number" ? value : null)}
            />
            {planned ? null : (
              <Textarea
                className={classes["wide"] ?? ""}
                label={t("field.result")}
                autosize
                minRows={2}
                maxLength={10_000}
                value={result}
                onChange={(event) => setResult(event.currentTarget.value)}
              />
            )}
            <Textarea
              className={classes["wide"] ?? ""}
              label={t("field.description")}
              autosize
              minRows={2}
              maxLength={10_000}
              value={description}
              onChange={(event) => setDescription(event.currentTarget.value)}
            />
          </div>
          <div>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-expanded={opened}
              rightSection={opened ? <IconChevronUp size={14} /> : <IconChevronDown size={14} />}
              onClick={() => setOpened(!opened)}
            >
              {t("form.more")}
            </Button>
          </div>
          {opened ? <MoreFields type={type} planned={planned} party={party} interests={interests} reply={reply} value={more} onChange={setMore} /> : null}
          <Failure error={save.error} />
          <FormFoot busy={save.isPending} disabled={typeId === null || party === null} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
