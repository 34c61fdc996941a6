import type { AssistantResult } from "@kommutator/contract/api/customer";
import { ActionIcon, Alert, Button, Group, Stack, Stepper } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { z } from "zod";
import { ApiError, api } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import { useCan, useMe } from "../../app/me.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { NoRight } from "../../app/states.tsx";
import { CardStep, InterestStep, PersonStep, WhoStep } from "./AssistantSteps.tsx";
import { bodyOf, type Draft, EMPTY_DRAFT, faultyStep, lacking, typedOf } from "./assistant.ts";
import classes from "./customer.module.css";
import { DuplicateHint, useDuplicates } from "./DuplicateHint.tsx";

const STEPS = ["who", "card", "person", "interest"] as const;

/** A new client in four short steps (CB-20): who it is with the duplicate check first, the card, a contact, and an Interest if wanted. */
export function Assistant() {
  const { t } = useTranslation("customer");
  const can = useCan();
  const me = useMe();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>({ ...EMPTY_DRAFT, responsibleId: me.id });
  const [step, setStep] = useState(0);
  const [tried, setTried] = useState(false);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const check = useDuplicates(typedOf(draft));
  const save = useMutation({
    mutationFn: () => api.post<z.infer<typeof AssistantResult>>("/customers/assistant", bodyOf(draft)),
    onSuccess: async ({ customerId }) => {
      await client.invalidateQueries({ queryKey: keys.customers() });
      await navigate(`/customers/${customerId}`, { replace: true });
    },
    onError: (error) => {
      const at = faultyStep(error instanceof ApiError ? error : null);
      if (at !== null) setStep(at);
    },
  });
  const forward = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (lacking(draft, step) !== null || save.isPending) return;
    setTried(false);
    // A person bears the numbers itself; whoever is taken from the list has a card already.
    const skips = (at: number) => (at === 1 && draft.existing !== null) || (at === 2 && draft.kind === "person" && draft.existing === null);
    let next = step + 1;
    while (skips(next)) next++;
    if (next < STEPS.length) setStep(next);
    else save.mutate();
  };
  useShortcut({ keys: "ctrl+Enter", typing: true, run: () => forward() });
  if (can("customer", "create") === null) return <NoRight />;
  return (
    <div className={classes["page"]}>
      <div className={classes["head"]}>
        <ActionIcon component={Link} to="/customers" aria-label={t("back")}>
          <IconArrowLeft size={19} />
        </ActionIcon>
        <h1>{t("assistant.title")}</h1>
      </div>
      <section className={`${classes["sheet"]} ${classes["steps"]}`} aria-label={t("assistant.title")}>
        <form onSubmit={forward}>
          <Stack gap="md">
            <Stepper size="xs" active={step} onStepClick={(to) => (to < step ? setStep(to) : undefined)}>
              {STEPS.map((name) => (
                <Stepper.Step key={name} label={t(`assistant.${name}`)} />
              ))}
            </Stepper>
            {step === 0 ? <WhoStep draft={draft} set={set} tried={tried} error={save.error} /> : null}
            {step === 1 ? <CardStep draft={draft} set={set} error={save.error} /> : null}
            {step === 2 ? <PersonStep draft={draft} set={set} tried={tried} error={save.error} /> : null}
            {step === 3 ? <InterestStep draft={draft} set={set} tried={tried} error={save.error} /> : null}
            {draft.existing !== null ? (
              <Alert color="blue" py="xs" role="status">
                <Group gap={10}>
                  {t("assistant.using", { name: draft.existing.name })}
                  <Button size="compact-xs" variant="default" onClick={() => set({ existing: null })}>
                    {t("assistant.drop")}
                  </Button>
                </Group>
              </Alert>
            ) : step < 2 ? (
              <DuplicateHint
                check={check}
                reason={draft.differentReason}
                onReason={(differentReason) => set({ differentReason })}
                onTake={(c) => (c.customerId === null ? undefined : set({ existing: { id: c.customerId, name: c.name } }))}
              />
            ) : null}
            {save.isError ? (
              <Alert color="red" role="alert" py="xs">
                {failureText(save.error)}
              </Alert>
            ) : null}
            <Group justify="space-between">
              <kbd>{t("assistant.keys")}</kbd>
              <Group gap={8}>
                {step === 0 ? null : (
                  <Button
                    variant="default"
                    onClick={() => setStep(step === 3 && draft.kind === "person" ? 1 : draft.existing !== null && step === 2 ? 0 : step - 1)}
                  >
                    {t("assistant.back")}
                  </Button>
                )}
                <Button type="submit" loading={save.isPending}>
                  {t(step === 3 ? "assistant.finish" : "assistant.next")}
                </Button>
              </Group>
            </Group>
          </Stack>
        </form>
      </section>
    </div>
  );
}
