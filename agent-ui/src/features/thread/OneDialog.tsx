import type { Message } from "@kommutator/contract/api/dialogs";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
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
  useNoticesRead(id);
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

/** Whoever opens a dialog need not be told of it any more. */
function useNoticesRead(dialogId: string): void {
  const client = useQueryClient();
  useEffect(() => {
    const unread = client.getQueryData<{ unread: number }>(keys.notices("unread"))?.unread ?? 0;
    if (unread === 0) return;
    api.post("/notifications/read", { dialogId }).then(
      () => client.invalidateQueries({ queryKey: keys.notices() }),
      // It stays in the list, where it can be read again.
      () => undefined,
    );
  }, [client, dialogId]);
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
