import { ActionIcon, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconLayoutSidebarRightCollapse, IconLayoutSidebarRightExpand, IconMessages } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { Crash } from "../../app/Crash.tsx";
import { useTyping, useWatch } from "../../app/LiveProvider.tsx";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { Composer } from "./Composer.tsx";
import { DialogList } from "./DialogList.tsx";
import classes from "./page.module.css";
import { useDialog } from "./queries.ts";
import { Thread } from "./Thread.tsx";
import { ThreadHead } from "./ThreadHead.tsx";
import thread from "./thread.module.css";

const RightPane = lazy(async () => ({ default: (await import("../reception/RightPane.tsx")).RightPane }));
const SIDE = "kommutator.rightPane";

/** List, what I am on, who it is. On a phone one of them at a time. */
export function DialogsPage() {
  const { t } = useTranslation("dialogs");
  const { id } = useParams();
  const phone = useMediaQuery("(max-width: 720px)") ?? false;
  const [side, setSide] = useState(() => localStorage.getItem(SIDE) !== "hidden");
  const toggle = () => {
    localStorage.setItem(SIDE, side ? "hidden" : "shown");
    setSide(!side);
  };
  const label = side ? t("side.hide") : t("side.show");
  return (
    <div className={classes["page"]} data-side={side && id !== undefined ? "" : undefined} data-open={id === undefined ? undefined : ""}>
      {phone && id !== undefined ? null : <DialogList selectedId={id} />}
      {id === undefined ? (
        phone ? null : (
          <div className={classes["nothing"]}>
            <Empty icon={<IconMessages />} title={t("nothing.title")} text={t("nothing.text")} />
          </div>
        )
      ) : (
        <>
          <section className={thread["column"]} aria-label={t("thread.section")}>
            <Crash key={id}>
              <OneDialog id={id} />
            </Crash>
            {phone ? null : (
              <Tooltip label={label} position="left">
                <ActionIcon className={classes["toggle"] ?? ""} variant="default" size="sm" aria-label={label} aria-expanded={side} onClick={toggle}>
                  {side ? <IconLayoutSidebarRightCollapse size={16} /> : <IconLayoutSidebarRightExpand size={16} />}
                </ActionIcon>
              </Tooltip>
            )}
          </section>
          {side ? (
            <aside className={classes["side"]} aria-label={t("side.name")}>
              <Crash key={id}>
                <Suspense fallback={<RowsSkeleton rows={5} />}>
                  <RightPane dialogId={id} />
                </Suspense>
              </Crash>
            </aside>
          ) : null}
        </>
      )}
    </div>
  );
}

function OneDialog({ id }: { id: string }) {
  const query = useDialog(id);
  useWatch(query.data === undefined ? null : id);
  if (query.isPending) return <RowsSkeleton rows={6} height={56} />;
  if (query.isError && query.data === undefined) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { data } = query;
  return (
    <>
      <ThreadHead dialog={data.dialog} />
      <Thread key={id} detail={data} />
      <Typing id={id} />
      <Composer key={`composer-${id}`} detail={data} />
    </>
  );
}

function Typing({ id }: { id: string }) {
  const { t } = useTranslation("dialogs");
  const who = useTyping(id);
  return (
    <div className={thread["typing"]} aria-live="polite">
      {who === null ? "" : who === "" || who === "customer" || who === "visitor" ? t("typing.customer") : t("typing.somebody", { name: who })}
    </div>
  );
}
