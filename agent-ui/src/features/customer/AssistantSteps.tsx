import { Checkbox, NumberInput, SegmentedControl, Select, SimpleGrid, Text, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { type Draft, faults } from "./assistant.ts";
import { CatalogueSelect, regionPaths } from "./CatalogueSelect.tsx";

interface Step {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}
type TextField = "phone" | "email" | "taxId" | "lastName" | "firstName" | "middleName" | "position" | "personPhone" | "personEmail";

/** Name and number, because by them a known client is found. */
export function WhoStep({ draft, set, tried }: Step & { tried: boolean }) {
  const { t } = useTranslation("customer");
  return (
    <>
      <Text size="sm" c="dimmed">
        {t("assistant.whoHint")}
      </Text>
      <SegmentedControl
        aria-label={t("field.kind")}
        value={draft.kind}
        onChange={(kind) => set({ kind: kind as Draft["kind"] })}
        data={(["company", "person"] as const).map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
      />
      <TextInput
        autoFocus
        required
        label={t(draft.kind === "company" ? "field.name" : "field.personName")}
        maxLength={300}
        value={draft.name}
        error={tried && draft.name.trim() === "" ? t("common:required") : null}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <SimpleGrid cols={3} spacing="sm">
        <Line name="phone" label="phone" type="tel" draft={draft} set={set} />
        <Line name="email" label="email" type="email" draft={draft} set={set} />
        <Line name="taxId" label="taxId" draft={draft} set={set} />
      </SimpleGrid>
    </>
  );
}

/** The facts of the card; what is missing by the house's rules stands beside its field. */
export function CardStep({ draft, set, error }: Step & { error: unknown }) {
  const { t } = useTranslation("customer");
  const lists = useCatalogues().data;
  const fault = (field: string) => faults(error).find((f) => f.object === "customer" && f.field === field)?.message;
  const select = (
    name: "statusId" | "regionId" | "industryId" | "sourceId" | "responsibleId",
    list: { id: string; name: string }[] | undefined,
    catalogue?: "regions" | "industries" | "sources",
  ) => (
    <div>
      <CatalogueSelect
        label={t(`field.${name}`)}
        list={list}
        value={draft[name]}
        onChange={(value) => set({ [name]: value })}
        {...(catalogue === undefined ? {} : { catalogue })}
      />
      <Fault text={fault(name)} />
    </div>
  );
  return (
    <>
      <SimpleGrid cols={2} spacing="sm">
        {select("responsibleId", lists?.employees)}
        {select("statusId", lists?.customerStatuses)}
        {select("regionId", lists && regionPaths(lists.regions), "regions")}
        {select("industryId", lists?.industries, "industries")}
        {select("sourceId", lists?.sources, "sources")}
      </SimpleGrid>
      <Textarea
        label={t("field.comment")}
        autosize
        minRows={2}
        maxRows={6}
        maxLength={5000}
        value={draft.comment}
        onChange={(event) => set({ comment: event.currentTarget.value })}
      />
      {faults(error).map((f) => (
        <Fault key={f.field} text={`${f.message}`} />
      ))}
    </>
  );
}

/** Whom to talk to; may be left empty unless the house's rules want somebody. */
export function PersonStep({ draft, set, error }: Step & { error: unknown }) {
  const fault = faults(error).find((f) => f.object === "contact" || f.field === "contact");
  return (
    <>
      <SimpleGrid cols={3} spacing="sm">
        <Line name="lastName" label="lastName" draft={draft} set={set} autoFocus />
        <Line name="firstName" label="firstName" draft={draft} set={set} />
        <Line name="middleName" label="middleName" draft={draft} set={set} />
        <Line name="position" label="position" draft={draft} set={set} />
        <Line name="personPhone" label="phone" type="tel" draft={draft} set={set} />
        <Line name="personEmail" label="email" type="email" draft={draft} set={set} />
      </SimpleGrid>
      <Fault text={fault?.message} />
    </>
  );
}

/** What the client wants, if one knows already. */
export function InterestStep({ draft, set, error }: Step & { error: unknown }) {
  const { t } = useTranslation("customer");
  const kinds = (useCatalogues().data?.interestKinds ?? []).filter((each) => !each.archived);
  const parallel = error instanceof ApiError && error.code === "parallel_interest_reason_required";
  const choose = (interest: boolean) => set({ interest, interestKindId: draft.interestKindId ?? kinds[0]?.id ?? null });
  return (
    <>
      <Checkbox autoFocus label={t("assistant.withInterest")} checked={draft.interest} onChange={(event) => choose(event.currentTarget.checked)} />
      {!draft.interest ? null : (
        <SimpleGrid cols={3} spacing="sm">
          <Select
            label={t("assistant.kind")}
            allowDeselect={false}
            data={kinds.map((each) => ({ value: each.id, label: each.name }))}
            value={draft.interestKindId}
            onChange={(interestKindId) => set({ interestKindId })}
          />
          <TextInput
            required
            label={t("assistant.subject")}
            maxLength={300}
            value={draft.title}
            onChange={(event) => set({ title: event.currentTarget.value })}
          />
          <NumberInput
            label={t("assistant.amount")}
            min={0}
            thousandSeparator=" "
            value={draft.amount ?? ""}
            onChange={(value) => set({ amount: typeof value === "number" ? value : null })}
          />
        </SimpleGrid>
      )}
      {!parallel ? null : (
        <TextInput
          label={t("assistant.parallel")}
          maxLength={500}
          value={draft.parallelReason}
          onChange={(event) => set({ parallelReason: event.currentTarget.value })}
        />
      )}
    </>
  );
}

function Line({ name, label, draft, set, type = "text", autoFocus = false }: Step & { name: TextField; label: string; type?: string; autoFocus?: boolean }) {
  const { t } = useTranslation("customer");
  return (
    <TextInput
      type={type}
      autoFocus={autoFocus}
      label={t(`field.${label}`)}
      maxLength={200}
      value={draft[name]}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  );
}

function Fault({ text }: { text: string | undefined }) {
  if (text === undefined || text === "") return null;
  return (
    <Text size="xs" c="red" role="alert">
      {text}
    </Text>
  );
}
