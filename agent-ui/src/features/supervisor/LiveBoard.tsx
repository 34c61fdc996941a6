import type { Board } from "@kommutator/contract/api/routing";
import { Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconClock, IconInbox, IconMessages, IconTargetArrow, IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../../app/api.ts";
import { clock, useFormat, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, NoRight, RowsSkeleton } from "../../app/states.tsx";
import { AgentGrid } from "./AgentGrid.tsx";
import { Lines } from "./Lines.tsx";
import { Queues } from "./Queues.tsx";
import { SupervisorTabs } from "./SupervisorTabs.tsx";
import classes from "./supervisor.module.css";
import { Tile } from "./Tile.tsx";
import { WaitingDrawer, type WaitingList } from "./WaitingDrawer.tsx";

/** The line as it is now: who waits, how well we answer, who does what. Each number opens its list. */
export function LiveBoard() {
  const { t } = useTranslation("supervisor");
  const can = useCan();
  const navigate = useNavigate();
  const [list, setList] = useState<WaitingList | null>(null);
  // The socket makes it stale at every change; the period covers what no event tells (a service level that ages).
  const board = useQuery({
    queryKey: keys.board,
    queryFn: ({ signal }) => api.get<Board>("/board", { signal }),
    refetchInterval: 2000,
    staleTime: 0,
    enabled: can("board", "read") !== null,
  });
  if (can("board", "read") === null) return <NoRight />;
  if (board.isPending) return <RowsSkeleton rows={5} height={110} />;
  if (board.data === undefined) return <ErrorState error={board.error} onRetry={() => void board.refetch()} />;
  const { data } = board;
  return (
    <div className={classes["page"]}>
      <div className={classes["head"]}>
        <SupervisorTabs />
        <AsOf at={data.at} failed={board.isError} />
      </div>
      <section className={classes["tiles"]} aria-label={t("numbers")}>
        <Waiting data={data} onOpen={() => setList("queue")} />
        <Longest data={data} onOpen={() => setList("queue")} />
        <ServiceLevel data={data} />
        <Tile
          icon={<IconMessages size={18} aria-hidden />}
          name={t("open")}
          value={data.openDialogs}
          tone={data.unansweredDialogs > 0 ? "soon" : "calm"}
          detail={t("unanswered", { count: data.unansweredDialogs })}
          onOpen={() => setList("all")}
        />
        <Inquiries data={data} onOpen={() => void navigate("/inquiries")} />
      </section>
      <div className={classes["columns"]}>
        <section aria-label={t("agents")} className={classes["agents"]}>
          <Title order={2} size="h3" mb="sm">
            {t("agents")}
          </Title>
          {data.agents.length === 0 ? <Empty icon={<IconUsersGroup />} title={t("noAgents")} text={t("noAgentsText")} /> : <AgentGrid agents={data.agents} />}
        </section>
        <div className={classes["side"]}>
          <section aria-label={t("queues")} className={classes["queues"]}>
            <Title order={2} size="h3" mb="sm">
              {t("queues")}
            </Title>
            <Queues queues={data.queues} />
          </section>
          <Lines />
        </div>
      </div>
      <WaitingDrawer list={list} onClose={() => setList(null)} />
    </div>
  );
}

function AsOf({ at, failed }: { at: string; failed: boolean }) {
  const { t } = useTranslation("supervisor");
  const format = useFormat();
  const now = useNow();
  const age = now - Date.parse(at);
  const stale = failed || age > 10_000;
  return (
    <Text size="sm" c={stale ? "var(--k-red)" : "dimmed"} role={stale ? "alert" : undefined} title={format.full(at)}>
      {stale ? t("stale", { span: format.span(Math.max(0, age)) }) : t("live")}
    </Text>
  );
}

function Waiting({ data, onOpen }: { data: Board; onOpen: () => void }) {
  const { t } = useTranslation("supervisor");
  const { voice, chat, message, mail, callbacks } = data.waiting;
  const total = voice + chat + message + mail;
  const parts = (["voice", "chat", "message", "mail"] as const)
    .filter((medium) => data.waiting[medium] > 0)
    .map((medium) => `${t(`common:medium.${medium}`)} ${data.waiting[medium]}`);
  if (callbacks > 0) parts.push(t("callbacks", { count: callbacks }));
  const detail = parts.length === 0 ? t("nobodyWaits") : parts.join(" · ");
  return (
    <Tile
      icon={<IconInbox size={18} aria-hidden />}
      name={t("waiting")}
      value={total}
      tone={voice > 0 ? "late" : total + callbacks > 0 ? "soon" : "good"}
      detail={detail}
      onOpen={onOpen}
    />
  );
}

function Longest({ data, onOpen }: { data: Board; onOpen: () => void }) {
  const { t } = useTranslation("supervisor");
  const now = useNow();
  const { longestSince, longestVoiceSince } = data.waiting;
  const threshold = data.today.serviceLevelThresholdS * 1000;
  const voice = longestVoiceSince === null ? null : now - Date.parse(longestVoiceSince);
  const tone = voice === null ? (longestSince === null ? "good" : "soon") : voice > threshold ? "late" : voice > threshold * 0.8 ? "soon" : "calm";
  return (
    <Tile
      icon={<IconClock size={18} aria-hidden />}
      name={t("longest")}
      value={longestSince === null ? "0:00" : clock(now - Date.parse(longestSince))}
      tone={tone}
      detail={
        voice === null
          ? t("noCallWaits", { threshold: data.today.serviceLevelThresholdS })
          : t("longestCall", { wait: clock(voice), threshold: data.today.serviceLevelThresholdS })
      }
      onOpen={onOpen}
    />
  );
}

function ServiceLevel({ data }: { data: Board }) {
  const { t } = useTranslation("supervisor");
  const format = useFormat();
  const { today } = data;
  const level = today.serviceLevel;
  const tone = level === null ? "calm" : level >= today.serviceLevelTarget ? "good" : level >= today.serviceLevelTarget - 0.1 ? "soon" : "late";
  return (
    <Tile
      icon={<IconTargetArrow size={18} aria-hidden />}
      name={t("serviceLevel")}
      value={level === null ? "—" : format.percent(level)}
      tone={tone}
      target={t("target", { value: format.percent(today.serviceLevelTarget) })}
      detail={t("serviceLevelDetail", { answered: today.answered, abandoned: today.abandoned, short: today.shortAbandoned })}
      title={t("serviceLevelFormula", { threshold: today.serviceLevelThresholdS })}
    />
  );
}

function Inquiries({ data, onOpen }: { data: Board; onOpen: () => void }) {
  const { t } = useTranslation("supervisor");
  const format = useFormat();
  const now = useNow();
  const oldest = data.oldestInquiryAt;
  const detail = oldest === null ? t("noInquiries") : t("oldestInquiry", { span: format.span(now - Date.parse(oldest)) });
  return (
    <Tile
      icon={<IconAlertTriangle size={18} aria-hidden />}
      name={t("inquiries")}
      value={data.unprocessedInquiries}
      tone={data.unprocessedInquiries > 0 ? "soon" : "good"}
      detail={detail}
      onOpen={onOpen}
    />
  );
}
