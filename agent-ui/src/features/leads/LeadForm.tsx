import type { LeadView } from "@kommutator/contract/api/lead";
import { Checkbox, Modal, Select, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { FormFoot } from "../../app/FormFoot.tsx";
import { keys } from "../../app/keys.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { conflictOf, SaveFailure } from "../customer/Conflict.tsx";
import { DuplicateHint, twinsOf, useDuplicates } from "../customer/DuplicateHint.tsx";

const fieldsOf = (lead: LeadView | null) => ({
  contactName: lead?.contactName ?? "",
  companyName: lead?.companyName ?? "",
  note: lead?.note ?? "",
  responsibleId: lead?.responsible?.id ?? null,
  status: lead?.status ?? "new",
});
const orNull = (text: string) => (text.trim() === "" ? null : text.trim());
const EDITABLE = ["new", "in_work", "qualified"] as const;

/** A new lead (with at least one way to reach it, unless said otherwise), or changes to one. */
export function LeadForm({ lead, onClose, onSaved }: { lead: LeadView | null; onClose: () => void; onSaved: (lead: LeadView) => void }) {
  const { t } = useTranslation("leads");
  const client = useQueryClient();
  const catalogues = useCatalogues();
  const [fields, setFields] = useState(fieldsOf(lead));
  const [sourceId, setSource] = useState<string | null>(null);
  const [phone, setPhone] = useState("");
  const [email, setEmail] = useState("");
  const [noContact, setNoContact] = useState(false);
  const [reason, setReason] = useState("");
  const [version, setVersion] = useState(lead?.version ?? 0);
  const [tried, setTried] = useState(false);
  const set = (change: Partial<typeof fields>) => setFields((before) => ({ ...before, ...change }));
  const unreachable = lead === null && phone.trim() === "" && email.trim() === "" && !noContact;
  const save = useMutation({
    mutationFn: (at: number) => {
      const body = {
        contactName: orNull(fields.contactName),
        companyName: orNull(fields.companyName),
        note: orNull(fields.note),
        responsibleId: fields.responsibleId,
        differentReason: orNull(reason),
      };
      if (lead !== null) {
        const status = (EDITABLE as readonly string[]).includes(fields.status) && fields.status !== lead.status ? { status: fields.status } : {};
        return api.patch<LeadView>(`/leads/${lead.id}`, { ...body, ...status, version: at });
      }
      const contactPoints = [
        ...(phone.trim() === "" ? [] : [{ kind: "phone", value: phone.trim() }]),
        ...(email.trim() === "" ? [] : [{ kind: "email", value: email.trim() }]),
      ];
      return api.post<LeadView>("/leads", { ...body, sourceId, noContact, contactPoints });
    },
    onSuccess: async (saved) => {
      client.setQueryData(keys.lead(saved.id), saved);
      await client.invalidateQueries({ queryKey: keys.leads() });
      onSaved(saved);
    },
  });
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (!unreachable && !save.isPending) save.mutate(version);
  };
  useShortcut({ keys: "ctrl+s", typing: true, run: () => submit() });
  const check = useDuplicates({
    card: "lead",
    id: lead?.id ?? null,
    kind: "person",
    name: fields.contactName,
    companyName: orNull(fields.companyName),
    contactPoints:
      lead === null
        ? [
            { kind: "phone", value: phone },
            { kind: "email", value: email },
          ]
        : lead.contactPoints.map(({ kind, value, isShared }) => ({ kind, value, isShared })),
  });
  const current = conflictOf<LeadView>(save.error);
  const theirs = current === null ? null : fieldsOf(current);
  const spoken = (name: keyof typeof fields, value: string | null): string =>
    value === null
      ? ""
      : name === "responsibleId"
        ? (catalogues.data?.employees.find((each) => each.id === value)?.name ?? "")
        : name === "status"
          ? t(`status.${value}`)
          : value;
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t(lead === null ? "form.new" : "form.edit")}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <SimpleGrid cols={2} spacing="sm">
            <TextInput
              data-autofocus
              label={t("field.contactName")}
              maxLength={300}
              value={fields.contactName}
              onChange={(event) => set({ contactName: event.currentTarget.value })}
            />
            <TextInput
              label={t("field.companyName")}
              maxLength={300}
              value={fields.companyName}
              onChange={(event) => set({ companyName: event.currentTarget.value })}
            />
            {lead === null ? (
              <>
                <TextInput
                  type="tel"
                  label={t("field.phone")}
                  value={phone}
                  error={tried && unreachable ? t("form.needsPoint") : null}
                  onChange={(event) => setPhone(event.currentTarget.value)}
                />
                <TextInput type="email" label={t("field.email")} value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
                <Select
                  label={t("field.source")}
                  clearable
                  allowDeselect
                  data={(catalogues.data?.sources ?? []).map((each) => ({ value: each.id, label: each.name }))}
                  value={sourceId}
                  onChange={setSource}
                />
              </>
            ) : (EDITABLE as readonly string[]).includes(lead.status) ? (
              <Select
                label={t("field.status")}
                data={EDITABLE.map((each) => ({ value: each, label: t(`status.${each}`) }))}
                value={fields.status}
                onChange={(status) => set({ status: (status ?? "new") as typeof fields.status })}
              />
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
          </SimpleGrid>
          {lead === null ? <Checkbox label={t("form.noContact")} checked={noContact} onChange={(event) => setNoContact(event.currentTarget.checked)} /> : null}
          <Textarea
            label={t("field.note")}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={5000}
            value={fields.note}
            onChange={(event) => set({ note: event.currentTarget.value })}
          />
          <DuplicateHint check={twinsOf(save.error) ?? check} reason={reason} onReason={setReason} />
          <SaveFailure
            error={save.error}
            differences={
              theirs === null
                ? []
                : (Object.keys(theirs) as (keyof typeof fields)[])
                    .filter((name) => theirs[name] !== fields[name])
                    .map((name) => ({ label: t(`field.${name === "responsibleId" ? "responsible" : name}`), theirs: spoken(name, theirs[name]) }))
            }
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
