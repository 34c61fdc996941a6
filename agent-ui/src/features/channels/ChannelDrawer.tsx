import { ChannelBody, type ChannelView } from "@kommutator/contract/api/admin";
import type { LineView } from "@kommutator/contract/api/line";
import { Button, Checkbox, Collapse, Group, Select, Stack, Tabs, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { keys } from "../../app/keys.ts";
import { Confirm } from "../settings/Confirm.tsx";
import { FormDrawer } from "../settings/FormDrawer.tsx";
import { useForm } from "../settings/form.ts";
import type { ChannelKind } from "../settings/queries.ts";
import { ChannelErrors, ChannelTranscript } from "./ChannelLog.tsx";
import { FieldInput, type FieldValue } from "./FieldInput.tsx";
import { Health } from "./Health.tsx";
import { LineDrawer } from "./LineDrawer.tsx";
import { Lines } from "./Lines.tsx";
import { arrange } from "./layout.ts";
import { Outside } from "./Outside.tsx";
import { TestChannel } from "./TestChannel.tsx";

type Values = {
  kind: string;
  name: string;
  enabled: boolean;
  queueId: string;
  purposeId: string | null;
  sourceId: string | null;
  config: Record<string, FieldValue>;
};

/** One channel: how it fares, its own form, the real test, what failed, what was said to the provider. */
export function ChannelDrawer({
  kind,
  channel,
  onClose,
  onCreated,
}: {
  kind: ChannelKind;
  channel: ChannelView | null;
  onClose: () => void;
  /** A new channel stays open, so that it can be tested and its address taken along. */
  onCreated: (channel: ChannelView) => void;
}) {
  const { t } = useTranslation("channels");
  const client = useQueryClient();
  const lists = useCatalogues();
  const [tab, setTab] = useState<string | null>("settings");
  const [asking, setAsking] = useState(false);
  const [more, setMore] = useState(false);
  const [touched, setTouched] = useState(false);
  const [line, setLine] = useState<LineView | "new" | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: keys.channels });
  const defaults = Object.fromEntries(kind.fields.flatMap((field) => (field.default === undefined ? [] : [[field.name, field.default]])));
  const title = t(`common:channelKind.${kind.kind}`, { defaultValue: kind.kind });
  const form = useForm<Values>({
    id: `channel.${channel?.id ?? kind.kind}`,
    initial: {
      kind: kind.kind,
      name: channel?.name ?? title,
      enabled: channel?.enabled ?? true,
      queueId: channel?.queueId ?? lists.data?.queues[0]?.id ?? "",
      purposeId: channel?.purposeId ?? null,
      sourceId: channel?.sourceId ?? null,
      config: { ...defaults, ...(channel?.config as Record<string, FieldValue> | undefined) },
    },
    schema: ChannelBody,
    version: channel?.version,
    save: async ({ kind: _kind, ...values }, version) => {
      // An empty field is absent; an empty secret keeps what is stored.
      const config = Object.fromEntries(Object.entries(values.config).filter(([, value]) => value !== ""));
      if (channel !== null) return api.patch(`/channels/${channel.id}`, { ...values, config, version });
      const created = await api.post<ChannelView>("/channels", { ...values, kind: kind.kind, config });
      onCreated(created);
    },
    onSaved: () => {
      refresh();
      notifications.show({ color: "green", message: t("saved") });
      if (channel !== null) onClose();
    },
  });
  const { values, fault } = form;
  const set = (change: Partial<Values>) => {
    setTouched(true);
    form.set(change);
  };
  const options = (list: { id: string; name: string }[] | undefined) => (list ?? []).map((each) => ({ value: each.id, label: each.name }));
  const { main, advanced } = arrange(kind.kind, kind.fields, values.config);
  const faultOf = (name: string) => fault(`config.${name}`) ?? fault(name);
  const inputs = (fields: typeof main) =>
    fields.map((field) => (
      <FieldInput
        key={field.name}
        kind={kind.kind}
        field={field}
        value={values.config[field.name]}
        fault={faultOf(field.name)}
        secretSet={channel?.secretsSet.includes(field.name) ?? false}
        onChange={(value) => set({ config: { ...values.config, [field.name]: value } })}
      />
    ));

  const fields = (
    <Stack gap="md">
      {channel === null ? <Text size="sm">{t(`about.${kind.kind}`, { defaultValue: "" })}</Text> : <Health channel={channel} />}
      {channel === null ? null : (
        <>
          <TestChannel channelId={channel.id} kind={channel.kind} unsaved={touched} />
          <Outside channel={channel} />
        </>
      )}
      <TextInput
        label={t("name")}
        data-autofocus
        required
        value={values.name}
        error={fault("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {inputs(main)}
      {advanced.length === 0 ? null : (
        <div>
          <Button
            size="compact-sm"
            variant="subtle"
            aria-expanded={more}
            leftSection={more ? <IconChevronDown size={15} aria-hidden /> : <IconChevronRight size={15} aria-hidden />}
            onClick={() => setMore(!more)}
          >
            {t("more", { count: advanced.length })}
          </Button>
          <Collapse expanded={more || advanced.some((field) => faultOf(field.name) !== null)}>
            <Stack gap="md" mt="sm">
              {inputs(advanced)}
            </Stack>
          </Collapse>
        </div>
      )}
      <Group grow align="flex-start">
        <Select
          label={t("queue")}
          description={t("queueText")}
          data={options(lists.data?.queues)}
          value={values.queueId === "" ? null : values.queueId}
          error={fault("queueId")}
          onChange={(queueId) => queueId !== null && set({ queueId })}
        />
        <Select
          label={t("source")}
          description={t("sourceText")}
          clearable
          allowDeselect
          data={options(lists.data?.sources)}
          value={values.sourceId}
          error={fault("sourceId")}
          onChange={(sourceId) => set({ sourceId })}
        />
      </Group>
      <Select
        label={t("purposeDefault")}
        description={t("purposeDefaultText")}
        clearable
        allowDeselect
        data={options(lists.data?.purposes.filter((each) => !each.archived))}
        value={values.purposeId}
        error={fault("purposeId")}
        onChange={(purposeId) => set({ purposeId })}
      />
      <Checkbox label={t("enabled")} checked={values.enabled} onChange={(event) => set({ enabled: event.currentTarget.checked })} />
    </Stack>
  );
  const aside =
    channel === null ? (
      <Text size="xs" c="dimmed" maw={240}>
        {t("testAfter")}
      </Text>
    ) : (
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t("common:delete")}
      </Button>
    );
  // A line's drawer takes the place of its channel's, which comes back with what was typed into it.
  if (line !== null && channel !== null) return <LineDrawer channelId={channel.id} line={line === "new" ? null : line} onClose={() => setLine(null)} />;
  return (
    <FormDrawer title={channel?.name ?? title} form={form} onClose={onClose} aside={aside} wide>
      {channel === null ? (
        fields
      ) : (
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="settings">{t("tabSettings")}</Tabs.Tab>
            {kind.medium === "voice" ? <Tabs.Tab value="lines">{t("lines.tab")}</Tabs.Tab> : null}
            <Tabs.Tab value="errors">
              {t("tabErrors")}
              {channel.failed > 0 ? ` (${channel.failed})` : ""}
            </Tabs.Tab>
            <Tabs.Tab value="transcript">{t("tabTranscript")}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="settings">{fields}</Tabs.Panel>
          <Tabs.Panel value="lines">
            <Lines channelId={channel.id} onOpen={setLine} />
          </Tabs.Panel>
          <Tabs.Panel value="errors">
            <ChannelErrors id={channel.id} />
          </Tabs.Panel>
          <Tabs.Panel value="transcript">
            <ChannelTranscript id={channel.id} />
          </Tabs.Panel>
        </Tabs>
      )}
      {asking && channel !== null ? (
        <Confirm
          title={t("deleteTitle", { name: channel.name })}
          text={t("deleteText")}
          action={t("common:delete")}
          onClose={() => setAsking(false)}
          run={() => api.delete(`/channels/${channel.id}`)}
          done={() => {
            refresh();
            onClose();
          }}
        />
      ) : null}
    </FormDrawer>
  );
}
