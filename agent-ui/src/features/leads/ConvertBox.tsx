import type { CustomerView } from "@kommutator/contract/api/customer";
import type { ConvertGiven, ConvertResult, LeadView } from "@kommutator/contract/api/lead";
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
import { ConvertGaps } from "./ConvertGaps.tsx";
import { asked, type Gap, gapsOf, givenOf } from "./gaps.ts";

type Mode = "company" | "person" | "existing";
interface Order {
  customerId: string | null;
  contactId: string | null;
  confirmNew: boolean;
}
const NEW: Order = { customerId: null, contactId: null, confirmNew: false };

/**
 * A lead becomes a customer, new or existing: points, Interests, Interactions and dialogs move with it (RG-14). What the cards lack for it is
 * asked for in the box and sent with the next press (B7).
 */
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
  const kind = mode === "person" ? "person" : "company";
  // What was decided about twins stays decided while the missing fields are filled in.
  const [decided, setDecided] = useState<Order>(NEW);
  const [gaps, setGaps] = useState<Gap[]>([]);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const convert = useMutation({
    mutationFn: ({ customerId, contactId, confirmNew, given }: Order & { given: ConvertGiven }) =>
      api.post<z.infer<typeof ConvertResult>>(
        `/leads/${lead.id}/convert`,
        customerId !== null ? { customerId, contactId, qualify: true, given } : { qualify: true, customer: { kind, name: name.trim() }, confirmNew, given },
      ),
    onError: (error) => {
      const found = gapsOf(error, kind);
      if (found !== null) setGaps((before) => asked(before, found.gaps));
    },
    onSuccess: async (result) => {
      await client.invalidateQueries();
      void navigate(`/customers/${result.customerId}`);
    },
  });
  const details = convert.error instanceof ApiError ? convert.error.details : {};
  const candidates = Array.isArray(details["candidates"]) ? (details["candidates"] as { customerId: string; name: string }[]) : [];
  const duplicate = candidates.length > 0;
  const lacking = gapsOf(convert.error, kind);
  const unnamed = lacking?.elsewhere.some((each) => each.object === "customer" && each.field === "name") === true;
  const elsewhere = lacking?.elsewhere.filter((each) => !(each.object === "customer" && each.field === "name")) ?? [];
  const refused = (details["fields"] ?? {}) as Record<string, string>;
  const faults: Record<string, string> = {
    ...(refused["phone"] === "invalid" ? { "point.phone": t("convert.invalid") } : {}),
    ...(refused["email"] === "invalid" ? { "point.email": t("convert.invalid") } : {}),
    ...(details["field"] === "taxId" ? { "customer.taxId": t("convert.taken") } : {}),
  };
  const unanswered = Array.isArray(details["questions"]) ? (details["questions"] as { id: string; name: string }[]) : [];
  /** Another one to become, or to join: what was refused before is no longer the question; what was typed stays for the next one. */
  const anew = () => {
    setDecided(NEW);
    setGaps([]);
    convert.reset();
  };
  const send = (order: Order) => {
    // Facts of a new customer are none of an existing one; what its new contact lacks is asked for anew.
    const kept = order.customerId === decided.customerId ? gaps : gaps.filter((gap) => gap.part === "lead" || gap.part === "point");
    setGaps(kept);
    setDecided(order);
    convert.mutate({ ...order, given: givenOf(kept, typed) });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (convert.isPending) return;
    if (mode === "existing") {
      if (into !== null) send({ ...into, confirmNew: false });
    } else if (name.trim() !== "") send(decided);
  };
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t("convert.title")}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <SegmentedControl
            fullWidth
            aria-label={t("convert.title")}
            value={mode}
            onChange={(value) => {
              setMode(value as Mode);
              anew();
            }}
            data={(["company", "person", "existing"] as const).map((each) => ({ value: each, label: t(`convert.${each}`) }))}
          />
          {mode === "existing" ? (
            into === null ? (
              <PersonSearch
                onPick={(hit) => {
                  if (hit.customerId === null) return;
                  setInto({ customerId: hit.customerId, contactId: hit.contactId });
                  // The one that is sent with the first press, so that what it lacks is asked for once.
                  setDecided({ customerId: hit.customerId, contactId: hit.contactId, confirmNew: false });
                }}
                onClose={() => setMode("company")}
              />
            ) : (
              <Group>
                <Text fw={600}>{chosen.data?.name ?? "…"}</Text>
                <Button
                  size="compact-xs"
                  variant="subtle"
                  onClick={() => {
                    setInto(null);
                    anew();
                  }}
                >
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
              error={unnamed ? t("convert.notGood", { value: name }) : null}
              onChange={(event) => {
                setName(event.currentTarget.value);
                if (duplicate) anew();
              }}
            />
          )}
          <Text size="xs" c="dimmed">
            {t("convert.moves")}
          </Text>
          <ConvertGaps gaps={gaps} typed={typed} faults={faults} onType={(key, value) => setTyped((before) => ({ ...before, [key]: value }))} />
          {convert.error === null ? null : (
            <Alert color={duplicate || lacking !== null ? "yellow" : "red"} role="alert">
              {lacking === null ? failureText(convert.error) : elsewhere.length === 0 ? t("convert.fill") : null}
              {elsewhere.length === 0 ? null : t("convert.elsewhere", { names: elsewhere.map((each) => each.message ?? each.name).join(", ") })}
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
                      onClick={() => send({ customerId: each.customerId, contactId: null, confirmNew: false })}
                    >
                      {t("convert.into", { name: each.name })}
                    </Button>
                  ))}
                  <Button size="xs" variant="subtle" onClick={() => send({ customerId: null, contactId: null, confirmNew: true })}>
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
