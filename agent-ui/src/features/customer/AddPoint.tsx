import { Box, Button, Checkbox, Group, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { DuplicateHint, twinsOf, useDuplicates } from "./DuplicateHint.tsx";

const KINDS = ["phone", "email", "telegram", "viber", "vk", "whatsapp", "other"] as const;
const LABELS = ["mobile", "work", "home", "internal", "main", "other"] as const;
export interface Holder {
  customerId?: string;
  contactId?: string;
  leadId?: string;
}

/** One more number or address, with the hint of whose it may be already (CB-12); a certain one asks for the reason. */
export function AddPoint({ holder, onDone }: { holder: Holder; onDone: () => void }) {
  const { t } = useTranslation("customer");
  const reread = useReread();
  const [kind, setKind] = useState<string>("phone");
  const [value, setValue] = useState("");
  const [label, setLabel] = useState<string | null>(null);
  const [isShared, setShared] = useState(false);
  const [reason, setReason] = useState("");
  const add = useMutation({
    mutationFn: () =>
      api.post("/contact-points", { kind, value: value.trim(), label, isShared, ...holder, differentReason: reason.trim() === "" ? null : reason.trim() }),
    onSuccess: async () => {
      await reread();
      onDone();
    },
  });
  const check = useDuplicates({
    card: holder.leadId !== undefined ? "lead" : holder.contactId !== undefined ? "contact" : "customer",
    id: holder.leadId ?? holder.contactId ?? holder.customerId ?? null,
    name: "",
    contactPoints: [{ kind, value, isShared }],
  });
  const twins = twinsOf(add.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value.trim() !== "") add.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Group gap={6} mt={6} align="flex-start">
        <Select
          size="xs"
          w={110}
          aria-label={t("point.kindName")}
          data={KINDS.map((each) => ({ value: each, label: t(`point.kind.${each}`) }))}
          value={kind}
          onChange={(next) => setKind(next ?? "phone")}
        />
        <TextInput
          size="xs"
          flex={1}
          miw={150}
          autoFocus
          aria-label={t("point.value")}
          placeholder={t("point.value")}
          value={value}
          error={add.isError && twins === null ? failureText(add.error) : null}
          onChange={(event) => {
            setValue(event.currentTarget.value);
            add.reset();
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") onDone();
          }}
        />
        <Select
          size="xs"
          w={120}
          clearable
          allowDeselect
          aria-label={t("point.labelName")}
          placeholder={t("point.labelName")}
          data={LABELS.map((each) => ({ value: each, label: t(`point.label.${each}`) }))}
          value={label}
          onChange={setLabel}
        />
        <Checkbox size="xs" mt={7} label={t("point.shared")} checked={isShared} onChange={(event) => setShared(event.currentTarget.checked)} />
        <Button size="xs" type="submit" loading={add.isPending}>
          {t("common:add")}
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={onDone}>
          {t("common:cancel")}
        </Button>
      </Group>
      <Box mt={6}>
        <DuplicateHint check={twins ?? check} reason={reason} onReason={setReason} />
      </Box>
    </form>
  );
}

/** Cards that show contact points are read again. */
export function useReread() {
  const client = useQueryClient();
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey: [word] }) => word === "customer" || word === "lead" || word === "customers" || word === "leads" || word === "dialog-part",
    });
}
