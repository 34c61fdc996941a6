import type { CustomerView } from "@kommutator/contract/api/customer";
import { Checkbox, Group, Modal, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import dayjs from "dayjs";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { DateField } from "../../app/DateField.tsx";
import { FormFoot } from "../../app/FormFoot.tsx";
import { LANGUAGE_NAMES, LANGUAGES, type Language } from "../../app/i18n.ts";
import { keys } from "../../app/keys.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { conflictOf, SaveFailure } from "./Conflict.tsx";
import { DuplicateHint, twinsOf, useDuplicates } from "./DuplicateHint.tsx";

type Contact = CustomerView["contacts"][number];
const fieldsOf = (contact: Contact | null) => ({
  lastName: contact?.lastName ?? "",
  firstName: contact?.firstName ?? "",
  middleName: contact?.middleName ?? "",
  position: contact?.position ?? "",
  role: contact?.role ?? "",
  birthDate: contact?.birthDate ?? null,
  language: contact?.language ?? null,
  isPrimary: contact?.isPrimary ?? false,
  leftAt: contact?.leftAt ?? null,
});
const orNull = (text: string) => (text.trim() === "" ? null : text.trim());
const NAMES = ["lastName", "firstName", "middleName", "position", "role"] as const;

/** A human at the customer: name, position, main contact, left since. */
export function ContactForm({ customerId, contact, onClose }: { customerId: string; contact: Contact | null; onClose: () => void }) {
  const { t } = useTranslation("customer");
  const client = useQueryClient();
  const [fields, setFields] = useState(fieldsOf(contact));
  const [phone, setPhone] = useState("");
  const [email, setEmail] = useState("");
  const [reason, setReason] = useState("");
  const [version, setVersion] = useState(contact?.version ?? 0);
  const [tried, setTried] = useState(false);
  const nameless = fields.lastName.trim() === "" && fields.firstName.trim() === "";
  const save = useMutation({
    mutationFn: (at: number) => {
      const names = {
        lastName: orNull(fields.lastName),
        firstName: orNull(fields.firstName),
        middleName: orNull(fields.middleName),
        position: orNull(fields.position),
        role: orNull(fields.role),
        birthDate: fields.birthDate,
        language: fields.language,
      };
      if (contact !== null)
        return api.patch(`/contacts/${contact.id}`, {
          ...names,
          customerId,
          isPrimary: fields.isPrimary,
          leftAt: fields.leftAt,
          differentReason: orNull(reason),
          version: at,
        });
      const contactPoints = [
        ...(phone.trim() === "" ? [] : [{ kind: "phone", value: phone.trim() }]),
        ...(email.trim() === "" ? [] : [{ kind: "email", value: email.trim() }]),
      ];
      return api.post(`/customers/${customerId}/contacts`, { ...names, contactPoints, differentReason: orNull(reason) });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["customer"] });
      onClose();
    },
  });
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (!nameless && !save.isPending) save.mutate(version);
  };
  useShortcut({ keys: "ctrl+s", typing: true, run: () => submit() });
  const check = useDuplicates({
    card: "contact",
    id: contact?.id ?? null,
    kind: "person",
    name: [fields.lastName, fields.firstName, fields.middleName].filter((part) => part.trim() !== "").join(" "),
    birthDate: fields.birthDate,
    contactPoints:
      contact === null
        ? [
            { kind: "phone", value: phone },
            { kind: "email", value: email },
          ]
        : contact.contactPoints.map(({ kind, value, isShared }) => ({ kind, value, isShared })),
  });
  const known = useMutation({
    mutationFn: (contactId: string) =>
      api.post(`/customers/${customerId}/contacts`, { contactId, position: orNull(fields.position), role: orNull(fields.role) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.customer(customerId) });
      onClose();
    },
  });
  const current = conflictOf<Contact>(save.error);
  const theirs = current === null ? null : fieldsOf(current);
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t(contact === null ? "form.newPerson" : "form.editPerson")}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <SimpleGrid cols={2} spacing="sm">
            {NAMES.map((name, index) => (
              <TextInput
                key={name}
                {...(index === 0 ? { "data-autofocus": true } : {})}
                label={t(`field.${name}`)}
                maxLength={200}
                value={fields[name]}
                error={tried && nameless && index < 2 ? t("form.nameNeeded") : null}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  setFields((before) => ({ ...before, [name]: value }));
                }}
              />
            ))}
            <DateField
              label={t("field.birthDate")}
              clearable
              value={fields.birthDate}
              onChange={(birthDate) => setFields((before) => ({ ...before, birthDate }))}
            />
            <Select
              label={t("field.language")}
              clearable
              data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
              value={fields.language}
              onChange={(language) => setFields((before) => ({ ...before, language: language as Language | null }))}
            />
            {contact === null ? (
              <>
                <TextInput type="tel" label={t("field.phone")} value={phone} onChange={(event) => setPhone(event.currentTarget.value)} />
                <TextInput type="email" label={t("field.email")} value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
              </>
            ) : null}
          </SimpleGrid>
          {contact === null ? null : (
            <Group>
              <Checkbox
                label={t("card.primary")}
                checked={fields.isPrimary}
                onChange={(event) => setFields({ ...fields, isPrimary: event.currentTarget.checked })}
              />
              <Checkbox
                label={t("form.hasLeft")}
                checked={fields.leftAt !== null}
                onChange={(event) => setFields({ ...fields, leftAt: event.currentTarget.checked ? dayjs().format("YYYY-MM-DD") : null })}
              />
              {fields.leftAt === null ? null : (
                <DateField
                  label={t("form.leftSince")}
                  maxDate={dayjs().format("YYYY-MM-DD")}
                  value={fields.leftAt}
                  onChange={(leftAt) => setFields({ ...fields, leftAt: leftAt ?? fields.leftAt })}
                />
              )}
            </Group>
          )}
          <DuplicateHint
            check={twinsOf(save.error) ?? check}
            reason={reason}
            onReason={setReason}
            {...(contact === null ? { takes: "contact" as const, onTake: (c: { id: string }) => known.mutate(c.id) } : {})}
          />
          <SaveFailure
            error={save.error ?? known.error}
            differences={
              theirs === null ? [] : NAMES.filter((name) => theirs[name] !== fields[name]).map((name) => ({ label: t(`field.${name}`), theirs: theirs[name] }))
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
