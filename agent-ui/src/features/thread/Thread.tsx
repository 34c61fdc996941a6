import type { Message, Why } from "@kommutator/contract/api/dialogs";
import { Button } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { memo, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import type { LiveDialog } from "../../app/live-cache.ts";
import { useMe } from "../../app/me.ts";
import { onDemand } from "../../app/on-demand.tsx";
import { usePartyName } from "../../app/party.ts";
import { useOutgoing } from "../composer/OutboxProvider.tsx";
import { markRead } from "../dialogs/actions.ts";
import { readOlder } from "../dialogs/queries.ts";
import { reasonText } from "../dialogs/reason.ts";
import { CallRow } from "./CallRow.tsx";
import { type ThreadActions, ThreadContext, useThread } from "./context.ts";
import { picturesOf } from "./media.ts";
import { OutgoingMessage } from "./OutgoingMessage.tsx";
import { ThreadMessage } from "./ThreadMessage.tsx";
import classes from "./thread.module.css";
import { type Item, timelineOf } from "./timeline.ts";
import { useAsked, useJump } from "./useJump.ts";

const Lightbox = onDemand(async () => (await import("./Lightbox.tsx")).Lightbox);

const NEAR_PX = 80;

/** Messages, calls and notes of one dialog in one column. It never jumps: new ones below a reader show as a pill. */
export function Thread({ detail, onReply }: { detail: LiveDialog; onReply: ((message: Message) => void) | null }) {
  const { t } = useTranslation("thread");
  const nameOf = usePartyName();
  const client = useQueryClient();
  const { dialog } = detail;
  const outgoing = useOutgoing(dialog.id);
  const why = useQuery({
    queryKey: [...keys.ofDialog(dialog.id, "why"), dialog.assignee?.id ?? null],
    queryFn: ({ signal }) => api.get<Why>(`/dialogs/${dialog.id}/why`, { signal }),
    retry: false,
  });
  const items = useMemo(
    () => timelineOf(detail.messages, detail.call, why.data?.decisions ?? [], outgoing),
    [detail.messages, detail.call, why.data, outgoing],
  );

  const scroll = useRef<HTMLDivElement>(null);
  const atBottom = useRef(true);
  const before = useRef<{ height: number; top: number } | null>(null);
  const loading = useRef(false);
  const [below, setBelow] = useState(0);
  const newest = detail.messages.at(-1);
  const newestSeen = useRef(newest?.seq ?? 0);

  const toBottom = useCallback(() => {
    const element = scroll.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
    setBelow(0);
  }, []);

  // Older ones were put above: what was being read stays where it was. New ones below: follow only a reader who is at the end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the lines change, before they are painted
  useLayoutEffect(() => {
    const element = scroll.current;
    if (element === null) return;
    if (before.current !== null) {
      element.scrollTop = before.current.top + element.scrollHeight - before.current.height;
      before.current = null;
    } else if (atBottom.current) element.scrollTop = element.scrollHeight;
  }, [items]);
  useEffect(() => {
    const seq = newest?.seq ?? 0;
    const fresh = detail.messages.filter((message) => message.seq > newestSeen.current && message.direction === "in").length;
    newestSeen.current = Math.max(newestSeen.current, seq);
    if (fresh > 0 && !atBottom.current) setBelow((count) => count + fresh);
  }, [detail.messages, newest?.seq]);
  // What I wrote brings me to the end. Letters and pictures that grow keep the end in sight.
  const mine = outgoing.length;
  useEffect(() => {
    if (mine > 0) {
      atBottom.current = true;
      toBottom();
    }
  }, [mine, toBottom]);
  useEffect(() => {
    const element = scroll.current;
    const inner = element?.firstElementChild;
    if (element === null || inner === null || inner === undefined) return;
    const observer = new ResizeObserver(() => {
      if (atBottom.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const older = () => {
    const element = scroll.current;
    if (loading.current || !detail.hasMore || element === null) return;
    loading.current = true;
    before.current = { height: element.scrollHeight, top: element.scrollTop };
    readOlder(client, dialog.id)
      .catch((error: unknown) => {
        before.current = null;
        showFailure(error);
      })
      .finally(() => {
        loading.current = false;
      });
  };
  const onScroll = () => {
    const element = scroll.current;
    if (element === null) return;
    atBottom.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    if (atBottom.current) setBelow(0);
    if (atBottom.current && document.hasFocus()) markRead(client, dialog);
    if (element.scrollTop < 200) older();
  };
  // Read = it was on the screen of somebody who looks at the screen.
  useEffect(() => {
    const read = () => {
      if (atBottom.current && document.hasFocus()) markRead(client, dialog);
    };
    read();
    window.addEventListener("focus", read);
    return () => window.removeEventListener("focus", read);
  }, [client, dialog]);

  const customer = nameOf(dialog.party);
  const me = useMe();
  const [picture, setPicture] = useState<string | null>(null);
  const jumpTo = useJump(client, dialog.id, scroll, atBottom);
  useAsked(dialog.id, jumpTo);
  const actions = useMemo<ThreadActions>(
    () => ({ customer, meId: me.id, mail: dialog.medium === "mail", openPicture: setPicture, jumpTo, reply: onReply }),
    [customer, me.id, dialog.medium, jumpTo, onReply],
  );
  return (
    <ThreadContext value={actions}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reachable by keyboard */}
      <div ref={scroll} className={classes["scroll"]} onScroll={onScroll} role="log" aria-label={t("thread.name")} tabIndex={0}>
        <div className={classes["items"]}>
          {detail.hasMore ? (
            <Button variant="subtle" size="compact-sm" style={{ alignSelf: "center" }} onClick={older}>
              {t("thread.older")}
            </Button>
          ) : null}
          {items.map((item) => (
            <Line key={item.key} item={item} />
          ))}
        </div>
      </div>
      <div className={classes["pillHost"]}>
        {below > 0 ? (
          <Button className={classes["pill"] ?? ""} size="xs" radius="xl" leftSection={<IconArrowDown size={15} aria-hidden />} onClick={toBottom}>
            {t("thread.newBelow", { count: below })}
          </Button>
        ) : null}
      </div>
      {picture === null ? null : (
        <Suspense>
          <Lightbox pictures={picturesOf(detail.messages)} blobId={picture} onShow={setPicture} onClose={() => setPicture(null)} />
        </Suspense>
      )}
    </ThreadContext>
  );
}

/** One line of the thread. */
const Line = memo(function Line({ item }: { item: Item }) {
  const { t } = useTranslation("thread");
  const { t: dialogs } = useTranslation("dialogs");
  const { meId } = useThread();
  const format = useFormat();
  const today = useNow(60_000);
  switch (item.kind) {
    case "day":
      return <div className={classes["day"]}>{format.dayHeading(item.at, today)}</div>;
    case "message":
      return <ThreadMessage message={item.message} compact={item.compact} />;
    case "outgoing":
      return <OutgoingMessage outgoing={item.outgoing} />;
    case "call":
      return <CallRow call={item.call} />;
    case "decision": {
      const reason = reasonText(dialogs, item.decision.reason, format);
      const name = item.decision.chosen?.name ?? "";
      return (
        <div className={classes["system"]} title={format.full(item.at)}>
          {item.decision.chosen?.id === meId ? t("thread.broughtToMe", { reason }) : t("thread.broughtTo", { name, reason })}
        </div>
      );
    }
  }
});
