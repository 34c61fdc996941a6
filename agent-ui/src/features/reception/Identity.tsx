import type { IncomingCard } from "@kommutator/contract/api/party";
import { Anchor, Badge, Button, Group, Skeleton } from "@mantine/core";
import { IconPhone, IconStarFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { usePhone } from "../../app/format.ts";
import { usePartyName } from "../../app/party.ts";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import { useSetParty } from "./queries.ts";
import classes from "./reception.module.css";

const COLOURS: Record<string, string> = { known: "green", lead: "blue", new: "blue", ambiguous: "yellow", pending: "gray", hidden: "gray", blocked: "red" };

/** Identity first: who it is, how sure we are, who is responsible; several matches are a choice of one click. */
export function Identity({ dialogId, card }: { dialogId: string; card: IncomingCard | undefined }) {
  const { t } = useTranslation("reception");
  const phone = usePhone();
  const softphone = useSoftphone();
  const party = useSetParty(dialogId);
  const nameOf = usePartyName();
  if (card === undefined) return <Skeleton height={72} radius="md" />;
  const who = card.party;
  const name = nameOf({ name: who.name, result: who.result, identityKind: card.identityKind, identityValue: card.number });
  const to = who.customer !== null ? `/customers/${who.customer.id}` : who.lead !== null ? `/leads/${who.lead.id}` : null;
  const number = card.number;
  const canCall = number !== null && /^\+?\d{3,}$/.test(number) && softphone.view.line.phase === "ready" && softphone.view.call.phase === "idle";
  return (
    <section className={classes["identity"]} aria-label={t("identity.title")} data-party={who.result}>
      <div className={classes["identityHead"]}>
        {to === null ? (
          <h2 className={classes["identityName"]} title={name}>
            {name}
          </h2>
        ) : (
          <h2 className={classes["identityName"]} title={name}>
            <Anchor component={Link} to={to} inherit c="inherit">
              {name}
            </Anchor>
          </h2>
        )}
        {who.isVip ? (
          <Badge size="sm" color="yellow" variant="light" leftSection={<IconStarFilled size={10} />}>
            VIP
          </Badge>
        ) : null}
        <Badge size="sm" variant="light" color={COLOURS[who.result] ?? "gray"}>
          {t(`identity.result.${who.result}`, { defaultValue: who.result })}
        </Badge>
      </div>
      {who.customer !== null && who.contact !== null && who.customer.name !== who.name ? <div className={classes["dim"]}>{who.customer.name}</div> : null}
      <div className={classes["dim"]}>
        {[
          number === null ? t("identity.noNumber") : card.identityKind === "site_visitor" ? null : phone(number),
          card.responsible === null ? t("identity.nobody") : t("identity.responsible", { name: card.responsible.name }),
        ]
          .filter((each) => each !== null)
          .join(" · ")}
      </div>
      {canCall && number !== null ? (
        <Button
          mt={6}
          size="compact-xs"
          variant="default"
          leftSection={<IconPhone size={13} />}
          onClick={() => softphone.order({ kind: "dial", number, ...(who.customer === null ? {} : { customerId: who.customer.id }) })}
        >
          {t("identity.call")}
        </Button>
      ) : null}
      {who.result === "ambiguous" && who.candidates.length > 0 ? (
        <fieldset className={classes["choices"]}>
          <legend className={classes["hint"]}>{t("identity.choose")}</legend>
          {who.candidates.map((each) => (
            <Group key={`${each.customerId}-${each.contactId ?? ""}`} gap={6} wrap="nowrap">
              <Button
                flex={1}
                size="xs"
                variant="default"
                justify="flex-start"
                loading={party.isPending}
                onClick={() => party.mutate({ customerId: each.customerId, contactId: each.contactId, leadId: null })}
              >
                {each.name}
              </Button>
            </Group>
          ))}
        </fieldset>
      ) : null}
    </section>
  );
}
