import { ChannelBody, type ChannelView } from "@kommutator/contract/api/admin";
import { Alert, Anchor, Button, Checkbox, Code, Group, NumberInput, PasswordInput, Select, Stack, Tabs, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { failureText } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import { ChannelErrors, ChannelTranscript } from "./ChannelLog.tsx";
import { Confirm } from "./Confirm.tsx";
import { FormDrawer } from "./FormDrawer.tsx";
import { useForm } from "./form.ts";
import type { ChannelKind } from "./queries.ts";

type Config = Record<string, string | number | boolean>;
type Values = { kind: string; name: string; enabled: boolean; queueId: string; purposeId: string | null; sourceId: string | null; config: Config };

/** One channel: its own form, the real test, what failed, what was said to the provider. */
export function ChannelDrawer({ kind, channel, onClose }: { kind: ChannelKind; channel: ChannelView | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const lists = useCatalogues();
  const [tab, setTab] = useState<string | null>("settings");
  const [asking, setAsking] = useState(false);
  const refresh = () => void client.invalidateQueries({ queryKey: keys.channels });
  const defaults = Object.fromEntries(kind.fields.flatMap((field) => (field.default === undefined ? [] : [[field.name, field.default]])));
  const form = useForm<Values>({
    id: `channel.${channel?.id ?? kind.kind}`,
    initial: {
      kind: kind.kind,
      name: channel?.name ?? "",
      enabled: channel?.enabled ?? true,
      queueId: channel?.queueId ?? lists.data?.queues[0]?.id ?? "",
      purposeId: channel?.purposeId ?? null,
      sourceId: channel?.sourceId ?? null,
      config: { ...defaults, ...(channel?.config as Config | undefined) },
    },
    schema: ChannelBody,
    version: channel?.version,
    save: ({ kind: _kind, ...values }, version) => {
      // An empty field is absent; an empty secret keeps what is stored.
      const config = Object.fromEntries(Object.entries(values.config).filter(([, value]) => value !== ""));
      return channel === null
        ? api.post("/channels", { ...values, kind: kind.kind, config })
        : api.patch(`/channels/${channel.id}`, { ...values, config, version });
    },
    onSaved: () => {
      refresh();
      notifications.show({ color: "green", message: t("channels.saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  const test = useMutation({ mutationFn: () => api.post<{ ok: boolean; detail: string }>(`/channels/${channel?.id}/test`, {}), onSuccess: refresh });
  const setConfig = (name: string, value: string | number | boolean) => set({ config: { ...values.config, [name]: value } });
  const label = (name: string) => t(`channels.field.${name}`, { defaultValue: name });
  const options = (list: { id: string; name: string }[] | undefined) => (list ?? []).map((each) => ({ value: each.id, label: each.name }));

  const fields = (
    <Stack gap="md">
      <TextInput
        label={t("channels.name")}
        data-autofocus
        value={values.name}
        error={fault("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {kind.fields.map((field) => {
        const path = `config.${field.name}`;
        const value = values.config[field.name];
        const common = { label: label(field.name), error: fault(path) ?? fault(field.name), required: field.required, withAsterisk: field.required };
        if (field.type === "boolean")
          return (
            <Checkbox
              key={field.name}
              label={label(field.name)}
              checked={value === true}
              onChange={(event) => setConfig(field.name, event.currentTarget.checked)}
            />
          );
        if (field.type === "number")
          return (
            <NumberInput
              key={field.name}
              {...common}
              value={typeof value === "number" ? value : ""}
              onChange={(next) => setConfig(field.name, next === "" ? "" : Number(next))}
            />
          );
        if (field.type === "select")
          return (
            <Select
              key={field.name}
              {...common}
              data={(field.options ?? []).map((option) => ({
                value: option,
                label: t(`channels.option.${field.name}.${option}`, { defaultValue: t(`channels.option.${option}`, { defaultValue: option }) }),
              }))}
              value={typeof value === "string" ? value : null}
              onChange={(next) => next !== null && setConfig(field.name, next)}
            />
          );
        if (field.type === "secret")
          return (
            <PasswordInput
              key={field.name}
              {...common}
              withAsterisk={field.required && channel?.secretsSet.includes(field.name) !== true}
              description={channel?.secretsSet.includes(field.name) === true ? t("channels.secretSet") : null}
              placeholder={channel?.secretsSet.includes(field.name) === true ? "••••••••" : ""}
              autoComplete="new-password"
              visibilityToggleButtonProps={{ "aria-label": t("people.showPassword") }}
              value={typeof value === "string" ? value : ""}
              onChange={(event) => setConfig(field.name, event.currentTarget.value)}
            />
          );
        return (
          <TextInput
            key={field.name}
            {...common}
            value={typeof value === "string" ? value : ""}
            onChange={(event) => setConfig(field.name, event.currentTarget.value)}
          />
        );
      })}
      <Group grow align="flex-start">
        <Select
          label={t("channels.queue")}
          description={t("channels.queueText")}
          data={options(lists.data?.queues)}
          value={values.queueId === "" ? null : values.queueId}
          error={fault("queueId")}
          onChange={(queueId) => queueId !== null && set({ queueId })}
        />
        <Select
          label={t("channels.source")}
          description={t("channels.sourceText")}
          clearable
          allowDeselect
          data={options(lists.data?.sources)}
          value={values.sourceId}
          error={fault("sourceId")}
          onChange={(sourceId) => set({ sourceId })}
        />
      </Group>
      <Select
        label={t("channels.purpose_")}
        description={t("channels.purposeText")}
        clearable
        allowDeselect
        data={options(lists.data?.purposes.filter((each) => !each.archived))}
        value={values.purposeId}
        error={fault("purposeId")}
        onChange={(purposeId) => set({ purposeId })}
      />
      <Checkbox label={t("channels.enabled")} checked={values.enabled} onChange={(event) => set({ enabled: event.currentTarget.checked })} />
      {channel === null ? null : <ForSite channel={channel} />}
      {test.data === undefined && !test.isError ? null : (
        <Alert color={test.data?.ok === true ? "green" : "red"} variant="light" role="status">
          {test.isError ? failureText(test.error) : test.data?.ok === true ? `${t("channels.testOk")} ${test.data.detail}` : test.data?.detail}
        </Alert>
      )}
    </Stack>
  );
  const aside =
    channel === null ? (
      <Text size="xs" c="dimmed" maw={220}>
        {t("channels.testAfter")}
      </Text>
    ) : (
      <Group gap="xs">
        <Button variant="light" loading={test.isPending} onClick={() => test.mutate()}>
          {t("channels.test")}
        </Button>
        <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
          {t("common:delete")}
        </Button>
      </Group>
    );
  return (
    <FormDrawer title={channel?.name ?? t(`common:channelKind.${kind.kind}`, { defaultValue: kind.kind })} form={form} onClose={onClose} aside={aside} wide>
      {channel === null ? (
        fields
      ) : (
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="settings">{t("channels.tabSettings")}</Tabs.Tab>
            <Tabs.Tab value="errors">
              {t("channels.tabErrors")}
              {channel.failed > 0 ? ` (${channel.failed})` : ""}
            </Tabs.Tab>
            <Tabs.Tab value="transcript">{t("channels.tabTranscript")}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="settings">{fields}</Tabs.Panel>
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
          title={t("channels.deleteTitle", { name: channel.name })}
          text={t("channels.deleteText")}
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

/** What a site needs to show this chat. */
function ForSite({ channel }: { channel: ChannelView }) {
  const { t } = useTranslation("settings");
  if (channel.kind !== "web-chat") return null;
  const page = `${location.origin}/chat/${channel.id}`;
  return (
    <div>
      <Text size="sm" fw={600}>
        {t("channels.forSite")}
      </Text>
      <Anchor href={page} target="_blank" rel="noreferrer" size="sm">
        {page}
      </Anchor>
      <Code block mt={6} tabIndex={0}>
        {`<script src="${location.origin}/widget.js" data-channel="${channel.id}" async></script>`}
      </Code>
    </div>
  );
}
