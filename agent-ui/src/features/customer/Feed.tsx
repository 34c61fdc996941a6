import type { FeedItem } from "@kommutator/contract/api/history";
import { Button, Chip, Group, Select, Skeleton, Stack } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { keys } from "../../app/keys.ts";
import { Empty, ErrorState } from "../../app/states.tsx";
import classes from "./customer.module.css";
import { FeedLine } from "./FeedLine.tsx";

/** Groups of kinds for the filter; empty is everything. */
const GROUPS = {
  calls: ["call"],
  messages: ["message", "dialog"],
  interactions: ["interaction"],
  changes: ["interest", "stage", "owner", "inquiry", "lead"],
} as const;
type FeedGroup = keyof typeof GROUPS;
const PAGE = 50;

interface Page {
  items: FeedItem[];
  nextCursor: string | null;
}

/** The whole history of a person or company over all channels (IA-06): newest first, endless, filtered by type and employee. */
export function Feed({ of, id, interestId }: { of: "customer" | "lead"; id: string; interestId?: string }) {
  const { t } = useTranslation("customer");
  const catalogues = useCatalogues();
  const [group, setGroup] = useState<FeedGroup | null>(null);
  const [employeeId, setEmployeeId] = useState<string | null>(null);
  const key = of === "customer" ? keys.customer(id, "feed", interestId, group, employeeId) : keys.lead(id, "feed", interestId, group, employeeId);
  const feed = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ signal, pageParam }) =>
      api.get<Page>(`/${of}s/${id}/feed`, {
        signal,
        query: {
          limit: PAGE,
          cursor: pageParam ?? undefined,
          kind: group === null ? undefined : GROUPS[group].join(","),
          employeeId: employeeId ?? undefined,
          interestId,
        },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });
  const end = useRef<HTMLDivElement>(null);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = feed;
  useEffect(() => {
    const element = end.current;
    if (element === null || !hasNextPage) return;
    const watcher = new IntersectionObserver(
      (entries) => {
        if (entries.some((each) => each.isIntersecting) && !isFetchingNextPage) void fetchNextPage();
      },
      { rootMargin: "400px" },
    );
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const items = feed.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label={t("feed.title")}>
      <Group gap={6} mb="xs">
        <Chip.Group value={group ?? "all"} onChange={(value) => setGroup(value === "all" ? null : (value as FeedGroup))}>
          {(["all", ...Object.keys(GROUPS)] as const).map((each) => (
            <Chip key={each} value={each} size="xs" variant="light">
              {t(`feed.group.${each}`)}
            </Chip>
          ))}
        </Chip.Group>
        <Select
          size="xs"
          w={130}
          clearable
          allowDeselect
          searchable
          aria-label={t("feed.employee")}
          placeholder={t("feed.employee")}
          data={(catalogues.data?.employees ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={employeeId}
          onChange={setEmployeeId}
        />
      </Group>
      {feed.isPending ? (
        <Stack gap={8} aria-busy="true">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} height={44} />
          ))}
        </Stack>
      ) : feed.isError ? (
        <ErrorState error={feed.error} onRetry={() => void feed.refetch()} />
      ) : items.length === 0 ? (
        <Empty
          icon={<IconHistory />}
          title={t(group === null && employeeId === null ? "feed.empty" : "feed.nothing")}
          text={group === null ? t("feed.emptyHint") : undefined}
        />
      ) : (
        <ul className={classes["feed"]}>
          {items.map((item) => (
            <FeedLine key={`${item.kind}-${item.id}`} item={item} />
          ))}
        </ul>
      )}
      <div ref={end} />
      {hasNextPage ? (
        <Button variant="subtle" fullWidth loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("feed.more")}
        </Button>
      ) : null}
    </section>
  );
}
