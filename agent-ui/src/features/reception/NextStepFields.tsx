import type { Catalogues } from "@kommutator/contract/api/catalogue";
import { Button, Group, Select, TextInput } from "@mantine/core";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { TimeField } from "../../app/DateField.tsx";
import { FaultText } from "./FaultText.tsx";
import { type NextStep, usualNextStep } from "./form.ts";
import classes from "./reception.module.css";

/** What happens next: type, when, about what. Compulsory where the stage demands it. */
export function NextStepFields({
  catalogues,
  next,
  required,
  subject,
  onChange,
  fault,
}: {
  catalogues: Catalogues;
  next: NextStep | null;
  required: boolean;
  subject: string;
  onChange: (next: NextStep | null) => void;
  fault: string | null;
}) {
  const { t } = useTranslation("reception");
  const quick = (days: number) => {
    const usual = usualNextStep(catalogues, next?.subject ?? "", Date.now(), days);
    if (usual !== null) onChange(next === null ? usual : { ...next, at: usual.at });
  };
  return (
    <fieldset className={classes["step"]} data-fault={fault !== null}>
      <legend>
        {t("next.title")}
        {required ? <span className={classes["need"]}> · {t("next.required")}</span> : null}
      </legend>
      <Group gap={6}>
        {([1, 3, 7] as const).map((days) => (
          <Button key={days} size="compact-xs" variant="default" onClick={() => quick(days)}>
            {t(`next.in${days}`)}
          </Button>
        ))}
        {next === null || required ? null : (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onChange(null)}>
            {t("next.none")}
          </Button>
        )}
      </Group>
      {next === null ? null : (
        <div className={classes["nextGrid"]}>
          <Select
            size="xs"
            aria-label={t("next.type")}
            data={catalogues.interactionTypes.map((each) => ({ value: each.id, label: each.name }))}
            value={next.typeId}
            onChange={(typeId) => typeId !== null && onChange({ ...next, typeId })}
          />
          <TimeField
            size="xs"
            aria-label={`${t("next.when")} ${dayjs(next.at).format("DD.MM.YYYY HH:mm")}`}
            value={dayjs(next.at).format("YYYY-MM-DD HH:mm:ss")}
            onChange={(value) => value !== null && onChange({ ...next, at: dayjs(value).valueOf() })}
          />
          <TextInput
            size="xs"
            className={classes["wide"] ?? ""}
            aria-label={t("next.about")}
            placeholder={subject === "" ? t("next.about") : subject}
            maxLength={300}
            value={next.subject}
            onChange={(event) => onChange({ ...next, subject: event.currentTarget.value })}
          />
        </div>
      )}
      <FaultText text={fault} />
    </fieldset>
  );
}
