import type { InterestView } from "@kommutator/contract/api/interest";
import { Alert, Modal, NumberInput, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ApiError, api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { DateField } from "../../app/DateField.tsx";
import { FormFoot } from "../../app/FormFoot.tsx";
import { failureText } from "../../app/failure.ts";
import { useMe } from "../../app/me.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { conflictOf, SaveFailure } from "../customer/Conflict.tsx";
import { FIELD_TEXT, usePeople } from "./MissingFields.tsx";

/** What a new one begins with, as the place where it is made knows it. */
interface Prefilled {
  title: string;
  sourceId: string | null;
  purposeId: string | null;
}

const fieldsOf = (interest: InterestView | null, me: string, prefilled?: Partial<Prefilled> & { contactId?: string | undefined }) => ({
  title: interest?.title ?? prefilled?.title ?? "",
  responsibleId: interest === null ? me : (interest.responsible?.id ?? null),
  amount: interest?.amount ?? null,
  /** Null: the company's. */
  currency: interest?.currency ?? null,
  expectedClose: interest?.expectedClose ?? null,
  purposeId: interest?.purposeId ?? prefilled?.purposeId ?? null,
  sourceId: interest?.sourceId ?? prefilled?.sourceId ?? null,
  contactId: interest?.contactId ?? prefilled?.contactId ?? null,
});
const CURRENCIES = ["KZT", "RUB", "UAH", "USD", "EUR"];

/** A new Interest of a party, or changes to one. A second open one of the same kind asks for the reason (RG-12). */
export function InterestForm({
  party,
  person,
  prefilled,
  interest = null,
  onClose,
}: {
  party?: { customerId?: string; leadId?: string; contactId?: string; fromDialogId?: string };
  /** Whose it will be, in words. */
  person?: string;
  prefilled?: Prefilled;
  interest?: InterestView | null;
  onClose: () => void;
}) {
  const { t } = useTranslation("interests");
  const me = useMe();
  const navigate = useNavigate();
  const client = useQueryClient();
  const catalogues = useCatalogues();
  const kinds = (catalogues.data?.interestKinds ?? []).filter((each) => !each.archived);
  const [fields, setFields] = useState(fieldsOf(interest, me.id, { ...prefilled, contactId: party?.contactId }));
  const [kindId, setKind] = useState<string | null>(null);
  const house = catalogues.data?.currency ?? "KZT";
  const people = usePeople(interest?.customer?.id ?? party?.customerId ?? null) ?? [];
  const [reason, setReason] = useState("");
  const [version, setVersion] = useState(interest?.version ?? 0);
  const [tried, setTried] = useState(false);
  const meant = catalogues.data?.purposes.find((each) => each.id === prefilled?.purposeId)?.interestKindId;
  const kind = kindId ?? kinds.find((each) => each.id === meant)?.id ?? kinds[0]?.id ?? null;
  const set = (change: Partial<typeof fields>) => setFields((before) => ({ ...before, ...change }));
  const save = useMutation({
    mutationFn: (at: number) => {
      const body = { ...fields, title: fields.title.trim(), currency: fields.amount === null ? null : (fields.currency ?? house) };
      if (interest !== null) return api.patch<InterestView>(`/interests/${interest.id}`, { ...body, version: at });
      return api.post<InterestView>("/interests", { ...party, ...body, kindId: kind, parallelReason: reason.trim() === "" ? null : reason.trim() });
    },
    onSuccess: async (saved) => {
      await client.invalidateQueries({
        predicate: ({ queryKey: [word] }) => word === "interests" || word === "interest" || word === "customer" || word === "dialog-part",
      });
      onClose();
      if (interest === null && party?.fromDialogId === undefined) void navigate(`/interests/${saved.id}`);
    },
  });
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (fields.title.trim() !== "" && kind !== null && !save.isPending) save.mutate(version);
  };
  useShortcut({ keys: "ctrl+s", typing: true, run: () => submit() });
  const reasonAsked = save.error instanceof ApiError && save.error.code === "parallel_interest_reason_required";
  const current = conflictOf<InterestView>(save.error);
  const theirs = current === null ? null : fieldsOf(current, me.id);
  const spoken = (value: unknown): string =>
    value === null
      ? ""
      : ([...people, ...(catalogues.data?.employees ?? []), ...(catalogues.data?.purposes ?? []), ...(catalogues.data?.sources ?? [])].find(
          (each) => each.id === value,
        )?.name ?? String(value));
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t(interest === null ? "form.new" : "form.edit")}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {person === undefined ? null : (
            <Text size="sm">
              <Text span inherit c="dimmed">
                {t("form.person")}{" "}
              </Text>
              <b>{person}</b>
            </Text>
          )}
          <TextInput
            data-autofocus
            required
            label={t("field.title")}
            maxLength={300}
            value={fields.title}
            error={tried && fields.title.trim() === "" ? t("common:required") : null}
            onChange={(event) => set({ title: event.currentTarget.value })}
          />
          <SimpleGrid cols={2} spacing="sm">
            {interest === null ? (
              <Select label={t("field.kind")} data={kinds.map((each) => ({ value: each.id, label: each.name }))} value={kind} onChange={setKind} />
            ) : null}
            <Select
              label={t("field.responsible")}
              searchable
              clearable
              allowDeselect
              data={(catalogues.data?.employees ?? []).map((each) => ({ value: each.id, label: each.name }))}
              value={fields.responsibleId}
              onChange={(responsibleId) => set({ responsibleId })}
            />
            <NumberInput
              label={t("field.amount")}
              min={0}
              thousandSeparator=" "
              value={fields.amount ?? ""}
              onChange={(value) => set({ amount: typeof value === "number" ? value : null })}
              rightSectionWidth={76}
              rightSection={
                <Select
                  size="xs"
                  variant="unstyled"
                  aria-label={t("field.currency")}
                  data={[...new Set([house, fields.currency ?? house, ...CURRENCIES])]}
                  value={fields.currency ?? house}
                  allowDeselect={false}
                  onChange={(currency) => set({ currency })}
                />
              }
            />
            <DateField label={t("field.expectedClose")} clearable value={fields.expectedClose} onChange={(expectedClose) => set({ expectedClose })} />
            {people.length === 0 ? null : (
              <Select
                label={t("field.contact")}
                searchable
                clearable
                allowDeselect
                data={people.map((each) => ({ value: each.id, label: each.name }))}
                value={fields.contactId}
                onChange={(contactId) => set({ contactId })}
              />
            )}
            <Select
              label={t("field.purpose")}
              clearable
              allowDeselect
              data={(catalogues.data?.purposes ?? [])
                .filter((each) => !each.archived || each.id === fields.purposeId)
                .map((each) => ({ value: each.id, label: each.name }))}
              value={fields.purposeId}
              onChange={(purposeId) => set({ purposeId })}
            />
            <Select
              label={t("field.source")}
              clearable
              allowDeselect
              data={(catalogues.data?.sources ?? []).map((each) => ({ value: each.id, label: each.name }))}
              value={fields.sourceId}
              onChange={(sourceId) => set({ sourceId })}
            />
          </SimpleGrid>
          {reasonAsked || reason !== "" ? (
            <Textarea
              label={t("form.reason")}
              description={t("form.reasonHint")}
              required
              autosize
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          ) : null}
          {reasonAsked ? <Alert color="yellow">{failureText(save.error)}</Alert> : null}
          {reasonAsked ? null : (
            <SaveFailure
              error={save.error}
              differences={
                theirs === null
                  ? []
                  : (Object.keys(theirs) as (keyof typeof fields)[])
                      .filter((name) => theirs[name] !== fields[name])
                      .map((name) => ({ label: t(`field.${FIELD_TEXT[name] ?? name}`), theirs: spoken(theirs[name]) }))
              }
              onMine={() => {
                if (current === null) return;
                setVersion(current.version);
                save.mutate(current.version);
              }}
              onTheirs={() => {
                if (current === null) return;
                setFields(fieldsOf(current, me.id));
                setVersion(current.version);
                save.reset();
              }}
            />
          )}
          <FormFoot busy={save.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
