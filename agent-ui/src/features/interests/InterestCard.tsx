import type { InterestView } from "@kommutator/contract/api/interest";
import { ActionIcon, Alert, Anchor, Badge, Button, Skeleton } from "@mantine/core";
import { IconArrowLeft, IconEdit, IconFlagCheck, IconPlayerPause, IconPlayerPlay, IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api } from "../../app/api.ts";
import { useCatalogues, useNamed } from "../../app/catalogues.ts";
import { Failure } from "../../app/FormFoot.tsx";
import { useFormat, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { ErrorState } from "../../app/states.tsx";
import { AuditLink } from "../administration/AuditLink.tsx";
import { conflictOf } from "../customer/Conflict.tsx";
import classes from "../customer/customer.module.css";
import { Feed } from "../customer/Feed.tsx";
import { CardAnnex } from "../files/CardAnnex.tsx";
import { Checks } from "./Checks.tsx";
import { CloseBox } from "./CloseBox.tsx";
import { History } from "./History.tsx";
import { HoldBox } from "./HoldBox.tsx";
import { Hub } from "./Hub.tsx";
import { InterestForm } from "./InterestForm.tsx";
import { LightReasons } from "./Light.tsx";
import { ModeBox } from "./ModeBox.tsx";
import { isAskable, MoveBox, type Refusal } from "./MoveBox.tsx";
import { StageBar } from "./StageBar.tsx";
import { Steps } from "./Steps.tsx";

const COLOURS = { open: "blue", won: "green", lost: "red", cancelled: "gray" } as const;

/** One Interest: where it stands, what comes next, how it got here; its party's history beside it. */
export function InterestCard() {
  const { t } = useTranslation("interests");
  const id = useParams()["id"] ?? "";
  const can = useCan();
  const format = useFormat();
  const now = useNow(60_000);
  const client = useQueryClient();
  const catalogues = useCatalogues();
  const name = useNamed();
  const query = useQuery({ queryKey: keys.interest(id), queryFn: ({ signal }) => api.get<InterestView>(`/interests/${id}`, { signal }) });
  const [editing, setEditing] = useState(false);
  const [closing, setClosing] = useState(false);
  const [holding, setHolding] = useState(false);
  const [changing, setChanging] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const saved = async (row: InterestView) => {
    client.setQueryData(keys.interest(id), row);
    await client.invalidateQueries({
      predicate: ({ queryKey: [word] }) => word === "interests" || word === "customer" || word === "lead" || word === "interactions" || word === "dialog-part",
    });
  };
  const move = useMutation({
    mutationFn: ({ stageId, version }: { stageId: string; version: number }) => api.post<InterestView>(`/interests/${id}/stage`, { stageId, version }),
    onSuccess: saved,
    onError: (error, { stageId }) => {
      const current = conflictOf<InterestView>(error);
      if (current !== null) void query.refetch();
      else if (isAskable(error) && query.data !== undefined) setRefusal({ interest: query.data, stageId, error });
    },
  });
  const release = useMutation({ mutationFn: (version: number) => api.post<InterestView>(`/interests/${id}/hold/release`, { version }), onSuccess: saved });
  const reopen = useMutation({ mutationFn: (version: number) => api.post<InterestView>(`/interests/${id}/reopen`, { version }), onSuccess: saved });
  if (query.isPending)
    return (
      <div className={classes["page"]} aria-busy="true">
        <Skeleton height={34} width={360} />
        <Skeleton height={46} radius="md" />
        <div className={classes["card"]}>
          <Skeleton height={280} radius="md" />
          <Skeleton height={380} radius="md" />
        </div>
      </div>
    );
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const interest = query.data;
  const editable = can("interest", "edit") !== null;
  const open = interest.status === "open";
  const failure = (refusal === null ? move.error : null) ?? reopen.error ?? release.error;
  const facts: [string, ReactNode][] = [
    [t("field.kind"), name(interest.kind)],
    [t("field.responsible"), interest.responsible?.name ?? t("nobody")],
    [
      t("field.contact"),
      interest.contact === null ? null : (
        <Anchor key="contact" component={Link} to={`/customers/contacts/${interest.contact.id}`} inherit>
          {interest.contact.name}
        </Anchor>
      ),
    ],
    [t("field.amount"), interest.amount === null ? null : format.money(interest.amount, interest.currency)],
    [t("field.expectedClose"), interest.expectedClose === null ? null : format.date(interest.expectedClose)],
    [t("field.createdAt"), format.full(interest.createdAt)],
    [t("field.activity"), interest.lastActivityAt === null ? null : format.ago(interest.lastActivityAt, now)],
    [t("field.closedAt"), interest.closedAt === null ? null : format.full(interest.closedAt)],
    [t("field.lossReason"), catalogues.data?.lossReasons.find((each) => each.id === interest.lossReasonId)?.name],
    [t("close.comment"), interest.closeComment],
    [t("field.purpose"), catalogues.data?.purposes.find((each) => each.id === interest.purposeId)?.name],
    [t("field.source"), catalogues.data?.sources.find((each) => each.id === interest.sourceId)?.name],
    [t("field.mode"), t(`mode.${interest.processMode}`)],
  ];
  return (
    <div className={classes["page"]}>
      <div className={classes["head"]}>
        <ActionIcon component={Link} to="/interests" aria-label={t("back")}>
          <IconArrowLeft size={19} />
        </ActionIcon>
        <h1>
          №{interest.number} {interest.title}
        </h1>
        <Badge variant="light" color={COLOURS[interest.status]}>
          {t(`status.${interest.status}`)}
        </Badge>
        {interest.flags.map((flag) => (
          <Badge key={flag} variant="light" color="red">
            {t(`timer.${flag}`)}
          </Badge>
        ))}
        {interest.customer !== null ? (
          <Anchor component={Link} to={`/customers/${interest.customer.id}`}>
            {interest.customer.name}
          </Anchor>
        ) : interest.leadId !== null ? (
          <Anchor component={Link} to={`/leads/${interest.leadId}`}>
            {t("lead")}
          </Anchor>
        ) : null}
        <span style={{ flex: 1 }} />
        <AuditLink kind="interest" id={id} />
        {!editable ? null : open ? (
          <>
            {interest.hold === null ? (
              <Button variant="default" leftSection={<IconPlayerPause size={16} />} onClick={() => setHolding(true)}>
                {t("hold.button")}
              </Button>
            ) : (
              <Button variant="default" leftSection={<IconPlayerPlay size={16} />} loading={release.isPending} onClick={() => release.mutate(interest.version)}>
                {t("hold.release")}
              </Button>
            )}
            <Button variant="default" leftSection={<IconFlagCheck size={16} />} onClick={() => setClosing(true)}>
              {t("close.button")}
            </Button>
            <Button leftSection={<IconEdit size={16} />} onClick={() => setEditing(true)}>
              {t("common:edit")}
            </Button>
          </>
        ) : (
          <Button variant="default" leftSection={<IconRefresh size={16} />} loading={reopen.isPending} onClick={() => reopen.mutate(interest.version)}>
            {t("reopen")}
          </Button>
        )}
      </div>
      <Failure error={failure} />
      <StageBar
        interest={interest}
        now={now}
        busy={move.isPending}
        editable={editable && open}
        onMove={(stageId) => move.mutate({ stageId, version: interest.version })}
      />
      {interest.light === null || interest.light.colour === "grey" ? null : <LightReasons light={interest.light} />}
      {interest.hold === null ? null : (
        <Alert color="gray" icon={<IconPlayerPause size={18} />} py="xs" style={{ flex: "none" }}>
          {t("hold.standing", { date: format.date(interest.hold.until), reason: interest.hold.reason, by: interest.hold.by?.name ?? "" })}
        </Alert>
      )}
      <div className={classes["card"]}>
        <div>
          <Steps interest={interest} editable={editable && open} />
          <section className={classes["block"]} aria-labelledby="interest-facts">
            <div className={classes["blockHead"]}>
              <h2 id="interest-facts">{t("card.facts")}</h2>
              {editable && open && (interest.processMode !== "typical" || can("stage", "edit") !== null) ? (
                <Button size="compact-xs" variant="subtle" onClick={() => setChanging(true)}>
                  {t("mode.change")}
                </Button>
              ) : null}
            </div>
            <dl className={classes["facts"]}>
              {facts
                .filter(([, value]) => value != null && value !== "")
                .map(([label, value]) => (
                  <FactRow key={label} label={label} value={value} />
                ))}
            </dl>
          </section>
          <Checks interest={interest} editable={editable && open} onSaved={saved} />
          <Hub interest={interest} />
          <CardAnnex object="interest" id={id} editable={editable} />
          <History interest={interest} onSaved={saved} />
        </div>
        <section className={classes["block"]} aria-labelledby="interest-feed">
          <div className={classes["blockHead"]}>
            <h2 id="interest-feed">{t("card.feed")}</h2>
          </div>
          {interest.customer !== null ? (
            <Feed of="customer" id={interest.customer.id} interestId={id} />
          ) : interest.leadId !== null ? (
            <Feed of="lead" id={interest.leadId} interestId={id} />
          ) : null}
        </section>
      </div>
      {editing ? <InterestForm interest={interest} onClose={() => setEditing(false)} /> : null}
      {changing ? <ModeBox interest={interest} onClose={() => setChanging(false)} onSaved={saved} /> : null}
      {holding ? <HoldBox interest={interest} onClose={() => setHolding(false)} onSaved={saved} /> : null}
      {refusal === null ? null : (
        <MoveBox
          refusal={refusal}
          stageName={name(interest.stages.find((s) => s.id === refusal.stageId))}
          onClose={() => setRefusal(null)}
          onMoved={async (row) => {
            setRefusal(null);
            await saved(row);
          }}
        />
      )}
      {closing ? <CloseBox interest={interest} onClose={() => setClosing(false)} onClosed={saved} /> : null}
    </div>
  );
}

function FactRow({ label, value }: { label: string; value: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}
