import type { FeedItem } from "@kommutator/contract/api/history";
import { Anchor, Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconArrowsExchange,
  IconCalendarEvent,
  IconChecklist,
  IconInbox,
  IconMail,
  IconMessages,
  IconPaperclip,
  IconPhoneIncoming,
  IconPhoneOutgoing,
  IconTargetArrow,
  IconUserCheck,
  IconUserPlus,
} from "@tabler/icons-react";
import { type ComponentType, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { blobUrl } from "../../app/api.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { onDemand } from "../../app/on-demand.tsx";
import { TypeMark } from "../events/TypeMark.tsx";
import classes from "./customer.module.css";
import { cardOf } from "./feed.ts";

const AudioPlayer = onDemand(async () => (await import("../thread/AudioPlayer.tsx")).AudioPlayer);

type Icon = ComponentType<{ size?: number; stroke?: number; "aria-hidden"?: boolean }>;

function iconOf(item: FeedItem): Icon {
  switch (item.kind) {
    case "call":
      return item.direction === "out" ? IconPhoneOutgoing : IconPhoneIncoming;
    case "dialog":
      return item.channelKind === "email" ? IconMail : IconMessages;
    case "interaction":
      return IconCalendarEvent;
    case "interest":
      return IconTargetArrow;
    case "inquiry":
      return IconInbox;
    case "claim":
      return IconAlertTriangle;
    case "owner":
      return IconUserCheck;
    case "stage":
      return IconArrowsExchange;
    case "lead":
      return IconUserPlus;
    case "task":
      return IconChecklist;
    case "file":
      return IconPaperclip;
  }
}

const LOST = new Set(["abandoned_queue", "no_answer", "failed", "busy", "congestion", "missed"]);

/** One row of a history: what, when, who, how long, a link to its card and to the talk it was; the recording where there is one. */
export function FeedLine({ item, compact = false }: { item: FeedItem; compact?: boolean }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const now = useNow(60_000);
  const Shape = iconOf(item);
  const seconds = item.durationS;
  const spoken = item.kind === "call" || item.kind === "dialog" || item.dialogId !== null;
  const page = compact ? null : cardOf(item);
  const talk = compact || item.dialogId === null ? null : `/dialogs/${item.dialogId}`;
  // A lead of whom nothing is said yet has no title, and a link needs words.
  const title = item.title.trim() === "" ? t(`feed.kind.${item.kind}`) : item.title;
  const facts = [
    item.type?.name ?? t(`feed.kind.${item.kind}`),
    spoken && (item.direction === "in" || item.direction === "out") ? t(`feed.direction.${item.direction}`) : null,
    item.state === null ? null : t(item.kind === "owner" ? `reason.${item.state}` : `feed.state.${item.state}`, { defaultValue: item.state }),
    seconds === null ? null : format.span(seconds * 1000),
    item.employee?.name ?? null,
  ].filter((each) => each !== null);
  return (
    <li className={classes["feedLine"]} data-kind={item.kind} data-lost={item.kind === "call" && item.state !== null && LOST.has(item.state)}>
      <span className={classes["feedIcon"]} aria-hidden>
        {item.type == null ? <Shape size={16} stroke={1.8} /> : <TypeMark type={item.type} />}
      </span>
      <div className={classes["feedBody"]}>
        <div className={classes["feedHead"]}>
          {item.kind === "file" && item.blobId != null && !compact ? (
            <Anchor
              href={blobUrl(item.blobId, item.title)}
              target="_blank"
              rel="noreferrer"
              className={classes["feedTitle"] ?? ""}
              title={item.title}
              c="inherit"
            >
              {item.title}
            </Anchor>
          ) : page === null ? (
            <span className={classes["feedTitle"]} title={title}>
              {title}
            </span>
          ) : (
            <Anchor component={Link} to={page} className={classes["feedTitle"] ?? ""} title={title} c="inherit">
              {title}
            </Anchor>
          )}
          <time className={classes["feedTime"]} dateTime={item.at} title={format.full(item.at)}>
            {format.stamp(item.at, now)}
          </time>
        </div>
        <div className={classes["feedFacts"]}>
          {facts.join(" · ")}
          {talk === null || talk === page ? null : (
            <>
              {" · "}
              <Anchor component={Link} to={talk} underline="always" inherit>
                {t("feed.talk")}
              </Anchor>
            </>
          )}
        </div>
        {item.text === null || item.text === "" || item.text === item.state ? null : (
          <Text size="xs" lineClamp={compact ? 1 : 3} title={item.text}>
            {item.text}
          </Text>
        )}
        {item.recordingBlobId === null || compact ? null : (
          <Suspense>
            <AudioPlayer src={blobUrl(item.recordingBlobId, "recording.wav")} label={t("recordingOf", { title: item.title })} lazy />
          </Suspense>
        )}
      </div>
    </li>
  );
}
