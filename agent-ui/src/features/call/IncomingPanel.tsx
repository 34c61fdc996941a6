import { Badge, Button, Skeleton, Text } from "@mantine/core";
import { IconRoute, IconStarFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNamed } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import { FeedLine } from "../customer/FeedLine.tsx";
import { openWhy } from "../routing/WhyHost.tsx";
import classes from "./CallBar.module.css";
import { useCard } from "./queries.ts";

/** The card of the ringing call, on the right of every page: who, responsible, open Interests, last five Interactions. It takes no focus. */
export function IncomingPanel() {
  const { t } = useTranslation("call");
  const name = useNamed();
  const { view } = useSoftphone();
  const format = useFormat();
  const now = useNow(30_000);
  const card = useCard(view.call.dialogId);
  const data = card.data;
  const { dialogId } = view.call;
  const why = () => dialogId !== null && openWhy(dialogId);
  useShortcut({ keys: "w", label: "call:shortcuts.why", run: why });
  return (
    <aside className={classes["panel"]} aria-label={t("card.title")} data-incoming-card={view.call.dialogId ?? ""}>
      {data === undefined ? (
        <Skeleton height={120} />
      ) : (
        <>
          <div className={classes["cardHead"]}>
            <Text fw={650} size="lg" truncate title={data.party.name}>
              {data.party.name}
            </Text>
            {data.party.isVip ? (
              <Badge color="yellow" variant="light" leftSection={<IconStarFilled size={11} />}>
                VIP
              </Badge>
            ) : null}
            <Badge variant="light" color={data.party.result === "known" ? "green" : data.party.result === "ambiguous" ? "yellow" : "blue"}>
              {t(`party.${data.party.result}`, { defaultValue: data.party.result })}
            </Badge>
          </div>
          {data.party.customer !== null && data.party.customer.name !== data.party.name ? <Text size="sm">{data.party.customer.name}</Text> : null}
          {data.party.result === "ambiguous" ? <Text size="sm">{data.party.candidates.map((each) => each.name).join(", ")}</Text> : null}
          <Button variant="subtle" size="compact-sm" leftSection={<IconRoute size={15} />} rightSection={<kbd>W</kbd>} onClick={why}>
            {t("card.why")}
          </Button>
          <dl className={classes["facts"]}>
            <dt>{t("card.responsible")}</dt>
            <dd>{data.responsible?.name ?? t("card.nobody")}</dd>
            {data.unansweredMessages === 0 ? null : (
              <>
                <dt>{t("card.unanswered")}</dt>
                <dd>
                  <Badge color="red" variant="light">
                    {data.unansweredMessages}
                  </Badge>
                </dd>
              </>
            )}
          </dl>
          <h3 className={classes["section"]}>{t("card.interests", { count: data.openInterests.length })}</h3>
          {data.openInterests.length === 0 ? <p className={classes["none"]}>{t("card.noInterests")}</p> : null}
          <ul className={classes["plain"]}>
            {data.openInterests.map((interest) => (
              <li key={interest.id} className={classes["interest"]}>
                <span className={classes["strong"]} title={interest.title}>
                  №{interest.number} {interest.title}
                </span>
                <span className={classes["dim"]}>
                  {[
                    name(interest.stage ?? interest.kind),
                    interest.nextStepAt === null ? null : t("card.nextStep", { at: format.stamp(interest.nextStepAt, now) }),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </li>
            ))}
          </ul>
          <h3 className={classes["section"]}>{t("card.last")}</h3>
          {data.lastInteractions.length === 0 ? <p className={classes["none"]}>{t("card.first")}</p> : null}
          <ul className={classes["plain"]}>
            {data.lastInteractions.map((item) => (
              <FeedLine key={item.id} item={item} compact />
            ))}
          </ul>
        </>
      )}
    </aside>
  );
}
