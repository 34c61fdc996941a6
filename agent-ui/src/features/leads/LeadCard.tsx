import type { LeadView } from "@kommutator/contract/api/lead";
import { ActionIcon, Alert, Anchor, Badge, Button, Skeleton } from "@mantine/core";
import { IconArrowLeft, IconEdit, IconTargetArrow, IconUserCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../../app/api.ts";
import { useNamed } from "../../app/catalogues.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { ErrorState } from "../../app/states.tsx";
import { AuditLink } from "../administration/AuditLink.tsx";
import { ContactPoints } from "../customer/ContactPoints.tsx";
import { PartyInterests } from "../customer/CustomerCard.tsx";
import classes from "../customer/customer.module.css";
import { Feed } from "../customer/Feed.tsx";
import { Merges } from "../customer/Merges.tsx";
import { AddEvent } from "../events/AddEvent.tsx";
import { CardAnnex } from "../files/CardAnnex.tsx";
import { InterestForm } from "../interests/InterestForm.tsx";
import { StartButton } from "../start/StartButton.tsx";
import { ConvertBox } from "./ConvertBox.tsx";
import { useLeadName } from "./called.ts";
import { LeadForm } from "./LeadForm.tsx";
import { STATUS_COLOURS } from "./LeadList.tsx";
import { Qualification } from "./Qualification.tsx";

/** One lead: facts, ways to reach, Interests, history; conversion into a customer. */
export function LeadCard() {
  const { t } = useTranslation("leads");
  const name = useNamed();
  const nameOf = useLeadName();
  const id = useParams()["id"] ?? "";
  const can = useCan();
  const format = useFormat();
  const query = useQuery({ queryKey: keys.lead(id), queryFn: ({ signal }) => api.get<LeadView>(`/leads/${id}`, { signal }) });
  const [box, setBox] = useState<"edit" | "convert" | "interest" | null>(null);
  if (query.isPending)
    return (
      <div className={classes["page"]} aria-busy="true">
        <Skeleton height={34} width={320} />
        <div className={classes["card"]}>
          <Skeleton height={240} radius="md" />
          <Skeleton height={380} radius="md" />
        </div>
      </div>
    );
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const lead = query.data;
  const editable = can("lead", "edit") !== null && lead.status !== "converted";
  const facts: [string, string | null | undefined][] = [
    [t("field.contactName"), lead.contactName],
    [t("field.companyName"), lead.companyName],
    [t("field.responsible"), lead.responsible?.name ?? t("nobody")],
    [t("field.source"), name(lead.source)],
    [
      t("field.lastSource"),
      lead.lastSource === null || lead.lastSource.id === lead.source?.id ? null : `${name(lead.lastSource)}, ${format.full(lead.lastSourceAt ?? "")}`,
    ],
    [t("field.firstContactDueAt"), lead.firstContactAt !== null || lead.firstContactDueAt === null ? null : format.full(lead.firstContactDueAt)],
    [t("field.firstContactAt"), lead.firstContactAt === null ? null : format.full(lead.firstContactAt)],
    [t("field.dueAt"), lead.dueAt === null ? null : format.full(lead.dueAt)],
    [t("field.disqualifyReason"), lead.disqualifyReason === null ? null : [name(lead.disqualifyReason), lead.disqualifyNote].filter(Boolean).join(": ")],
    [t("field.points"), lead.noContact && lead.contactPoints.length === 0 ? t("list.noContact") : null],
    [t("field.createdAt"), format.full(lead.createdAt)],
    [t("field.note"), lead.note],
  ];
  return (
    <div className={classes["page"]}>
      <div className={classes["head"]}>
        <ActionIcon component={Link} to="/leads" aria-label={t("back")}>
          <IconArrowLeft size={19} />
        </ActionIcon>
        <h1>{nameOf(lead)}</h1>
        <Badge variant="light" color={STATUS_COLOURS[lead.status]}>
          {t(`status.${lead.status}`)}
        </Badge>
        {lead.overdue ? (
          <Badge variant="light" color="red">
            {t("list.late")}
          </Badge>
        ) : null}
        <span style={{ flex: 1 }} />
        <AuditLink kind="lead" id={lead.id} />
        {lead.status === "converted" ? null : <StartButton target={{ leadId: lead.id }} label={t("common:write")} />}
        {lead.status === "converted" ? null : <AddEvent party={{ kind: "lead", id: lead.id, name: nameOf(lead) }} />}
        {editable ? (
          <>
            {can("interest", "create") === null ? null : (
              <Button variant="default" leftSection={<IconTargetArrow size={16} />} onClick={() => setBox("interest")}>
                {t("newInterest")}
              </Button>
            )}
            <Button variant="default" leftSection={<IconEdit size={16} />} onClick={() => setBox("edit")}>
              {t("common:edit")}
            </Button>
            {lead.status === "disqualified" ? null : (
              <Button leftSection={<IconUserCheck size={16} />} onClick={() => setBox("convert")}>
                {t("convert.button")}
              </Button>
            )}
          </>
        ) : null}
      </div>
      {lead.convertedCustomerId === null ? null : (
        <Alert color="green">
          {t("convert.done")}{" "}
          <Anchor component={Link} to={`/customers/${lead.convertedCustomerId}`} inherit>
            {t("convert.open")}
          </Anchor>
        </Alert>
      )}
      <div className={classes["card"]}>
        <div>
          <section className={classes["block"]} aria-labelledby="lead-facts">
            <div className={classes["blockHead"]}>
              <h2 id="lead-facts">{t("facts")}</h2>
            </div>
            <dl className={classes["facts"]}>
              {facts
                .filter(([, value]) => value != null && value !== "")
                .map(([label, value]) => (
                  <LeadFact key={label} label={label} value={value ?? ""} />
                ))}
            </dl>
          </section>
          <section className={classes["block"]} aria-labelledby="lead-points">
            <div className={classes["blockHead"]}>
              <h2 id="lead-points">{t("field.points")}</h2>
            </div>
            <ContactPoints points={lead.contactPoints} holder={{ leadId: lead.id }} editable={editable} />
          </section>
          <Qualification lead={lead} editable={editable} />
          <PartyInterests of="lead" id={lead.id} />
          <CardAnnex object="lead" id={lead.id} editable={editable} />
          <Merges card="lead" id={lead.id} />
        </div>
        <section className={classes["block"]} aria-labelledby="lead-feed">
          <div className={classes["blockHead"]}>
            <h2 id="lead-feed">{t("feed")}</h2>
          </div>
          <Feed of="lead" id={lead.id} />
        </section>
      </div>
      {box === "edit" ? <LeadForm lead={lead} onClose={() => setBox(null)} onSaved={() => setBox(null)} /> : null}
      {box === "convert" ? <ConvertBox lead={lead} onClose={() => setBox(null)} /> : null}
      {box === "interest" ? <InterestForm party={{ leadId: lead.id }} onClose={() => setBox(null)} /> : null}
    </div>
  );
}

function LeadFact({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}
