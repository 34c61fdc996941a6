import type { NoticeWhy, NotificationPage, NotificationView } from "@kommutator/contract/api/notification";
import { ActionIcon, Button, Group, Menu, Text } from "@mantine/core";
import { IconBell, IconClockPause, IconSettings } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { cardPath } from "../../app/card-path.ts";
import { useNamed } from "../../app/catalogues.ts";
import { showFailure } from "../../app/failure.ts";
import { type Format, useFormat, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useMe } from "../../app/me.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import classes from "./notices.module.css";

type Page = z.infer<typeof NotificationPage>;

/** Who called me in a note, and what waits to be taken back: the newest first; a press goes there. */
export default function NoticeList({ unread, onClose }: { unread: number; onClose: () => void }) {
  const { t } = useTranslation("notices");
  const client = useQueryClient();
  const navigate = useNavigate();
  const me = useMe();
  const query = useInfiniteQuery({
    queryKey: keys.notices("list"),
    queryFn: ({ signal, pageParam }) => api.get<Page>("/notifications", { signal, query: { limit: 20, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    staleTime: 0,
  });
  const read = useMutation({
    mutationFn: (body: { ids: string[] } | { all: true }) => api.post("/notifications/read", body),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.notices() }),
    onError: showFailure,
  });
  const open = (notice: NotificationView) => {
    if (notice.readAt === null) read.mutate({ ids: [notice.id] });
    if (notice.kind === "hand_back" || notice.kind === "no_show") {
      onClose();
      void navigate(notice.absence?.employee.id === me.id ? "/profile" : "/supervisor/absences");
      return;
    }
    if (notice.kind !== "mention") {
      onClose();
      void navigate(pathOf(notice));
      return;
    }
    if (notice.dialog === null) return;
    onClose();
    void navigate(`/dialogs/${notice.dialog.id}?view=all${notice.messageId === null ? "" : `&message=${notice.messageId}`}`);
  };
  const snooze = useMutation({
    mutationFn: ({ id, minutes }: { id: string; minutes: number }) => api.post(`/notifications/${id}/snooze`, { minutes }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.notices() }),
    onError: showFailure,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={classes["box"]} aria-label={t("title")}>
      <Group justify="space-between" wrap="nowrap" px="md" py="xs">
        <Text fw={650}>{t("title")}</Text>
        <span style={{ flex: 1 }} />
        {unread > 0 ? (
          <Button size="compact-xs" variant="subtle" loading={read.isPending} onClick={() => read.mutate({ all: true })}>
            {t("readAll")}
          </Button>
        ) : null}
        <ActionIcon component={Link} to="/notifications" size="sm" aria-label={t("settings")} title={t("settings")} onClick={onClose}>
          <IconSettings size={16} />
        </ActionIcon>
      </Group>
      {query.isPending ? (
        <RowsSkeleton rows={3} height={48} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : items.length === 0 ? (
        <Empty icon={<IconBell />} title={t("empty")} text={t("emptyText")} />
      ) : (
        <ul className={classes["list"]}>
          {items.map((notice) => (
            <li key={notice.id} className={classes["line"]}>
              <Notice notice={notice} onOpen={() => open(notice)} />
              {notice.readAt === null && SNOOZED.includes(notice.kind) ? <Snooze onSnooze={(minutes) => snooze.mutate({ id: notice.id, minutes })} /> : null}
            </li>
          ))}
          {query.hasNextPage ? (
            <li>
              <Button fullWidth variant="subtle" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("more")}
              </Button>
            </li>
          ) : null}
        </ul>
      )}
    </section>
  );
}

function Notice({ notice, onOpen }: { notice: NotificationView; onOpen: () => void }) {
  const { t } = useTranslation("notices");
  const format = useFormat();
  const named = useNamed();
  const now = useNow(60_000);
  return (
    <button type="button" className={classes["notice"]} data-unread={notice.readAt === null || undefined} onClick={onOpen}>
      <span className={classes["top"]}>
        <span className="truncate">
          {isCall(notice.kind) ? t(`kind.${notice.kind}`, { name: notice.by?.name ?? t("somebody") }) : eventName(t, notice)}
          {notice.dialog === null ? null : ` · ${notice.dialog.name}`}
        </span>
        <time dateTime={notice.createdAt} title={format.full(notice.createdAt)}>
          {format.ago(notice.createdAt, now)}
        </time>
      </span>
      <span className={classes["text"]}>
        {notice.kind === "hand_back"
          ? t("handBack", { employee: notice.absence?.employee.name ?? "" })
          : notice.kind === "no_show"
            ? t("noShow")
            : notice.kind !== "mention"
              ? wordsOf(t, notice, format, named)
              : notice.dialog === null
                ? t("gone")
                : (notice.text ?? "")}
      </span>
      {notice.failures?.map((each) => (
        <span key={each.channel} className={classes["failed"]} title={each.error}>
          {t("failed", { channel: t(`channel.${each.channel}`) })}
        </span>
      ))}
    </button>
  );
}

/** Reminders that may wait a little. */
const SNOOZED: readonly string[] = ["interaction.soon", "interaction.overdue", "task.overdue"];
const MINUTES = ["5", "15", "60", "1440"] as const;

function Snooze({ onSnooze }: { onSnooze: (minutes: number) => void }) {
  const { t } = useTranslation("notices");
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <ActionIcon size="sm" aria-label={t("snooze.title")} title={t("snooze.title")}>
          <IconClockPause size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {MINUTES.map((minutes) => (
          <Menu.Item key={minutes} onClick={() => onSnooze(Number(minutes))}>
            {t(`snooze.${minutes}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Kinds whose words name who caused them. */
const isCall = (kind: NotificationView["kind"]): kind is "mention" | "hand_back" | "no_show" =>
  kind === "mention" || kind === "hand_back" || kind === "no_show";

function eventName(t: TFunction<"notices">, notice: NotificationView): string {
  const name = t(`event.${notice.kind.replace(".", "_") as "mention"}`);
  const action = notice.payload?.["action"];
  return typeof action === "string" ? `${name}: ${t(`step.${action as "done"}`)}` : name;
}

/** Title, customer, time and reason of what is told, as far as it says them; what the house says itself in the language of the page. */
function wordsOf(t: TFunction<"notices">, notice: NotificationView, format: Format, named: ReturnType<typeof useNamed>): string {
  const { title, customer, at, purpose, reason, why, percent } = notice.payload ?? {};
  const when = typeof at === "string" ? `${format.date(at)}, ${format.time(at)}` : null;
  const because = typeof why === "string" ? t(`why.${why as NoticeWhy}`, { percent }) : reason;
  return [title, customer, when, named(purpose as { id: string; name: string } | null), because]
    .filter((each): each is string => typeof each === "string" && each !== "")
    .join(" · ");
}

/** Where the card of what is told is shown. */
function pathOf({ kind, object }: NotificationView): string {
  if (kind === "routing.aside") return "/settings/aside";
  return (object == null ? null : cardPath(object.kind, object.id)) ?? "/dialogs";
}
