import type { WhatIf } from "@kommutator/contract/api/routing-explain";
import { MEDIA, type Medium } from "@kommutator/contract/ids";
import { Alert, Button, Group, Select, SimpleGrid, TextInput } from "@mantine/core";
import { IconPlayerPlay, IconRoute } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { localMoment, TimeField } from "../../app/DateField.tsx";
import { failureText } from "../../app/failure.ts";
import { useCan } from "../../app/me.ts";
import { Empty, RowsSkeleton } from "../../app/states.tsx";
import { useChannels } from "../settings/queries.ts";
import { Section } from "../settings/Section.tsx";
import { Rehearsal } from "./Rehearsal.tsx";
import { bodyOf, type Question } from "./what-if.ts";

/** What would happen if this number called this line now, or at a moment: whom it would ring, and why. Nothing is written. */
export function WhatIfPage() {
  const { t } = useTranslation("routing");
  const can = useCan();
  const lists = useCatalogues();
  const channels = useChannels(can("channel", "read") !== null);
  const [question, setQuestion] = useState<Question>({ where: null, line: "", medium: "voice", who: "", at: "" });
  const ask = useMutation({ mutationFn: (body: object) => api.post<WhatIf>("/routing/what-if", body) });
  const set = (change: Partial<Question>) => setQuestion((before) => ({ ...before, ...change }));
  const body = bodyOf(question);
  const toQueue = question.where?.startsWith("queue:") === true;
  const channel = (channels.data ?? []).find((each) => question.where === `channel:${each.id}`);
  return (
    <Section title={t("whatIf.title")} purpose={t("whatIf.purpose")}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (body !== null) ask.mutate(body);
        }}
      >
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} spacing="md" mb="md" style={{ alignItems: "start" }}>
          <Select
            label={t("whatIf.where")}
            data-autofocus
            searchable
            data={[
              { group: t("whatIf.channels"), items: (channels.data ?? []).map((each) => ({ value: `channel:${each.id}`, label: each.name })) },
              { group: t("whatIf.queues"), items: (lists.data?.queues ?? []).map((each) => ({ value: `queue:${each.id}`, label: each.name })) },
            ]}
            value={question.where}
            onChange={(where) => set({ where })}
          />
          {toQueue ? (
            <Select
              label={t("whatIf.medium")}
              data={MEDIA.map((value) => ({ value, label: t(`common:medium.${value}`) }))}
              value={question.medium}
              onChange={(medium) => medium !== null && set({ medium: medium as Medium })}
            />
          ) : channel?.kind.startsWith("asterisk") === true ? (
            <TextInput label={t("whatIf.line")} type="tel" value={question.line} onChange={(event) => set({ line: event.currentTarget.value })} />
          ) : null}
          <TextInput
            label={t("whatIf.who")}
            description={t("whatIf.whoText")}
            inputWrapperOrder={["label", "input", "description", "error"]}
            value={question.who}
            onChange={(event) => set({ who: event.currentTarget.value })}
          />
          <TimeField
            clearable
            label={t("whatIf.at")}
            description={t("whatIf.atText")}
            inputWrapperOrder={["label", "input", "description", "error"]}
            value={question.at || null}
            onChange={(at) => set({ at: localMoment(at) })}
          />
        </SimpleGrid>
        <Group mb="lg">
          <Button type="submit" leftSection={<IconPlayerPlay size={16} />} disabled={body === null} loading={ask.isPending}>
            {t("whatIf.ask")}
          </Button>
        </Group>
      </form>
      {ask.isError ? (
        <Alert color="red" role="alert">
          {failureText(ask.error)}
        </Alert>
      ) : ask.isPending ? (
        <RowsSkeleton rows={4} height={60} />
      ) : ask.data === undefined ? (
        <Empty icon={<IconRoute />} title={t("whatIf.empty")} text={t("whatIf.emptyText")} />
      ) : (
        <Rehearsal answer={ask.data} />
      )}
    </Section>
  );
}
