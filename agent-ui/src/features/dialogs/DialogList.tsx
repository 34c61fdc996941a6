import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconChecks, IconInbox, IconMessages, IconSearch } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { showFailure } from "../../app/failure.ts";
import { useCan, useMe } from "../../app/me.ts";
import { onDemand } from "../../app/on-demand.tsx";
import { useShortcut } from "../../app/shortcuts.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { DialogRow } from "./DialogRow.tsx";
import classes from "./list.module.css";
import { readMore, useDialogs, type View } from "./queries.ts";

const StartButton = onDemand(async () => (await import("../start/StartButton.tsx")).StartButton);

const ExportButton = onDemand(async () => (await import("../import/ExportButton.tsx")).ExportButton, ["import"]);

const ChannelFilter = onDemand(async () => (await import("./ChannelFilter.tsx")).default);

/** Mine, the queue, all, closed; search; the one who waits longest first. */
export function DialogList({ selectedId }: { selectedId: string | undefined }) {
  const { t } = useTranslation("dialogs");
  const me = useMe();
  const can = useCan();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const wide = can("dialog", "read") !== "own";
  const views: View[] = wide ? ["mine", "queue", "all", "closed"] : ["mine", "queue", "closed"];
  const asked = params.get("view") as View | null;
  const view: View = asked !== null && views.includes(asked) ? asked : "mine";
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), 250);
  const kind = params.get("kind");
  const listed = kind === null ? view : (`${view}:${kind}` as const);
  const list = useDialogs(listed, q);
  const mine = useDialogs("mine");
  const queue = useDialogs("queue");
  const field = useRef<HTMLInputElement>(null);
  const [loading, setLoading] = useState(false);

  const items = list.data?.items ?? [];
  const query = (to: View, of: string | null) => ({ ...(to === "mine" ? {} : { view: to }), ...(of === null ? {} : { kind: of }) });
  const search = new URLSearchParams(query(view, kind)).toString();
  const href = (id: string) => `/dialogs/${id}${search && "?"}${search}`;
  const step = (by: number) => {
    if (items.length === 0) return;
    const at = items.findIndex((each) => each.id === selectedId);
    const next = items[at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, at + by))];
    if (next !== undefined) void navigate(href(next.id));
  };
  useShortcut({ keys: "/", label: "dialogs:keys.search", run: () => field.current?.focus() });
  useShortcut({ keys: "j", label: "dialogs:keys.next", run: () => step(1) });
  useShortcut({ keys: "k", label: "dialogs:keys.previous", run: () => step(-1) });
  useEffect(() => {
    if (selectedId !== undefined) document.querySelector(`[data-dialog="${selectedId}"]`)?.scrollIntoView({ block: "nearest" });
  }, [selectedId]);

  // One page is read: what lies behind it is said by a plus.
  const countOf = (page: typeof mine.data) =>
    page === undefined || page.items.length === 0 ? null : `${page.items.length}${page.nextCursor === null ? "" : "+"}`;
  const counts: Partial<Record<View, string | null>> = { mine: countOf(mine.data), queue: countOf(queue.data) };
  return (
    <section className={classes["column"]} aria-label={t("list.name")}>
      <div className={classes["head"]}>
        <h1 className="sr-only">{t("list.name")}</h1>
        <div className={classes["find"]}>
          <TextInput
            ref={field}
            size="sm"
            type="search"
            aria-label={t("list.search")}
            placeholder={t("list.search")}
            leftSection={<IconSearch size={16} aria-hidden />}
            rightSection={typed === "" ? <kbd>/</kbd> : null}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              setTyped("");
              field.current?.blur();
            }}
          />
          <Suspense>
            <ChannelFilter kind={kind} onKind={(each) => setParams(query(view, each), { replace: true })} />
            {can("dialog", "export") === null ? null : <ExportButton list="dialogs" query={{ view, q, kind: kind ?? undefined }} />}
            <StartButton target={{}} />
          </Suspense>
        </div>
        <div className={classes["tabs"]} role="tablist" aria-label={t("list.views")}>
          {views.map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              aria-selected={view === each}
              aria-controls="dialog-list"
              className={classes["tab"]}
              onClick={() => setParams(query(each, kind), { replace: true })}
            >
              {t(`view.${each}`)}
              {counts[each] === undefined || counts[each] === null ? null : <span className={classes["count"]}>{counts[each]}</span>}
            </button>
          ))}
        </div>
      </div>
      <div id="dialog-list" role="tabpanel" aria-label={t(`view.${view}`)} className={classes["scroll"]}>
        {list.isPending ? (
          <RowsSkeleton rows={8} height={60} />
        ) : list.isError ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : items.length === 0 ? (
          <NothingHere
            view={view}
            searched={q !== "" || kind !== null}
            waiting={queue.data?.items.length ?? 0}
            onQueue={() => setParams(query("queue", kind), { replace: true })}
          />
        ) : (
          <>
            {items.map((dialog) => (
              <DialogRow key={dialog.id} dialog={dialog} selected={dialog.id === selectedId} meId={me.id} to={href(dialog.id)} />
            ))}
            {list.data.nextCursor === null ? null : (
              <Button
                variant="subtle"
                size="xs"
                className={classes["more"] ?? ""}
                loading={loading}
                onClick={() => {
                  setLoading(true);
                  readMore(client, listed, q)
                    .catch(showFailure)
                    .finally(() => setLoading(false));
                }}
              >
                {t("list.more")}
              </Button>
            )}
          </>
        )}
      </div>
    </section>
  );
}

function NothingHere({ view, searched, waiting, onQueue }: { view: View; searched: boolean; waiting: number; onQueue: () => void }) {
  const { t } = useTranslation("dialogs");
  if (searched) return <Empty icon={<IconSearch />} title={t("common:nothingFound")} text={t("empty.search")} />;
  if (view === "mine")
    return (
      <Empty
        icon={<IconMessages />}
        title={t("empty.mine")}
        text={t("empty.mineText")}
        action={
          waiting > 0 ? (
            <Button mt="xs" variant="light" onClick={onQueue}>
              {t("empty.toQueue", { count: waiting })}
            </Button>
          ) : null
        }
      />
    );
  if (view === "closed") return <Empty icon={<IconChecks />} title={t("empty.closed")} text={t("empty.closedText")} />;
  return <Empty icon={<IconInbox />} title={t("empty.queue")} text={t("empty.queueText")} />;
}
