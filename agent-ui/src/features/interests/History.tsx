import type { InterestView } from "@kommutator/contract/api/interest";
import { Button, Group, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useNamed } from "../../app/catalogues.ts";
import { useFormat } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import classes from "../customer/customer.module.css";
import { Confirm } from "../settings/Confirm.tsx";
import own from "./interests.module.css";

/** Every stay in a stage: when, who, working time against the plan, what was skipped; the last move may be taken back by right (IN-07). */
export function History({ interest, onSaved }: { interest: InterestView; onSaved: (row: InterestView) => Promise<void> }) {
  const { t } = useTranslation("interests");
  const name = useNamed();
  const format = useFormat();
  const can = useCan();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const span = format.workSpan;
  const standing = interest.stageHistory.filter((v) => v.reversed === null);
  const reversible = interest.status === "open" && standing.length > 1 && can("stage", "delete") !== null;
  return (
    <section className={classes["block"]} aria-labelledby="interest-history">
      <div className={classes["blockHead"]}>
        <h2 id="interest-history">{t("card.history")}</h2>
        {reversible ? (
          <Button size="compact-xs" variant="subtle" onClick={() => setAsking(true)}>
            {t("reverse.button")}
          </Button>
        ) : null}
      </div>
      {interest.stageHistory.length === 0 ? <Text size="sm">{t("card.noHistory")}</Text> : null}
      <ul className={classes["points"]}>
        {interest.stageHistory.map((visit) => {
          const late = visit.plannedSeconds !== null && visit.workSeconds > visit.plannedSeconds;
          return (
            <li key={visit.id} className={own["visit"]} data-reversed={visit.reversed !== null}>
              <Group gap={8} wrap="nowrap">
                <span className={classes["pointValue"]}>{name(visit.stage)}</span>
                <span className={classes["dim"]}>
                  {t("card.visit", { from: format.full(visit.from), to: visit.to === null ? t("card.now") : format.full(visit.to) })}
                </span>
                <span className={late ? classes["red"] : classes["dim"]}>
                  {visit.plannedSeconds === null
                    ? span(visit.workSeconds)
                    : t("timer.of", { spent: span(visit.workSeconds), planned: span(visit.plannedSeconds) })}
                </span>
              </Group>
              <small>
                {[
                  visit.by === null ? "" : t("card.entered", { by: visit.by.name }),
                  visit.to === null || visit.leftBy === null ? "" : t("card.leftBy", { by: visit.leftBy.name }),
                ]
                  .filter((part) => part !== "")
                  .join(" · ")}
              </small>
              {visit.skipped.length === 0 ? null : <small>{t("card.skippedStages", { names: visit.skipped.map(name).join(", ") })}</small>}
              {visit.forced ? <small>{t("card.forced")}</small> : null}
              {visit.reason === null || visit.reason === "reopened" ? null : (
                <small>{visit.reason === "stage-archived" ? t("card.stageArchived") : visit.reason}</small>
              )}
              {visit.reversed === null ? null : (
                <small>{t("card.reversed", { by: visit.reversed.by?.name ?? "", at: format.full(visit.reversed.at), reason: visit.reversed.reason })}</small>
              )}
            </li>
          );
        })}
      </ul>
      {asking ? (
        <Confirm
          title={t("reverse.title")}
          text={t("reverse.text", { stage: name(standing.at(-2)?.stage) })}
          action={t("reverse.button")}
          disabled={reason.trim().length < 3}
          onClose={() => setAsking(false)}
          run={async () =>
            onSaved(await api.post<InterestView>(`/interests/${interest.id}/stage/reverse`, { version: interest.version, reason: reason.trim() }))
          }
          done={() => setAsking(false)}
        >
          <Textarea
            data-autofocus
            required
            label={t("move.reason")}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Confirm>
      ) : null}
    </section>
  );
}
