import type { CustomerView } from "@kommutator/contract/api/customer";
import type { ConvertResult, LeadView } from "@kommutator/contract/api/lead";
import { Alert, Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { z } from "zod";
import { ApiError, api } from "../../app/api.ts";
import { FormFoot } from "../../app/FormFoot.tsx";
import { failureText } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import { PersonSearch } from "../reception/WhoStep.tsx";

type Mode = "company" | "person" | "existing";
interface Order {
  customerId: string | null;
  contactId: string | null;
  confirmNew: boolean;
}

/** A lead becomes a customer, new or existing: points, Interests, Interactions and dialogs move with it (RG-14). */
export function ConvertBox({ lead, onClose }: { lead: LeadView; onClose: () => void }) {
  const { t } = useTranslation("leads");
  const navigate = useNavigate();
  const client = useQueryClient();
  const [mode, setMode] = useState<Mode>(lead.companyName === null ? "person" : "company");
  const [name, setName] = useState(lead.companyName ?? lead.contactName ?? "");
  const [into, setInto] = useState<{ customerId: string; contactId: string | null } | null>(null);
  const chosen = useQuery({
    queryKey: keys.customer(into?.customerId ?? ""),
    queryFn: ({ signal }) => api.get<CustomerView>(`/customers/${into?.customerId}`, { signal }),
    enabled: into !== null,
  });
  const convert = useMutation({
    mutationFn: ({ customerId, contactId, confirmNew }: Order) =>
      api.post<z.infer<typeof ConvertResult>>(
        `/leads/${lead.id}/convert`,
        customerId !== null
          ? { customerId, contactId, qualify: true }
          : { qualify: true, customer: { kind: mode === "person" ? "person" : "company", name: name.trim() }, confirmNew },
      ),
    onSuccess: async (result) => {
      await client.invalidateQueries();
      void navigate(`/customers/${result.customerId}`);
    },
  });
  const duplicate = convert.error instanceof ApiError && convert.error.code === "duplicate";
  const candidates =
    duplicate && convert.error instanceof ApiError && Array.isArray(convert.error.details["candidates"])
      ? (convert.error.details["candidates"] as { customerId: string; name: string }[])
      : [];
  const unanswered =
    convert.error instanceof ApiError && Array.isArray(convert.error.details["questions"])
      ? (convert.error.details["questions"] as { id: string; name: string }[])
      : [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (convert.isPending) return;
    if (mode === "existing") {
      if (into !== null) convert.mutate({ ...into, confirmNew: false });
    } else if (name.trim() !== "") convert.mutate({ customerId: null, contactId: null, confirmNew: false });
  };
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t("convert.title")}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <SegmentedControl
            fullWidth
            aria-label={t("convert.title")}
            value={mode}
            onChange={(value) => setMode(value as Mode)}
            data={(["company", "person", "existing"] as const).map((each) => ({ value: each, label: t(`convert.${each}`) }))}
          />
          {mode === "existing" ? (
            into === null ? (
              <PersonSearch
                onPick={(hit) => {
                  if (hit.customerId !== null) setInto({ customerId: hit.customerId, contactId: hit.contactId });
                }}
                onClose={() => setMode("company")}
              />
            ) : (
              <Group>
                <Text fw={600}>{chosen.data?.name ?? "…"}</Text>
                <Button size="compact-xs" variant="subtle" onClick={() => setInto(null)}>
                  {t("convert.other")}
                </Button>
              </Group>
            )
          ) : (
            <TextInput
              data-autofocus
              required
              label={t("convert.name")}
              maxLength={300}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
          <Text size="xs" c="dimmed">
            {t("convert.moves")}
          </Text>
          {convert.error === null ? null : (
            <Alert color={duplicate ? "yellow" : "red"} role="alert">
              {failureText(convert.error)}
              {unanswered.length === 0 ? null : (
                <ul>
                  {unanswered.map((each) => (
                    <li key={each.id}>{each.name}</li>
                  ))}
                </ul>
              )}
              {duplicate ? (
                <Stack gap={6} mt={8} align="flex-start">
                  {candidates.map((each) => (
                    <Button
                      key={each.customerId}
                      size="xs"
                      variant="default"
                      onClick={() => convert.mutate({ customerId: each.customerId, contactId: null, confirmNew: false })}
                    >
                      {t("convert.into", { name: each.name })}
                    </Button>
                  ))}
                  <Button size="xs" variant="subtle" onClick={() => convert.mutate({ customerId: null, contactId: null, confirmNew: true })}>
                    {t("convert.anyway")}
                  </Button>
                </Stack>
              ) : null}
            </Alert>
          )}
          <FormFoot
            label={t("convert.button")}
            busy={convert.isPending}
            disabled={mode === "existing" ? into === null : name.trim() === ""}
            onClose={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
