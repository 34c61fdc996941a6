import type { Reception } from "@kommutator/contract/api/inquiry";
import { Badge, Radio, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useNamed } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { FaultText } from "./FaultText.tsx";
import type { InterestChoice, Purpose } from "./form.ts";
import classes from "./reception.module.css";

/** Into which Interest: candidates by rank, a recently lost one to reopen, or a new one (with the reason when a like one is open). */
export function InterestStep({
  reception,
  purpose,
  choice,
  parallel,
  onChange,
  fault,
  reasonFault,
}: {
  reception: Reception;
  purpose: Purpose | undefined;
  choice: InterestChoice | null;
  parallel: boolean;
  onChange: (choice: InterestChoice) => void;
  fault: string | null;
  reasonFault: string | null;
}) {
  const { t } = useTranslation("reception");
  const name = useNamed();
  const format = useFormat();
  const now = useNow(60_000);
  const value = choice === null || choice.kind === "none" ? "" : choice.kind === "new" ? "new" : choice.interestId;
  const ranked = [...reception.interests].sort((a, b) => b.score - a.score);
  return (
    <fieldset className={classes["step"]} data-fault={fault !== null || reasonFault !== null}>
      <legend>{t("interest.title")}</legend>
      <Radio.Group
        value={value}
        aria-label={t("interest.title")}
        onChange={(id) => {
          if (id === "new") onChange({ kind: "new", title: "", parallelReason: "" });
          else onChange({ kind: "existing", interestId: id, reopen: ranked.find((each) => each.id === id)?.status !== "open" });
        }}
      >
        <Stack gap={4}>
          {ranked.map((each) => (
            <Radio.Card
              key={each.id}
              value={each.id}
              className={classes["candidate"] ?? ""}
              p={8}
              data-interest={each.number}
              aria-label={`№${each.number} ${each.title}`}
            >
              <div className={classes["candidateRow"]}>
                <Radio.Indicator size="xs" />
                <span className={classes["two"]}>
                  <span className={classes["chosen"]} title={each.title}>
                    №{each.number} {each.title}
                  </span>
                  <span className={classes["dim"]}>
                    {[
                      name(each.kind),
                      name(each.stage),
                      each.lastActivityAt === null ? null : t("interest.activity", { ago: format.ago(each.lastActivityAt, now) }),
                      each.nextStepAt === null ? null : t("interest.next", { at: format.stamp(each.nextStepAt, now) }),
                      each.responsible?.name,
                    ]
                      .filter(Boolean)
                      .join(" · ")}
                  </span>
                </span>
                {each.recentlyLost || each.status !== "open" ? (
                  <Badge size="sm" color="yellow" variant="light">
                    {t("interest.reopen")}
                  </Badge>
                ) : purpose?.interestKindId != null && each.kind.id === purpose.interestKindId ? (
                  <Badge size="sm" color="green" variant="light">
                    {t("interest.fits")}
                  </Badge>
                ) : null}
              </div>
            </Radio.Card>
          ))}
          <Radio.Card value="new" className={classes["candidate"] ?? ""} p={8} aria-label={t("interest.new")}>
            <div className={classes["candidateRow"]}>
              <Radio.Indicator size="xs" />
              <span className={classes["chosen"]}>{t("interest.new")}</span>
            </div>
          </Radio.Card>
        </Stack>
      </Radio.Group>
      <FaultText text={fault} />
      {choice?.kind === "new" ? (
        <TextInput
          mt={6}
          size="xs"
          label={t("interest.newTitle")}
          placeholder={t("interest.newTitleHint")}
          maxLength={300}
          value={choice.title}
          onChange={(event) => onChange({ ...choice, title: event.currentTarget.value })}
        />
      ) : null}
      {choice?.kind === "new" && parallel ? (
        <TextInput
          mt={6}
          size="xs"
          required
          label={t("interest.reason")}
          description={t("interest.reasonHint")}
          maxLength={500}
          error={reasonFault}
          value={choice.parallelReason}
          onChange={(event) => onChange({ ...choice, parallelReason: event.currentTarget.value })}
        />
      ) : null}
    </fieldset>
  );
}
