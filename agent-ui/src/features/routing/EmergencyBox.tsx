import { Group, Modal, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { localMoment, TimeField } from "../../app/DateField.tsx";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import { keys } from "../../app/keys.ts";
import { bodyOf, SPANS, type Span, type SwitchForm } from "./emergency.ts";

export interface EmergencyTarget {
  kind: "queue" | "channel" | "line";
  id: string;
  name: string;
}

/** Closed, an announcement, or everybody sent elsewhere: for one line or queue, until a moment that is always set. */
export function EmergencyBox({ target, onClose }: { target: EmergencyTarget; onClose: () => void }) {
  const { t } = useTranslation("routing");
  const client = useQueryClient();
  const lists = useCatalogues();
  const [form, setForm] = useState<SwitchForm>({ mode: "closed", to: "queue", queueId: null, number: "", span: "60", own: "", note: "" });
  const [faults, setFaults] = useState<string[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<SwitchForm>) => {
    setForm((before) => ({ ...before, ...change }));
    setFaults([]);
  };
  const submit = () => {
    const made = bodyOf(
      target.kind === "queue" ? { queueId: target.id } : target.kind === "line" ? { lineId: target.id } : { channelId: target.id },
      form,
      Date.now(),
    );
    if ("faults" in made) return setFaults(made.faults);
    setBusy(true);
    api.post("/emergency", made.body).then(
      () => {
        void client.invalidateQueries({ queryKey: keys.emergency });
        onClose();
      },
      (error: unknown) => {
        setFailure(error);
        setBusy(false);
      },
    );
  };
  const queues = (lists.data?.queues ?? []).filter((each) => target.kind !== "queue" || each.id !== target.id);
  return (
    <Modal opened onClose={onClose} size={560} title={t("emergency.title", { what: target.name })} closeButtonProps={{ "aria-label": t("common:close") }}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap="md">
          <SegmentedControl
            fullWidth
            data-autofocus
            aria-label={t("emergency.mode")}
            value={form.mode}
            onChange={(mode) => set({ mode: mode as SwitchForm["mode"] })}
            data={(["closed", "announcement", "redirect"] as const).map((value) => ({ value, label: t(`emergency.modes.${value}`) }))}
          />
          <Text size="sm" c="dimmed">
            {t(`emergency.about.${form.mode}`)}
          </Text>
          {form.mode === "redirect" ? (
            <Group gap="sm" align="flex-start" wrap="nowrap">
              <Select
                w={170}
                label={t("emergency.to")}
                data={(["queue", "number"] as const).map((value) => ({ value, label: t(`emergency.toKind.${value}`) }))}
                value={form.to}
                onChange={(to) => to !== null && set({ to: to as SwitchForm["to"] })}
              />
              {form.to === "queue" ? (
                <Select
                  flex={1}
                  searchable
                  label={t("emergency.toKind.queue")}
                  data={queues.map((each) => ({ value: each.id, label: each.name }))}
                  value={form.queueId}
                  error={faults.includes("to") ? t("emergency.fault.to") : null}
                  onChange={(queueId) => set({ queueId })}
                />
              ) : (
                <TextInput
                  flex={1}
                  type="tel"
                  label={t("emergency.toKind.number")}
                  placeholder="+77011234567"
                  value={form.number}
                  error={faults.includes("to") ? t("emergency.fault.to") : null}
                  onChange={(event) => set({ number: event.currentTarget.value })}
                />
              )}
            </Group>
          ) : null}
          <div>
            <Text size="sm" fw={500} mb={4}>
              {t("emergency.until")}
            </Text>
            <SegmentedControl
              fullWidth
              size="xs"
              aria-label={t("emergency.until")}
              value={form.span}
              onChange={(span) => set({ span: span as Span })}
              data={SPANS.map((value) => ({ value, label: t(`emergency.span.${value}`) }))}
            />
            {form.span === "own" ? (
              <TimeField mt="xs" clearable aria-label={t("emergency.until")} value={form.own || null} onChange={(at) => set({ own: localMoment(at) })} />
            ) : null}
            {faults.includes("until") ? (
              <Text size="xs" c="var(--k-red)" role="alert" mt={4}>
                {t("emergency.fault.until")}
              </Text>
            ) : null}
          </div>
          <Textarea
            label={t("emergency.note")}
            description={t("emergency.noteText")}
            autosize
            minRows={2}
            maxLength={500}
            value={form.note}
            onChange={(event) => set({ note: event.currentTarget.value })}
          />
          <Failure error={failure} />
          <FormFoot label={t("emergency.switchOn")} busy={busy} color="red" onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
