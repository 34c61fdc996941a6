import { FEED_GROUPS, type FeedGroup, type FeedItem } from "@kommutator/contract/api/history";
import type { InterestRow } from "@kommutator/contract/api/interest";
import { Button, Chip, Group, Select, Skeleton, Stack } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, NoRight } from "../../app/states.tsx";
import classes from "./customer.module.css";
import { FeedLine } from "./FeedLine.tsx";

const PAGE = 50;

interface Page {
  items: FeedItem[];
  nextCursor: string | null;
}

/**
 * The whole history of a person or company over all channels (IA-06): newest first, endless, narrowed to one sort of items or one type of
 * Interactions, to an employee, and to an Interest where none is given.
 */
export function Feed({ of, id, interestId }: { of: "customer" | "contact" | "lead"; id: string; interestId?: string }) {
  const { t } = useTranslation("customer");
  const catalogues = useCatalogues();
  const interests = useInterestsOf(of, id, interestId === undefined);
  const [group, setGroup] = useState<FeedGroup | null>(null);
  const [typeId, setType] = useState<string | null>(null);
  const [employeeId, setEmployee] = useState<string | null>(null);
  const [chosen, setInterest] = useState<string | null>(null);
  const filter = { group: group ?? undefined, typeId: typeId ?? undefined, employeeId: employeeId ?? undefined, interestId: interestId ?? chosen ?? undefined };
  const narrowed = group !== null || typeId !== null || employeeId !== null || chosen !== null;
  const feed = useInfiniteQuery({
    queryKey: of === "lead" ? keys.lead(id, "feed", filter) : keys.customer(id, "feed", filter),
    queryFn: ({ signal, pageParam }) => api.get<Page>(`/${of}s/${id}/feed`, { signal, query: { ...filter, limit: PAGE, cursor: pageParam ?? undefined } }),
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
      <Group gap={6} mb={6}>
        <Chip.Group
          value={group ?? "all"}
          onChange={(value) => {
            setGroup(FEED_GROUPS.find((each) => each === value) ?? null);
            setType(null);
          }}
        >
          {(["all", ...FEED_GROUPS] as const).map((each) => (
            <Chip key={each} value={each} size="xs" variant="light">
              {t(`feed.group.${each}`)}
            </Chip>
          ))}
        </Chip.Group>
      </Group>
      <Group gap={6} mb="xs">
        <Filter
          label={t("feed.type")}
          data={(catalogues.data?.interactionTypes ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={typeId}
          onChange={(value) => {
            setType(value);
            if (value !== null) setGroup(null);
          }}
        />
        <Filter
          label={t("feed.employee")}
          data={(catalogues.data?.employees ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={employeeId}
          onChange={setEmployee}
        />
        {interests.length === 0 ? null : (
          <Filter
            label={t("feed.interest")}
            data={interests.map((each) => ({ value: each.id, label: `№${each.number} ${each.title}` }))}
            value={chosen}
            onChange={setInterest}
          />
        )}
      </Group>
      {feed.isPending ? (
        <Stack gap={8} aria-busy="true">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} height={44} />
          ))}
        </Stack>
      ) : feed.isError && feed.error instanceof ApiError && feed.error.code === "not_found" ? (
        // An Interest may be seen by whoever may not see its customer.
        <NoRight />
      ) : feed.isError ? (
        <ErrorState error={feed.error} onRetry={() => void feed.refetch()} />
      ) : items.length === 0 ? (
        <Empty icon={<IconHistory />} title={t(narrowed ? "feed.nothing" : "feed.empty")} text={narrowed ? undefined : t("feed.emptyHint")} />
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

function Filter({
  label,
  ...rest
}: {
  label: string;
  data: { value: string; label: string }[];
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  return <Select size="xs" flex="1 1 130px" maw={220} clearable allowDeselect searchable aria-label={label} placeholder={label} {...rest} />;
}

/** The Interests by which a history can be narrowed: those that the card itself shows. */
function useInterestsOf(of: "customer" | "contact" | "lead", id: string, enabled: boolean): InterestRow[] {
  const can = useCan();
  const query = useQuery({
    queryKey: keys.interests("of", of, id),
    queryFn: ({ signal }) => api.get<{ items: InterestRow[] }>("/interests", { signal, query: { [`${of}Id`]: id, limit: 50 } }),
    enabled: enabled && can("interest", "read") !== null,
  });
  return query.data?.items ?? [];
}
