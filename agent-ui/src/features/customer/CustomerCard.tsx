import type { CustomerView } from "@kommutator/contract/api/customer";
import type { InterestRow } from "@kommutator/contract/api/interest";
import { ActionIcon, Alert, Anchor, Badge, Button, Skeleton } from "@mantine/core";
import { IconArrowLeft, IconEdit, IconPlus, IconStarFilled, IconTargetArrow } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../../app/api.ts";
import { useCatalogues, useNamed } from "../../app/catalogues.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { ErrorState } from "../../app/states.tsx";
import { AuditLink } from "../administration/AuditLink.tsx";
import { AddEvent } from "../events/AddEvent.tsx";
import { CardAnnex } from "../files/CardAnnex.tsx";
import { InterestForm } from "../interests/InterestForm.tsx";
import { StartButton } from "../start/StartButton.tsx";
import { regionPaths } from "./CatalogueSelect.tsx";
import { ContactForm } from "./ContactForm.tsx";
import { ContactPoints } from "./ContactPoints.tsx";
import { CustomerForm } from "./CustomerForm.tsx";
import classes from "./customer.module.css";
import { Feed } from "./Feed.tsx";
import { History } from "./History.tsx";
import { InterestLink } from "./InterestLink.tsx";
import { Merges } from "./Merges.tsx";
import { PersonLine } from "./PersonLine.tsx";
import { StatusChip } from "./StatusChip.tsx";

/** The dossier: facts, ways to reach, people, Interests on the left; the whole history on the right. */
export function CustomerCard() {
  const { t } = useTranslation("customer");
  const id = useParams()["id"] ?? "";
  const can = useCan();
  const format = useFormat();
  const catalogues = useCatalogues();
  const name = useNamed();
  const query = useQuery({ queryKey: keys.customer(id), queryFn: ({ signal }) => api.get<CustomerView>(`/customers/${id}`, { signal }) });
  const [editing, setEditing] = useState(false);
  const [person, setPerson] = useState<CustomerView["contacts"][number] | "new" | null>(null);
  const [interest, setInterest] = useState(false);
  if (query.isPending)
    return (
      <div className={classes["page"]} aria-busy="true">
        <Skeleton height={34} width={320} />
        <div className={classes["card"]}>
          <Skeleton height={300} radius="md" />
          <Skeleton height={420} radius="md" />
        </div>
      </div>
    );
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const customer = query.data;
  // The server decides; the button is spared where the right is missing altogether.
  const editable = can("customer", "edit") !== null;
  const named = (list: { id: string; name: string }[] | undefined, key: string | null) => list?.find((each) => each.id === key)?.name;
  const facts: [string, string | null | undefined][] = [
    [t("field.code"), customer.code],
    [t("field.kind"), t(`kind.${customer.kind}`)],
    [t("field.legalName"), customer.legalName],
    [t("field.taxId"), customer.taxId],
    [t("field.responsibleId"), customer.responsible?.name ?? t("nobody")],
    [t("field.statusId"), name(customer.status)],
    [t("field.regionId"), named(regionPaths(catalogues.data?.regions ?? []), customer.regionId) ?? name(customer.region)],
    [t("field.industryId"), name(customer.industry)],
    [t("field.sourceId"), named(catalogues.data?.sources, customer.sourceId)],
    [t("field.createdAt"), format.date(customer.createdAt)],
    [t("field.comment"), customer.comment],
    ...Object.entries(customer.portrait),
  ];
  return (
    <div className={classes["page"]}>
      <div className={classes["head"]}>
        <ActionIcon component={Link} to="/customers" aria-label={t("back")}>
          <IconArrowLeft size={19} />
        </ActionIcon>
        <h1>{customer.name}</h1>
        {customer.status === null ? null : <StatusChip status={customer.status} size="md" />}
        {customer.isVip ? (
          <Badge color="yellow" variant="light" leftSection={<IconStarFilled size={11} />}>
            VIP
          </Badge>
        ) : null}
        {customer.doNotContact ? (
          <Badge color="red" variant="light">
            {t("field.doNotContact")}
          </Badge>
        ) : null}
        <span style={{ flex: 1 }} />
        <AuditLink kind="customer" id={id} />
        <StartButton target={{ customerId: id }} label={t("common:write")} />
        <AddEvent party={{ kind: "customer", id, name: customer.name }} />
        {can("interest", "create") === null ? null : (
          <Button variant="default" leftSection={<IconTargetArrow size={16} />} onClick={() => setInterest(true)}>
            {t("card.newInterest")}
          </Button>
        )}
        {editable ? (
          <Button leftSection={<IconEdit size={16} />} onClick={() => setEditing(true)}>
            {t("common:edit")}
          </Button>
        ) : null}
      </div>
      {customer.mergedIntoId === null ? null : (
        <Alert color="yellow">
          {t("card.merged")}{" "}
          <Anchor component={Link} to={`/customers/${customer.mergedIntoId}`} inherit>
            {t("card.survivor")}
          </Anchor>
        </Alert>
      )}
      <div className={classes["card"]}>
        <div>
          <section className={classes["block"]} aria-labelledby="facts">
            <div className={classes["blockHead"]}>
              <h2 id="facts">{t("card.facts")}</h2>
            </div>
            <dl className={classes["facts"]}>
              {facts
                .filter(([, value]) => value != null && value !== "")
                .map(([label, value]) => (
                  <Fact key={label} label={label} value={value ?? ""} />
                ))}
            </dl>
          </section>
          <section className={classes["block"]} aria-labelledby="points">
            <div className={classes["blockHead"]}>
              <h2 id="points">{t("card.points")}</h2>
            </div>
            <ContactPoints points={customer.contactPoints} holder={{ customerId: id }} editable={editable} about={{ customerId: id }} />
          </section>
          <section className={classes["block"]} aria-labelledby="people">
            <div className={classes["blockHead"]}>
              <h2 id="people">{t("card.people")}</h2>
              {editable ? (
                <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />} onClick={() => setPerson("new")}>
                  {t("card.addPerson")}
                </Button>
              ) : null}
            </div>
            {customer.contacts.length === 0 ? <p className={classes["dim"]}>{t("card.noPeople")}</p> : null}
            {customer.contacts.map((each) => (
              <div key={each.id} className={classes["person"]}>
                <PersonLine
                  to={`/customers/contacts/${each.id}`}
                  name={each.name}
                  title={t("contact.open")}
                  part={each.position}
                  isPrimary={each.isPrimary}
                  over={each.leftAt === null ? null : t("card.left", { at: format.date(each.leftAt) })}
                  editLabel={t("card.editPerson", { name: each.name })}
                  onEdit={editable ? () => setPerson(each) : null}
                />
                <ContactPoints points={each.contactPoints} holder={{ contactId: each.id }} editable={editable} about={{ customerId: id }} />
              </div>
            ))}
          </section>
          <PartyInterests of="customer" id={id} />
          <CardAnnex object="customer" id={id} editable={editable} />
          <History id={id} />
          <Merges card="customer" id={customer.id} />
        </div>
        <section className={classes["block"]} aria-labelledby="feed">
          <div className={classes["blockHead"]}>
            <h2 id="feed">{t("feed.title")}</h2>
          </div>
          <Feed of="customer" id={id} />
        </section>
      </div>
      {editing ? <CustomerForm customer={customer} onClose={() => setEditing(false)} onSaved={() => setEditing(false)} /> : null}
      {person === null ? null : <ContactForm customerId={id} contact={person === "new" ? null : person} onClose={() => setPerson(null)} />}
      {interest ? <InterestForm party={{ customerId: id }} onClose={() => setInterest(false)} /> : null}
    </div>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** Interests of a customer or lead: open ones first. */
export function PartyInterests({ of, id }: { of: "customer" | "lead"; id: string }) {
  const { t } = useTranslation("customer");
  const query = useQuery({
    queryKey: keys.interests("of", of, id),
    queryFn: ({ signal }) => api.get<{ items: InterestRow[] }>("/interests", { signal, query: { [`${of}Id`]: id, limit: 50 } }),
  });
  const rows = [...(query.data?.items ?? [])].sort((a, b) => Number(b.status === "open") - Number(a.status === "open"));
  return (
    <section className={classes["block"]} aria-labelledby="interests">
      <div className={classes["blockHead"]}>
        <h2 id="interests">{t("card.interests")}</h2>
      </div>
      {query.isPending ? (
        <Skeleton height={48} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <p className={classes["dim"]}>{t("card.noInterests")}</p>
      ) : null}
      <ul className={classes["interests"]}>
        {rows.map((each) => (
          <li key={each.id}>
            <InterestLink interest={each} />
          </li>
        ))}
      </ul>
    </section>
  );
}
