import type { InterestView } from "@kommutator/contract/api/interest";
import { Alert, Anchor, Button, Checkbox, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../app/api.ts";
import { useNamed } from "../../app/catalogues.ts";
import { Failure } from "../../app/FormFoot.tsx";
import { useCan } from "../../app/me.ts";
import { conflictOf } from "../customer/Conflict.tsx";
import { gapName, MissingFields } from "./MissingFields.tsx";
import { type Given, keyOf, type Missing, missingOf } from "./missing.ts";

export interface Refusal {
  interest: { id: string; number: number; title: string; version: number };
  stageId: string;
  error: unknown;
}
/** Can the person who was refused do something about it in a box? */
export const isAskable = (error: unknown): boolean => missingOf(error) !== null;

/** A refused move: what it lacks, inputs for exactly the missing fields, and by right to force it; sends stage and fields together (B7, B9). */
export function MoveBox(props: { refusal: Refusal; stageName: string; onClose: () => void; onMoved: (row: InterestView) => Promise<void> }) {
  const { interest, stageId, error } = props.refusal;
  const { t } = useTranslation("interests");
  const can = useCan();
  const [given, setGiven] = useState<Given>({ fields: {}, customer: {} });
  const [reason, setReason] = useState("");
  const [force, setForce] = useState(false);
  const client = useQueryClient();
  const [version, setVersion] = useState(interest.version);
  const move = useMutation({
    mutationFn: () =>
      api.post<InterestView>(`/interests/${interest.id}/stage`, {
        stageId,
        version,
        ...given,
        force,
        reason: reason.trim() === "" ? null : reason.trim(),
      }),
    onSuccess: props.onMoved,
    // Another one changed it meanwhile: the page behind shows how, and the next press is about the Interest as it is now.
    onError: async (failed) => {
      const current = conflictOf<InterestView>(failed);
      if (current === null) return;
      setVersion(current.version);
      await client.invalidateQueries({ predicate: ({ queryKey: [word] }) => word === "interest" || word === "interests" });
    },
  });
  // A second refusal asks for what is still missing; what was asked first stays to be seen.
  const edits = can("customer", "edit") !== null;
  const missing = missingOf(move.error, edits) ?? missingOf(error, edits);
  if (missing === null) return null;
  const before = (missingOf(error, edits)?.gaps ?? []).filter((gap) => !missing.gaps.some((each) => keyOf(each) === keyOf(gap)));
  const asked = [...before.map((gap) => ({ ...gap, value: null })), ...missing.gaps];
  const blocked = missing.unmet.some((s) => s.actions.length > 0) || missing.unmet.length > 1 || missing.elsewhere.length > 0;
  const wantsReason = missing.reason || force;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!move.isPending && (!wantsReason || reason.trim() !== "")) move.mutate();
  };
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("common:close") }}
      onClose={props.onClose}
      title={t("move.title", { number: interest.number, stage: props.stageName })}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <UnmetList missing={missing} />
          <MissingFields interestId={interest.id} gaps={asked} given={given} onChange={setGiven} />
          {blocked && can("stage", "edit") !== null ? (
            <Checkbox label={t("move.force")} description={t("move.forceHint")} checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />
          ) : null}
          {wantsReason ? (
            <Textarea required label={t("move.reason")} autosize maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          ) : null}
          <Failure error={missingOf(move.error) === null ? move.error : null} />
          <Group justify="space-between">
            <Anchor component={Link} to={`/interests/${interest.id}`} size="sm">
              {t("move.open")}
            </Anchor>
            <Group gap="sm">
              <Button variant="default" onClick={props.onClose}>
                {t("common:cancel")}
              </Button>
              <Button type="submit" loading={move.isPending} disabled={blocked && !force && asked.length === 0 && !missing.reason}>
                {t("move.button")}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** What is not done yet: stage by stage, conditions, fields of other cards. */
export function UnmetList({ missing }: { missing: Missing }) {
  const { t } = useTranslation("interests");
  const name = useNamed();
  const nameOf = (field: string) => gapName(t, { of: "interest", field, name: null });
  if (missing.unmet.length + missing.conditions.length + missing.elsewhere.length === 0)
    return missing.gaps.length > 0 ? <Text size="sm">{t("move.fill")}</Text> : null;
  return (
    <Alert color="yellow" title={t("move.lacks")}>
      <ul style={{ margin: 0, paddingLeft: 18 }}>
        {missing.unmet.map((stage) => (
          <li key={stage.id}>
            <b>{name(stage)}</b>
            {[...stage.fields.map(nameOf), ...stage.actions.map((a) => a.name)].length === 0
              ? ""
              : `: ${[...stage.fields.map(nameOf), ...stage.actions.map((a) => a.name)].join(", ")}`}
          </li>
        ))}
        {missing.conditions.map((each) => (
          <li key={each.id}>{each.name}</li>
        ))}
        {missing.unmet.length > 0 ? null : missing.elsewhere.map((gap) => <li key={keyOf(gap)}>{gapName(t, gap)}</li>)}
      </ul>
    </Alert>
  );
}
