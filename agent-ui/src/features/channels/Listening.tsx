import type { ChannelHeard, ChannelListening } from "@kommutator/contract/api/admin";
import { Alert, Button, Group, Loader } from "@mantine/core";
import { IconCircleCheck, IconClockX, IconEar, IconPlugConnectedX } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import classes from "./channels.module.css";

type Heard = z.infer<typeof ChannelHeard>;
/** Often enough to be seen at once, seldom enough for a wait of minutes. */
const LOOK_MS = 1_000;

interface Wait {
  /** The mark: what came before it does not count. */
  after: number;
  began: number;
  limitMs: number;
}

/**
 * "Wait for a message": whoever set the channel up writes to it himself, and sees here when it has come. The wait ends with the first
 * message or call, with an event that cannot be read, by the button, or after some minutes.
 */
export function Listening({ channelId, kind, onHeard }: { channelId: string; kind: string; onHeard: () => void }) {
  const { t } = useTranslation("channels");
  const client = useQueryClient();
  const [wait, setWait] = useState<Wait | null>(null);
  const [now, setNow] = useState(0);
  const over = wait !== null && now - wait.began >= wait.limitMs;
  const begin = useMutation({
    mutationFn: () => api.post<z.infer<typeof ChannelListening>>(`/channels/${channelId}/listening`),
    onSuccess: ({ after, limitMs }) => {
      setNow(Date.now());
      setWait({ after, limitMs, began: Date.now() });
    },
  });
  const found = useQuery({
    queryKey: [...keys.channels, channelId, "listening", wait?.after],
    queryFn: ({ signal }) => api.get<Heard>(`/channels/${channelId}/listening?after=${wait?.after ?? 0}`, { signal }),
    enabled: wait !== null && !over,
    refetchInterval: ({ state }) => (isOver(state.data) ? false : LOOK_MS),
  });
  const heard = wait === null ? undefined : found.data;
  const waiting = wait !== null && !over && !isOver(heard);
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => setNow(Date.now()), LOOK_MS);
    return () => clearInterval(timer);
  }, [waiting]);
  const came = heard?.heard?.at;
  // Its state and its last event stand above, and the test's own answer beside them.
  useEffect(() => {
    if (came === undefined) return;
    onHeard();
    void client.invalidateQueries({ queryKey: keys.channels });
  }, [came, client, onHeard]);

  const how = t(`listen.how.${kind}`, { defaultValue: t("listen.how.message") });
  const seconds = (until: number): number => Math.max(0, Math.round((until - (wait?.began ?? until)) / 1_000));
  return (
    <>
      {waiting ? (
        <Alert variant="light" color="blue" role="status" icon={<Loader size={18} aria-hidden />} title={t("listen.title")} data-listening="waiting">
          <div>{how}</div>
          <div className={classes["original"]}>
            {t("listen.waiting", { seconds: seconds(now), limit: Math.round(wait.limitMs / 1_000) })}
            {(heard?.others ?? 0) > 0 ? ` ${t("listen.others")}` : ""}
          </div>
          <Button mt="xs" size="xs" variant="default" onClick={() => setWait(null)}>
            {t("listen.stop")}
          </Button>
        </Alert>
      ) : (
        <Group gap="sm">
          <Button variant="light" leftSection={<IconEar size={16} aria-hidden />} loading={begin.isPending} onClick={() => begin.mutate()}>
            {t(wait === null ? "listen.begin" : "listen.again")}
          </Button>
        </Group>
      )}
      {begin.isError || found.isError ? (
        <Alert color="red" variant="light" role="alert" icon={<IconPlugConnectedX />}>
          {failureText(begin.error ?? found.error)}
        </Alert>
      ) : null}
      {waiting || wait === null ? null : heard?.heard != null ? (
        <Alert color="green" variant="light" role="status" icon={<IconCircleCheck />} title={t("listen.heard")} data-listening="heard">
          <div>{t("listen.from", { from: heard.heard.from ?? t("listen.nobody"), seconds: seconds(found.dataUpdatedAt) })}</div>
          <div className={classes["original"]}>{t("listen.stays")}</div>
        </Alert>
      ) : heard?.unreadable != null ? (
        <Alert color="red" variant="light" role="alert" icon={<IconPlugConnectedX />} title={t("listen.unreadable")} data-listening="unreadable">
          <div lang="en" className={classes["original"]}>
            {heard.unreadable.error}
          </div>
        </Alert>
      ) : (
        <Alert color="yellow" variant="light" role="status" icon={<IconClockX />} title={t("listen.nothing")} data-listening="nothing">
          <div>{t((heard?.others ?? 0) > 0 ? "listen.others" : "listen.check")}</div>
        </Alert>
      )}
    </>
  );
}

const isOver = (heard: Heard | undefined): boolean => heard !== undefined && (heard.heard !== null || heard.unreadable !== null);
