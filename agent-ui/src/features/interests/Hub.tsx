import type { InterestHub, InterestView } from "@kommutator/contract/api/interest";
import { Button, Skeleton } from "@mantine/core";
import { IconCalendarEvent, IconInbox, IconMessages } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../app/api.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { ErrorState } from "../../app/states.tsx";
import classes from "../customer/customer.module.css";
import own from "./interests.module.css";

const GROUPS = [
  ["interactions", IconCalendarEvent, "/events?event="],
  ["dialogs", IconMessages, "/dialogs/"],
  ["inquiries", IconInbox, "/inquiries?inquiry="],
] as const;
/** So many of each stand there at first. */
const FIRST = 6;
export const OPEN_STATES: ReadonlySet<string> = new Set(["planned", "open", "new", "accepted", "in_work", "in_wizard", "dispatched"]);

/** Talks, dialogs and inquiries of an Interest with their states, open ones first (IN-15); its tasks and files have boxes of their own below. */
export function Hub({ interest }: { interest: InterestView }) {
  const { t } = useTranslation("interests");
  const format = useFormat();
  const now = useNow(60_000);
  const hub = useQuery({
    queryKey: keys.interest(interest.id, "hub"),
    queryFn: ({ signal }) => api.get<InterestHub>(`/interests/${interest.id}/hub`, { signal }),
  });
  const [whole, setWhole] = useState<ReadonlySet<string>>(new Set());
  const empty = hub.data !== undefined && GROUPS.every(([name]) => hub.data[name].length === 0);
  return (
    <section className={classes["block"]} aria-labelledby="interest-hub">
      <div className={classes["blockHead"]}>
        <h2 id="interest-hub">{t("hub.title")}</h2>
      </div>
      {hub.isPending ? <Skeleton height={60} /> : null}
      {hub.isError ? <ErrorState error={hub.error} onRetry={() => void hub.refetch()} /> : null}
      {empty ? <p className={classes["dim"]}>{t("hub.empty")}</p> : null}
      {GROUPS.map(([name, Icon, path]) => {
        const items = hub.data?.[name] ?? [];
        if (items.length === 0) return null;
        return (
          <div key={name} className={own["hubGroup"]}>
            <h3>
              <Icon size={14} aria-hidden /> {t(`hub.${name}`)} <span>{hub.data?.counts[name]}</span>
            </h3>
            <ul>
              {items.slice(0, whole.has(name) ? items.length : FIRST).map((item) => (
                <li key={item.id} data-open={OPEN_STATES.has(item.state)}>
                  <Link to={`${path}${item.id}`} title={item.title}>
                    {item.title}
                  </Link>
                  <em>{t(`hub.state.${item.state}`, { defaultValue: item.state })}</em>
                  <small title={item.at === null ? undefined : format.full(item.at)}>{item.at === null ? "" : format.stamp(item.at, now)}</small>
                </li>
              ))}
            </ul>
            {items.length <= FIRST ? null : (
              <Button
                size="compact-xs"
                variant="subtle"
                aria-expanded={whole.has(name)}
                onClick={() => setWhole((before) => new Set(before.has(name) ? [...before].filter((each) => each !== name) : [...before, name]))}
              >
                {whole.has(name) ? t("hub.fewer") : t("hub.all", { count: items.length })}
              </Button>
            )}
          </div>
        );
      })}
    </section>
  );
}
