import type { WhyStory } from "@kommutator/contract/api/routing-explain";
import { Drawer, Text } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { clock, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useMe } from "../../app/me.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { Refusals } from "./Refusals.tsx";
import classes from "./routing.module.css";
import { StoryLine } from "./StoryLine.tsx";
import { questionOf, refusalsOf, stepsOf } from "./story.ts";

/** Why did this come to me, why is it waiting, why did this person wait: the decisions of routing in words, in order. */
export function WhyDrawer({ dialogId, onClose }: { dialogId: string; onClose: () => void }) {
  const { t } = useTranslation("routing");
  const me = useMe();
  const now = useNow(1000);
  const query = useQuery({
    queryKey: [...keys.ofDialog(dialogId, "why"), "story"],
    queryFn: ({ signal }) => api.get<WhyStory>(`/dialogs/${dialogId}/why`, { signal }),
    // A dialog that waits moves: the ladder goes on while one looks at it. Each answer is judged anew from all of the router's tables.
    refetchInterval: ({ state }) => (state.data?.now == null ? false : 5000),
    staleTime: 0,
  });
  const story = query.data;
  const question = story === undefined ? "waited" : questionOf(story, me.id);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={520}
      padding="lg"
      zIndex={300}
      title={<Text fw={650}>{t(`question.${question}`)}</Text>}
      closeButtonProps={{ "aria-label": t("common:close") }}
    >
      {story === undefined ? (
        query.isPending ? (
          <RowsSkeleton rows={5} height={54} />
        ) : (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        )
      ) : story.timeline.length === 0 ? (
        <Empty icon={<IconRoute />} title={t("nothing")} text={t("nothingText")} />
      ) : (
        <>
          <Headline story={story} now={now} />
          <ol className={classes["story"]} data-testid="story">
            {stepsOf(story.timeline, now).map((step) => (
              <StoryLine key={step.id} step={step} />
            ))}
          </ol>
        </>
      )}
    </Drawer>
  );
}

/** How long, how many were asked, and while it waits: its place and why nobody has it. */
function Headline({ story, now }: { story: WhyStory; now: number }) {
  const { t } = useTranslation("routing");
  const { summary } = story;
  const waited = summary.waitedMs ?? (summary.since === null ? null : now - Date.parse(summary.since));
  return (
    <div className={classes["headline"]}>
      <div className={classes["figures"]}>
        {waited === null ? null : (
          <span>
            <b>{clock(waited)}</b> {t(summary.until === null ? "summary.waits" : "summary.waited")}
          </span>
        )}
        {summary.asked === 0 ? null : <span>{t("summary.asked", { count: summary.asked })}</span>}
        {story.now === null ? null : (
          <span>
            <b>{t("summary.place", { place: story.now.place, waiting: story.now.waiting })}</b> {story.now.queue.name}
          </span>
        )}
      </div>
      {story.now === null || refusalsOf(story.now.refusals).length === 0 ? null : (
        <>
          <Text size="xs" c="dimmed" mt={6}>
            {t("summary.nobody")}
          </Text>
          <Refusals of={refusalsOf(story.now.refusals)} />
        </>
      )}
    </div>
  );
}
