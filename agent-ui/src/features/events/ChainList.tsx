import type { Chain } from "@kommutator/contract/api/interaction";
import { useQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { cardPath } from "../../app/card-path.ts";
import { useFormat, useNow } from "../../app/format.ts";
import lines from "../../app/lines.module.css";
import classes from "./events.module.css";

type Item = z.infer<typeof Chain>["items"][number];

/** The whole chain of one subject in order of time (IA-05), on the card of any of its links; the present one marked. Nothing where there is no chain. */
export function ChainList({ object, objectId, className }: { object: Item["kind"]; objectId: string; className?: string | undefined }) {
  const chain = useQuery({
    queryKey: ["interactions", "chain", object, objectId],
    queryFn: ({ signal }) => api.get<z.infer<typeof Chain>>("/chain", { signal, query: { object, objectId } }),
  });
  const items = chain.data?.items ?? [];
  if (items.length < 2) return null;
  return (
    // Its words come with the first chain; the card does not wait for them.
    <Suspense fallback={null}>
      <Links items={items} present={objectId} className={className} />
    </Suspense>
  );
}

function Links({ items, present, className }: { items: readonly Item[]; present: string; className?: string | undefined }) {
  const { t } = useTranslation("events");
  const format = useFormat();
  const now = useNow(60_000);
  const { pathname, search } = useLocation();
  const titleOf = (item: Item) => [item.title, item.employee?.name].filter(Boolean).join(" · ");
  const pathOf = (item: Item): string | null => {
    if (item.kind === "interaction" && pathname.startsWith("/events")) {
      // The list beside the card keeps its filters.
      const next = new URLSearchParams(search);
      next.set("event", item.id);
      return `?${next}`;
    }
    return item.inquiryId === null ? cardPath(item.kind, item.id) : cardPath("inquiry", item.inquiryId);
  };
  return (
    <section className={className} aria-label={t("card.chain")}>
      <h3 className={lines["title"]}>
        {t("card.chain")}
        <span className={lines["count"]}>{items.length}</span>
      </h3>
      <ol className={classes["chain"]}>
        {items.map((item) => {
          const path = item.id === present ? null : pathOf(item);
          return (
            <li key={item.id} aria-current={item.id === present ? "true" : undefined}>
              <time dateTime={item.at} title={format.full(item.at)}>
                {format.stamp(item.at, now)}
              </time>
              <span className={classes["kind"]}>{t(`chain.${item.kind}`)}</span>
              {path === null ? (
                <span className="truncate" title={titleOf(item)}>
                  {item.title}
                </span>
              ) : (
                <Link to={path} className="truncate" title={titleOf(item)}>
                  {item.title}
                </Link>
              )}
              <span className={classes["dim"]}>{item.employee?.name ?? ""}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
