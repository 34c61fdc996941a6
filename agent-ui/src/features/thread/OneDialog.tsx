import type { Message } from "@kommutator/contract/api/dialogs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTyping, useWatch } from "../../app/LiveProvider.tsx";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { Composer } from "../composer/Composer.tsx";
import { useDialog } from "../dialogs/queries.ts";
import { Thread } from "./Thread.tsx";
import { ThreadHead } from "./ThreadHead.tsx";
import thread from "./thread.module.css";

/** Head, thread and composer of one dialog. */
export function OneDialog({ id, side, onSide }: { id: string; side: boolean; onSide: () => void }) {
  const query = useDialog(id);
  const [answering, setAnswering] = useState<Message | null>(null);
  useWatch(query.data === undefined ? null : id);
  if (query.isPending) return <RowsSkeleton rows={6} height={56} />;
  if (query.isError && query.data === undefined) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { data } = query;
  const replies = data.capabilities.replies && data.capabilities.canReply;
  return (
    <>
      <ThreadHead dialog={data.dialog} side={side} onSide={onSide} />
      <Thread key={id} detail={data} onReply={replies ? setAnswering : null} />
      <Typing id={id} />
      <Composer key={`composer-${id}`} detail={data} answering={answering?.dialogId === id ? answering : null} onAnswering={setAnswering} />
    </>
  );
}

function Typing({ id }: { id: string }) {
  const { t } = useTranslation("thread");
  const who = useTyping(id);
  return (
    <div className={thread["typing"]} aria-live="polite">
      {who === null ? "" : who === "" || who === "customer" || who === "visitor" ? t("typing.customer") : t("typing.somebody", { name: who })}
    </div>
  );
}
