import type { DispatchTestResult } from "@kommutator/contract/api/dispatch-test";
import { Alert, Badge, Button, Group, List, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconFlask } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { Failure } from "../../app/FormFoot.tsx";
import { useFormat } from "../../app/format.ts";
import { ErrorState } from "../../app/states.tsx";
import { useChannels } from "../settings/queries.ts";

const KINDS = ["phone", "email", "telegram", "viber", "vk", "site_visitor"] as const;
const KIND_OF: Record<string, (typeof KINDS)[number]> = {
  email: "email",
  telegram: "telegram",
  viber: "viber",
  vk: "vk",
  "web-chat": "site_visitor",
  "web-form": "email",
};

/** What would happen to this message? The real rules, and nothing is kept of it. */
export function TesterTab() {
  const { t } = useTranslation("dispatch");
  const channels = useChannels();
  const [channelId, setChannel] = useState<string | null>(null);
  const [kind, setKind] = useState<(typeof KINDS)[number]>("phone");
  const [value, setValue] = useState("");
  const [text, setText] = useState("");
  const ask = useMutation({ mutationFn: () => api.post<DispatchTestResult>("/dispatch-test", { channelId, kind, value, text }) });
  if (channels.isError) return <ErrorState error={channels.error} onRetry={() => void channels.refetch()} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (channelId !== null) ask.mutate();
  };
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {t("test.hint")}
          </Text>
          <Select
            label={t("test.channel")}
            data={(channels.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
            value={channelId}
            onChange={(id) => {
              setChannel(id);
              const channel = channels.data?.find((each) => each.id === id);
              setKind(KIND_OF[channel?.kind ?? ""] ?? "phone");
            }}
          />
          <Group grow align="flex-start">
            <Select
              label={t("test.kind")}
              data={KINDS.map((each) => ({ value: each, label: t(`kind.${each}`) }))}
              value={kind}
              onChange={(each) => setKind((each ?? "phone") as typeof kind)}
            />
            <TextInput label={t("test.value")} placeholder={t("test.valueHint")} value={value} onChange={(event) => setValue(event.currentTarget.value)} />
          </Group>
          <Textarea label={t("test.text")} autosize minRows={3} maxRows={10} value={text} onChange={(event) => setText(event.currentTarget.value)} />
          <Group>
            <Button type="submit" leftSection={<IconFlask size={16} />} disabled={channelId === null} loading={ask.isPending}>
              {t("test.ask")}
            </Button>
          </Group>
          <Failure error={ask.error} />
        </Stack>
      </form>
      <div aria-live="polite">{ask.data === undefined ? null : <Answer result={ask.data} />}</div>
    </SimpleGrid>
  );
}

function Answer({ result }: { result: DispatchTestResult }) {
  const { t } = useTranslation("dispatch");
  const format = useFormat();
  const { outcome } = result;
  const happens =
    result.inquiry === null
      ? t("test.blocked")
      : outcome === null
        ? t("test.human")
        : outcome.action === "create_interest"
          ? outcome.interest === "attach" && outcome.attachTo !== null
            ? t("test.attach", { number: outcome.attachTo.number, title: outcome.attachTo.title })
            : t(outcome.interest === "human" ? "test.several" : "test.create", { purpose: outcome.purpose?.name })
          : t(`test.${outcome.action}`, {
              purpose: outcome.purpose?.name ?? "",
              to: outcome.employee?.name ?? outcome.queue?.name ?? t("test.nobody"),
              reason: outcome.reason ?? "",
            });
  const lines: [string, string | null][] = [
    [t("test.who"), [result.name, t(`identity.${result.result}`, { defaultValue: result.result })].filter(Boolean).join(" · ")],
    [t("test.value"), result.value],
    [t("test.lead"), result.makesLead ? t("test.makesLead") : null],
    [t("test.purposeOf"), result.inquiry?.purpose?.name ?? null],
    [t("test.source"), result.inquiry?.source?.name ?? null],
    [t("test.due"), result.inquiry === null ? null : format.full(result.inquiry.dueAt)],
    [t("test.responsible"), result.responsible?.employee.name ?? null],
    [t("test.substitute"), result.substitute?.name ?? null],
    [t("test.queue"), `${result.queue.name} · ${t("test.members", { count: result.queue.members })} · ${t(result.queue.open ? "test.open" : "test.closed")}`],
  ];
  return (
    <Stack gap="sm" data-testid="dispatch-answer">
      <Alert color={outcome?.action === "reject" || result.inquiry === null ? "red" : outcome === null ? "gray" : "green"} title={happens} />
      {result.rules.length === 0 ? null : (
        <List size="sm" spacing={4}>
          {result.rules.map((rule) => (
            <List.Item key={rule.id}>
              {rule.name}{" "}
              <Badge size="xs" variant="light" tt="none" color={rule.applies ? "green" : "gray"}>
                {t(`why.${rule.why}`)}
              </Badge>
            </List.Item>
          ))}
        </List>
      )}
      <dl style={{ display: "grid", gridTemplateColumns: "max-content 1fr", gap: "4px 16px", margin: 0, fontSize: "var(--mantine-font-size-sm)" }}>
        {lines
          .filter(([, text]) => text !== null)
          .map(([name, text]) => (
            <div key={name} style={{ display: "contents" }}>
              <Text component="dt" size="sm" c="dimmed">
                {name}
              </Text>
              <dd style={{ margin: 0 }}>{text}</dd>
            </div>
          ))}
      </dl>
    </Stack>
  );
}
