import { useTranslation } from "react-i18next";
import { useTyping, useWatch } from "../../app/LiveProvider.tsx";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { Composer } from "./Composer.tsx";
import { useDialog } from "./queries.ts";
import { Thread } from "./Thread.tsx";
import { ThreadHead } from "./ThreadHead.tsx";
import thread from "./thread.module.css";

/** Head, thread and composer of one dialog. */
export function OneDialog({ id, side, onSide }: { id: string; side: boolean; onSide: () => void }) {
  const query = useDialog(id);
  useWatch(query.data === undefined ? null : id);
  if (query.isPending) return <RowsSkeleton rows={6} height={56} />;
  if (query.isError && query.data === undefined) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { data } = query;
  return (
    <>
      <ThreadHead dialog={data.dialog} side={side} onSide={onSide} />
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
