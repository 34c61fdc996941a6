import type { SearchResult } from "@kommutator/contract/api/history";
import type { InteractionDetail, InteractionView } from "@kommutator/contract/api/interaction";
import { Checkbox, Modal, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { TimeField } from "../../app/DateField.tsx";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import { useCan, useMe } from "../../app/me.ts";
import classes from "./events.module.css";
import { useReread } from "./queries.ts";

/** A new event: planned for a time or done just now, with whom, about what. `like`: the row it is added from prefills the client (IA-13). */
export function EventForm({
  like,
  now,
  reply = false,
  onClose,
}: {
  like: InteractionView | InteractionDetail | null;
  now: number;
  reply?: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation("events");
  const can = useCan();
  const me = useMe();
  const catalogues = useCatalogues();
  const reread = useReread();
  const [party, setParty] = useState<string | null>(like?.party == null ? null : `${like.party.kind}:${like.party.id}`);
  const [q, setQ] = useState("");
  const [settled] = useDebouncedValue(q.trim(), 250);
  const [typeId, setType] = useState<string | null>(like?.type.id ?? null);
  const [statusId, setStatus] = useState<string | null>(null);
  const [subject, setSubject] = useState(reply && like !== null ? like.subject : "");
  const [description, setDescription] = useState("");
  const [place, setPlace] = useState("");
  const [planned, setPlanned] = useState(true);
  const [at, setAt] = useState(dayjs(now).add(1, "day").hour(10).minute(0).format("YYYY-MM-DD HH:mm:ss"));
  const [minutes, setMinutes] = useState<number | null>(null);
  const [executorId, setExecutor] = useState<string>(me.id);
  const found = useQuery({
    queryKey: ["search", settled],
    queryFn: ({ signal }) => api.get<z.infer<typeof SearchResult>>("/search", { signal, query: { q: settled, limit: 10 } }),
    enabled: settled.length > 1 && like?.party == null,
  });
  const types = catalogues.data?.interactionTypes ?? [];
  const type = types.find((each) => each.id === typeId);
  const statuses = (type?.statuses ?? []).filter((each) => (planned ? each.state === "planned" : each.state === "done" || each.state === "failed"));
  const save = useMutation({
    mutationFn: () => {
      const [kind, id] = party?.split(":") ?? [];
      return api.post("/interactions", {
        typeId,
        statusId,
        subject: subject.trim() === "" ? (type?.name ?? "") : subject.trim(),
        description: description.trim() === "" ? null : description.trim(),
        place: place.trim() === "" ? null : place.trim(),
        plannedFrom: planned ? dayjs(at).toISOString() : null,
        minutes,
        executorId: executorId === me.id ? null : executorId,
        customerId: kind === "customer" ? id : null,
        contactId: kind === "contact" ? id : null,
        leadId: kind === "lead" ? id : null,
        interestId: reply ? (like?.interestId ?? null) : null,
        parentId: reply ? (like?.id ?? null) : null,
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
              onChange={setParty}
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
                setStatus(null);
              }}
            />
            <Select
              clearable
              allowDeselect
              label={t("field.status")}
              placeholder={t("form.usual")}
              data={statuses.map((each) => ({ value: each.id, label: each.name }))}
              value={statusId}
              onChange={setStatus}
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
                setStatus(null);
              }}
            />
            {planned ? <TimeField label={t("field.when")} value={at} onChange={(value) => value !== null && setAt(value)} /> : null}
            <NumberInput
              label={t("field.minutes")}
              min={1}
              max={1440}
              placeholder={String(type?.defaultMinutes ?? 15)}
              value={minutes ?? ""}
              onChange={(value) => setMinutes(typeof value === "number" ? value : null)}
            />
            {can("interaction", "assign") === null ? null : (
              <Select
                searchable
                label={t("field.executor")}
                data={(catalogues.data?.employees ?? []).map((each) => ({ value: each.id, label: each.name }))}
                value={executorId}
                onChange={(value) => value !== null && setExecutor(value)}
              />
            )}
            <TextInput label={t("field.place")} maxLength={500} value={place} onChange={(event) => setPlace(event.currentTarget.value)} />
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
          <Failure error={save.error} />
          <FormFoot busy={save.isPending} disabled={typeId === null || party === null} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
