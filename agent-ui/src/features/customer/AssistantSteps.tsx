import { Checkbox, NumberInput, SegmentedControl, Select, SimpleGrid, Text, Textarea, TextInput } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { DateField } from "../../app/DateField.tsx";
import { type Draft, faults, faultsBeside, lacking } from "./assistant.ts";
import { CatalogueSelect, regionPaths } from "./CatalogueSelect.tsx";

interface Step {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}
type TextField = "legalName" | "phone" | "email" | "taxId" | "lastName" | "firstName" | "middleName" | "position" | "personPhone" | "personEmail";

/** Name and number, because by them a known client is found. */
export function WhoStep({ draft, set, tried, error }: Step & { tried: boolean; error: unknown }) {
  const { t } = useTranslation("customer");
  const fault = useFault(error);
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
        error={tried && draft.name.trim() === "" ? t("common:required") : fault("customer.name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <SimpleGrid cols={3} spacing="sm">
        <Line name="phone" label="phone" type="tel" draft={draft} set={set} fault={fault("customer.phone")} />
        <Line name="email" label="email" type="email" draft={draft} set={set} fault={fault("customer.email")} />
        <Line name="taxId" label="taxId" draft={draft} set={set} fault={fault("customer.taxId")} />
      </SimpleGrid>
      <Beside error={error} step={0} inputs={["customer.name", "customer.phone", "customer.email", "customer.taxId"]} />
    </>
  );
}

/** The facts of the card; what is missing by the house's rules stands beside its field. */
export function CardStep({ draft, set, error }: Step & { error: unknown }) {
  const { t } = useTranslation("customer");
  const lists = useCatalogues().data;
  const fault = useFault(error);
  const wantsLegalName = fault("customer.legalName") !== null || draft.legalName !== "";
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
      <Fault text={fault(`customer.${name}`)} />
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
        error={fault("customer.comment")}
        value={draft.comment}
        onChange={(event) => set({ comment: event.currentTarget.value })}
      />
      {!wantsLegalName ? null : <Line name="legalName" label="legalName" draft={draft} set={set} fault={fault("customer.legalName")} />}
      <Beside error={error} step={1} inputs={CARD_INPUTS} />
    </>
  );
}

/** Whom to talk to; may be left empty unless the house's rules want somebody. */
export function PersonStep({ draft, set, tried, error }: Step & { tried: boolean; error: unknown }) {
  const { t } = useTranslation("customer");
  const nameless = tried && lacking(draft, 2) !== null ? t("form.nameNeeded") : null;
  const fault = useFault(error);
  const wantsBirthDate = fault("contact.birthDate") !== null || draft.birthDate !== null;
  return (
    <>
      <SimpleGrid cols={3} spacing="sm">
        <Line name="lastName" label="lastName" draft={draft} set={set} fault={nameless ?? fault("contact.lastName")} autoFocus />
        <Line name="firstName" label="firstName" draft={draft} set={set} fault={fault("contact.firstName")} />
        <Line name="middleName" label="middleName" draft={draft} set={set} fault={fault("contact.middleName")} />
        <Line name="position" label="position" draft={draft} set={set} fault={fault("contact.position")} />
        <Line name="personPhone" label="phone" type="tel" draft={draft} set={set} fault={fault("contact.phone")} />
        <Line name="personEmail" label="email" type="email" draft={draft} set={set} fault={fault("contact.email")} />
      </SimpleGrid>
      {!wantsBirthDate ? null : (
        <DateField
          label={t("field.birthDate")}
          clearable
          value={draft.birthDate}
          error={fault("contact.birthDate")}
          onChange={(birthDate) => set({ birthDate })}
        />
      )}
      <Beside error={error} step={2} inputs={PERSON_INPUTS} />
    </>
  );
}

/** What the client wants, if one knows already. */
export function InterestStep({ draft, set, tried, error }: Step & { tried: boolean; error: unknown }) {
  const { t } = useTranslation(["customer", "interests"]);
  const kinds = (useCatalogues().data?.interestKinds ?? []).filter((each) => !each.archived);
  const fault = useFault(error);
  const wantsClose = fault("interest.expectedClose") !== null || draft.expectedClose !== null;
  const parallel = error instanceof ApiError && error.code === "parallel_interest_reason_required";
  const choose = (interest: boolean) => set({ interest });
  // The first kind, unless another one is chosen; the catalogues may come after the tick.
  const usual = draft.interestKindId === null ? kinds[0]?.id : undefined;
  useEffect(() => {
    if (usual !== undefined) set({ interestKindId: usual });
  });
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
            error={tried && lacking(draft, 3) === "title" ? t("common:required") : fault("interest.title")}
            value={draft.title}
            onChange={(event) => set({ title: event.currentTarget.value })}
          />
          <NumberInput
            label={t("assistant.amount")}
            min={0}
            thousandSeparator=" "
            error={fault("interest.amount")}
            value={draft.amount ?? ""}
            onChange={(value) => set({ amount: typeof value === "number" ? value : null })}
          />
          {!wantsClose ? null : (
            <DateField
              label={t("interests:field.expectedClose")}
              clearable
              value={draft.expectedClose}
              error={fault("interest.expectedClose")}
              onChange={(expectedClose) => set({ expectedClose })}
            />
          )}
        </SimpleGrid>
      )}
      <Beside error={error} step={3} inputs={["interest.title", "interest.amount", "interest.expectedClose"]} />
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

const CARD_INPUTS = ["responsibleId", "statusId", "regionId", "industryId", "sourceId", "comment", "legalName"].map((field) => `customer.${field}`);
const PERSON_INPUTS = ["lastName", "firstName", "middleName", "position", "phone", "email", "birthDate"].map((field) => `contact.${field}`);

/** What the server found wrong with a field (`object.field`), in words; null while nothing is. */
function useFault(error: unknown): (key: string) => string | null {
  const { t } = useTranslation("common");
  return (key) => {
    const fault = faults(error).find((f) => `${f.object}.${f.field}` === key);
    return fault === undefined ? null : (fault.message ?? t("required"));
  };
}

/** What else the step's card lacks. */
function Beside(props: { error: unknown; step: number; inputs: readonly string[] }) {
  return faultsBeside(props.error, props.step, props.inputs).map((f) => <Fault key={`${f.object}.${f.field}`} text={f.message ?? f.name} />);
}

function Line(props: Step & { name: TextField; label: string; type?: string; autoFocus?: boolean; fault?: string | null }) {
  const { name, label, draft, set, type = "text", autoFocus = false, fault = null } = props;
  const { t } = useTranslation("customer");
  return (
    <TextInput
      type={type}
      autoFocus={autoFocus}
      label={t(`field.${label}`)}
      maxLength={200}
      error={fault}
      value={draft[name]}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  );
}

function Fault({ text }: { text: string | null }) {
  if (text === null || text === "") return null;
  return (
    <Text size="xs" c="red" role="alert">
      {text}
    </Text>
  );
}
