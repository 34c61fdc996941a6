import type { NotificationPage, NotificationView } from "@kommutator/contract/api/notification";
import { Button, Group, Text } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat, useNow } from "../../app/format.ts";
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
    if (notice.kind !== "mention") {
      onClose();
      void navigate(notice.absence?.employee.id === me.id ? "/profile" : "/supervisor/absences");
      return;
    }
    if (notice.dialog === null) return;
    onClose();
    void navigate(`/dialogs/${notice.dialog.id}?view=all${notice.messageId === null ? "" : `&message=${notice.messageId}`}`);
  };
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={classes["box"]} aria-label={t("title")}>
      <Group justify="space-between" px="md" py="xs">
        <Text fw={650}>{t("title")}</Text>
        {unread > 0 ? (
          <Button size="compact-xs" variant="subtle" loading={read.isPending} onClick={() => read.mutate({ all: true })}>
            {t("readAll")}
          </Button>
        ) : null}
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
            <li key={notice.id}>
              <Notice notice={notice} onOpen={() => open(notice)} />
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
  const now = useNow(60_000);
  return (
    <button type="button" className={classes["notice"]} data-unread={notice.readAt === null || undefined} onClick={onOpen}>
      <span className={classes["top"]}>
        <span className="truncate">
          {t(`kind.${notice.kind}`, { name: notice.by?.name ?? t("somebody") })}
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
            : notice.dialog === null
              ? t("gone")
              : (notice.text ?? "")}
      </span>
    </button>
  );
}
