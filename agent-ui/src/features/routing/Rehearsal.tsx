import type { WhatIf } from "@kommutator/contract/api/routing-explain";
import { Badge, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { clock, useFormat, usePhone } from "../../app/format.ts";
import classes from "./routing.module.css";
import { StoryLine } from "./StoryLine.tsx";
import { rehearsedSteps } from "./story.ts";
import { causesOf } from "./what-if.ts";

/** The answer: who it would be, the ladder step by step, how it would end, and the settings that make it so. */
export function Rehearsal({ answer }: { answer: WhatIf }) {
  const { t } = useTranslation("routing");
  const format = useFormat();
  const phone = usePhone();
  const { who, queue, end } = answer;
  const codes = new Set(answer.steps.flatMap((each) => [each.reason.code, ...Object.keys(each.refusals)]));
  const causes = causesOf(queue.id, codes, answer.requires.length > 0);
  const facts: [string, string][] = [
    [t("whatIf.queue"), queue.name],
    [t("whatIf.ahead"), format.number(answer.ahead)],
    [
      t("whatIf.responsible"),
      who.responsible === null ? "—" : `${who.responsible.employee.name} · ${t(`whatIf.why.${who.responsible.why}`, { defaultValue: "" })}`,
    ],
    ...(who.substitute === null ? [] : [[t("whatIf.substitute"), who.substitute.name] as [string, string]]),
    ...answer.requires.map(({ skill, level, relaxMs }): [string, string] => [
      t("whatIf.skill"),
      `${skill.name} ≥ ${level}${relaxMs === null ? "" : ` · ${t("whatIf.relax", { after: clock(relaxMs) })}`}`,
    ]),
  ];
  return (
    <div className={classes["rehearsal"]} data-testid="rehearsal">
      <section className={classes["headline"]} aria-label={t("whatIf.identified")}>
        <Text fw={650} size="lg">
          {who.name === "" ? t(`whatIf.result.${who.result}`, { defaultValue: who.result }) : phone(who.name)}
          {who.isVip ? (
            <Badge color="yellow" variant="light" ml={8}>
              VIP
            </Badge>
          ) : null}
        </Text>
        {who.name === "" ? null : (
          <Text size="sm" c="dimmed">
            {t(`whatIf.result.${who.result}`, { defaultValue: who.result })}
          </Text>
        )}
        <dl className={classes["facts"]}>
          {facts.map(([name, value]) => (
            <div key={`${name}-${value}`}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <Text size="xs" c="dimmed" mt="sm">
          {t("whatIf.causes")}
        </Text>
        <ul className={classes["causes"]}>
          {causes.map(({ key, path }) => (
            <li key={key}>
              <Link to={path}>{t(`whatIf.cause.${key}`, { queue: queue.name })}</Link>
            </li>
          ))}
        </ul>
      </section>
      <section aria-label={t("whatIf.steps")}>
        <ol className={classes["story"]}>
          {rehearsedSteps(answer).map((step) => (
            <StoryLine key={step.id} step={step} when={step.afterMs === 0 ? t("whatIf.atOnce") : `+${clock(step.afterMs)}`} />
          ))}
          <li className={classes["step"]} data-tone={end.kind === "waits" ? "soon" : "late"}>
            <span className={classes["at"]}>{end.afterMs === 0 ? t("whatIf.atOnce") : `+${clock(end.afterMs)}`}</span>
            <div className={classes["body"]}>
              <div className={classes["what"]}>{t(`whatIf.end.${end.kind}`, { number: end.number === null ? "" : phone(end.number) })}</div>
            </div>
          </li>
        </ol>
      </section>
    </div>
  );
}
