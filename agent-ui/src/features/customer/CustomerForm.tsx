import type { CustomerView } from "@kommutator/contract/api/customer";
import { Checkbox, Group, Modal, SegmentedControl, Select, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { FormFoot } from "../../app/FormFoot.tsx";
import { keys } from "../../app/keys.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { CatalogueSelect, regionPaths } from "./CatalogueSelect.tsx";
import { conflictOf, SaveFailure } from "./Conflict.tsx";
import { DuplicateHint, useDuplicates } from "./DuplicateHint.tsx";
import { Portrait, portraitOf, type Trait, traitsOf } from "./Portrait.tsx";

interface Fields {
  kind: "company" | "person";
  name: string;
  legalName: string;
  taxId: string;
  statusId: string | null;
  regionId: string | null;
  industryId: string | null;
  sourceId: string | null;
  responsibleId: string | null;
  isVip: boolean;
  doNotContact: boolean;
  comment: string;
  portrait: Trait[];
  ownerReason: string;
  ownerNote: string;
  differentReason: string;
}
const fieldsOf = (customer: CustomerView): Fields => ({
  kind: customer.kind,
  name: customer.name,
  legalName: customer.legalName ?? "",
  taxId: customer.taxId ?? "",
  statusId: customer.status?.id ?? null,
  regionId: customer.regionId,
  industryId: customer.industryId,
  sourceId: customer.sourceId,
  responsibleId: customer.responsible?.id ?? null,
  isVip: customer.isVip,
  doNotContact: customer.doNotContact,
  comment: customer.comment ?? "",
  portrait: traitsOf(customer.portrait),
  ownerReason: "manual",
  ownerNote: "",
  differentReason: "",
});
/** What belongs to the save and not to the card. */
const OF_THE_FORM = new Set<string>(["ownerReason", "ownerNote", "differentReason"]);
const orNull = (text: string) => (text.trim() === "" ? null : text.trim());

/** Changes to a customer: every fault beside its field, Ctrl+S saves, a conflict keeps what was typed. */
export function CustomerForm({ customer, onClose, onSaved }: { customer: CustomerView; onClose: () => void; onSaved: (customer: CustomerView) => void }) {
  const { t } = useTranslation("customer");
  const client = useQueryClient();
  const catalogues = useCatalogues();
  const [fields, setFields] = useState<Fields>(fieldsOf(customer));
  const [version, setVersion] = useState(customer.version);
  const [tried, setTried] = useState(false);
  const set = (change: Partial<Fields>) => setFields((before) => ({ ...before, ...change }));
  const save = useMutation({
    mutationFn: (at: number) => {
      const { portrait, ownerReason, ownerNote, differentReason, ...rest } = fields;
      const owner = fields.responsibleId !== (customer.responsible?.id ?? null) ? { ownerReason, ownerNote: orNull(ownerNote) } : {};
      const body = {
        ...rest,
        ...owner,
        portrait: portraitOf(portrait),
        differentReason: orNull(differentReason),
        name: fields.name.trim(),
        legalName: orNull(fields.legalName),
        taxId: orNull(fields.taxId),
        comment: orNull(fields.comment),
      };
      return api.patch<CustomerView>(`/customers/${customer.id}`, { ...body, version: at });
    },
    onSuccess: async (saved) => {
      client.setQueryData(keys.customer(saved.id), saved);
      await client.invalidateQueries({ queryKey: keys.customers() });
      onSaved(saved);
    },
  });
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (fields.name.trim() !== "" && !save.isPending) save.mutate(version);
  };
  useShortcut({ keys: "ctrl+s", label: "customer:shortcuts.save", typing: true, run: () => submit() });

  const check = useDuplicates({
    card: "customer",
    id: customer.id,
    kind: fields.kind,
    name: fields.name,
    taxId: orNull(fields.taxId),
    regionId: fields.regionId,
    contactPoints: customer.contactPoints.map((p) => ({ kind: p.kind, value: p.value })),
  });
  const current = conflictOf<CustomerView>(save.error);
  const named = (list: { id: string; name: string }[] | undefined, id: string | null) => list?.find((each) => each.id === id)?.name ?? "";
  const lists = catalogues.data;
  const differences =
    current === null
      ? []
      : (Object.entries(fieldsOf(current)) as [keyof Fields, Fields[keyof Fields]][])
          .filter(([name, value]) => !OF_THE_FORM.has(name) && JSON.stringify(value) !== JSON.stringify(fields[name]))
          .map(([name, value]) => ({
            label: name === "portrait" ? t("portrait.title") : t(`field.${name}`),
            theirs: Array.isArray(value)
              ? value.map((trait) => `${trait.key}: ${trait.value}`).join(", ")
              : typeof value === "boolean"
                ? t(value ? "yes" : "no")
                : name === "statusId"
                  ? named(lists?.customerStatuses, value)
                  : name === "regionId"
                    ? named(lists?.regions, value)
                    : name === "industryId"
                      ? named(lists?.industries, value)
                      : name === "sourceId"
                        ? named(lists?.sources, value)
                        : name === "responsibleId"
                          ? named(lists?.employees, value)
                          : name === "kind"
                            ? t(`kind.${value}`)
                            : (value ?? ""),
          }));
  const select = (
    name: "statusId" | "regionId" | "industryId" | "sourceId" | "responsibleId",
    list: { id: string; name: string }[] | undefined,
    catalogue?: "regions" | "industries" | "sources",
  ) => (
    <CatalogueSelect
      label={t(`field.${name}`)}
      list={list}
      value={fields[name]}
      onChange={(value) => set({ [name]: value })}
      {...(catalogue === undefined ? {} : { catalogue })}
    />
  );
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t("form.edit")} size="lg">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <SegmentedControl
            aria-label={t("field.kind")}
            value={fields.kind}
            onChange={(kind) => set({ kind: kind as Fields["kind"] })}
            data={[
              { value: "company", label: t("kind.company") },
              { value: "person", label: t("kind.person") },
            ]}
          />
          <TextInput
            data-autofocus
            required
            label={t(fields.kind === "company" ? "field.name" : "field.personName")}
            maxLength={300}
            value={fields.name}
            error={tried && fields.name.trim() === "" ? t("common:required") : null}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            {fields.kind === "company" ? (
              <TextInput
                label={t("field.legalName")}
                maxLength={300}
                value={fields.legalName}
                onChange={(event) => set({ legalName: event.currentTarget.value })}
              />
            ) : null}
            <TextInput label={t("field.taxId")} maxLength={30} value={fields.taxId} onChange={(event) => set({ taxId: event.currentTarget.value })} />
            {select("responsibleId", lists?.employees)}
            {select("statusId", lists?.customerStatuses)}
            {select("regionId", lists && regionPaths(lists.regions), "regions")}
            {select("industryId", lists?.industries, "industries")}
            {select("sourceId", lists?.sources, "sources")}
          </SimpleGrid>
          <Group>
            <Checkbox label={t("field.isVip")} checked={fields.isVip} onChange={(event) => set({ isVip: event.currentTarget.checked })} />
            <Checkbox label={t("field.doNotContact")} checked={fields.doNotContact} onChange={(event) => set({ doNotContact: event.currentTarget.checked })} />
          </Group>
          <Textarea
            label={t("field.comment")}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={5000}
            value={fields.comment}
            onChange={(event) => set({ comment: event.currentTarget.value })}
          />
          <Portrait traits={fields.portrait} onChange={(portrait) => set({ portrait })} />
          {fields.responsibleId === (customer.responsible?.id ?? null) ? null : (
            <Group gap={8} grow preventGrowOverflow={false}>
              <Select
                size="xs"
                label={t("field.ownerReason")}
                allowDeselect={false}
                data={(["manual", "transfer", "lost_to_pool"] as const).map((each) => ({ value: each, label: t(`reason.${each}`) }))}
                value={fields.ownerReason}
                onChange={(ownerReason) => set({ ownerReason: ownerReason ?? "manual" })}
              />
              <TextInput
                size="xs"
                label={t("field.ownerNote")}
                maxLength={500}
                value={fields.ownerNote}
                onChange={(event) => set({ ownerNote: event.currentTarget.value })}
              />
            </Group>
          )}
          <DuplicateHint check={check} reason={fields.differentReason} onReason={(differentReason) => set({ differentReason })} />
          <SaveFailure
            error={save.error}
            differences={differences}
            onMine={() => {
              if (current === null) return;
              setVersion(current.version);
              save.mutate(current.version);
            }}
            onTheirs={() => {
              if (current === null) return;
              setFields(fieldsOf(current));
              setVersion(current.version);
              save.reset();
            }}
          />
          <FormFoot busy={save.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
