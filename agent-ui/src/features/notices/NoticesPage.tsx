import type { DeliveryFailure, NotificationChannel, Preference, Preferences } from "@kommutator/contract/api/notification";
import { LEAD_MINUTES } from "@kommutator/contract/api/notification";
import { Alert, Checkbox, Group, NumberInput, Stack, Switch, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { Section } from "../settings/Section.tsx";
import classes from "./notices.module.css";

const CHANNELS = ["app", "email", "sms"] as const;
const KEY = keys.notices("preferences");

/** What I am told of, by which channel and how long ahead; the hours in which no letter goes out; what could not be delivered (BP-07). */
export function NoticesPage() {
  const { t } = useTranslation("notices");
  const client = useQueryClient();
  const prefs = useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get<Preferences>("/notifications/preferences", { signal }) });
  const failures = useQuery({
    queryKey: keys.notices("failures"),
    queryFn: ({ signal }) => api.get<{ items: z.infer<typeof DeliveryFailure>[] }>("/notifications/failures", { signal }),
  });
  const save = useMutation({
    mutationFn: (body: { events?: Preference[]; quiet?: Preferences["quiet"] }) => api.put<Preferences>("/notifications/preferences", body),
    onSuccess: (fresh) => client.setQueryData(KEY, fresh),
    onError: (error) => {
      showFailure(error);
      return prefs.refetch();
    },
  });
  if (prefs.isPending) return <RowsSkeleton rows={10} height={38} />;
  if (prefs.isError) return <ErrorState error={prefs.error} onRetry={() => void prefs.refetch()} />;
  const { events, quiet, available } = prefs.data;
  const change = (event: Preference) => {
    client.setQueryData<Preferences>(KEY, { ...prefs.data, events: events.map((each) => (each.event === event.event ? event : each)) });
    save.mutate({ events: [event] });
  };
  const toggle = (event: Preference, channel: NotificationChannel, on: boolean) =>
    change({ ...event, leadMinutes: leadOf(event), channels: on ? [...event.channels, channel] : event.channels.filter((each) => each !== channel) });
  return (
    <Section title={t("prefs.title")} purpose={t("prefs.purpose")}>
      <Stack gap="md" maw={860}>
        {available.includes("email") ? null : <Alert color="yellow">{t("prefs.noMail")}</Alert>}
        {available.includes("sms") || !events.some((event) => event.channels.includes("sms")) ? null : <Alert color="yellow">{t("prefs.noSms")}</Alert>}
        <div className={classes["card"]}>
          <Table verticalSpacing={7}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("prefs.event")}</Table.Th>
                {CHANNELS.map((channel) => (
                  <Table.Th key={channel} w={120}>
                    {t(`channel.${channel}`)}
                  </Table.Th>
                ))}
                <Table.Th w={150}>{t("prefs.lead")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {events.map((event) => {
                const name = t(`event.${event.event.replace(".", "_") as "mention"}`);
                return (
                  <Table.Tr key={event.event}>
                    <Table.Td>{name}</Table.Td>
                    {CHANNELS.map((channel) => (
                      <Table.Td key={channel}>
                        <Checkbox
                          aria-label={`${name}: ${t(`channel.${channel}`)}`}
                          checked={event.channels.includes(channel)}
                          // What reaches nobody is not offered, but can be taken back.
                          disabled={!available.includes(channel) && !event.channels.includes(channel)}
                          onChange={(press) => toggle(event, channel, press.currentTarget.checked)}
                        />
                      </Table.Td>
                    ))}
                    <Table.Td>
                      {LEAD_MINUTES[event.event] === undefined ? null : (
                        <NumberInput
                          size="xs"
                          w={90}
                          min={0}
                          max={10_080}
                          aria-label={`${name}: ${t("prefs.lead")}`}
                          defaultValue={event.leadMinutes ?? LEAD_MINUTES[event.event] ?? 0}
                          onBlur={(left) => {
                            const minutes = Number(left.currentTarget.value);
                            if (Number.isInteger(minutes) && minutes !== event.leadMinutes) change({ ...event, leadMinutes: minutes });
                          }}
                        />
                      )}
                    </Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </div>
        <Group align="flex-end" gap="md">
          <Switch
            mb={6}
            label={t("prefs.quiet")}
            description={t("prefs.quietText")}
            checked={quiet.enabled}
            onChange={(press) => save.mutate({ quiet: { ...quiet, enabled: press.currentTarget.checked } })}
          />
          {(["from", "to"] as const).map((end) => (
            <TextInput
              key={`${end} ${quiet[end]}`}
              w={84}
              inputMode="numeric"
              maxLength={5}
              placeholder="21:00"
              disabled={!quiet.enabled}
              label={t(`prefs.${end}`)}
              defaultValue={quiet[end]}
              onBlur={(left) => {
                const time = left.currentTarget.value.trim();
                if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) left.currentTarget.value = quiet[end];
                else if (time !== quiet[end]) save.mutate({ quiet: { ...quiet, [end]: time } });
              }}
            />
          ))}
        </Group>
        {failures.data === undefined || failures.data.items.length === 0 ? null : <Failures items={failures.data.items} />}
      </Stack>
    </Section>
  );
}

/** A lead is kept only where the event is told ahead. */
const leadOf = (event: Preference): number | null => (LEAD_MINUTES[event.event] === undefined ? null : event.leadMinutes);

function Failures({ items }: { items: z.infer<typeof DeliveryFailure>[] }) {
  const { t } = useTranslation("notices");
  const format = useFormat();
  return (
    <section>
      <Text component="h2" fw={650} size="md" m={0} mb="xs">
        {t("prefs.failures")}
      </Text>
      <div className={classes["card"]}>
        <Table verticalSpacing={6}>
          <Table.Tbody>
            {items.map((each) => (
              <Table.Tr key={`${each.notificationId} ${each.channel}`}>
                <Table.Td w={170}>{format.full(each.at)}</Table.Td>
                <Table.Td w={200}>{t(`event.${each.kind.replace(".", "_") as "mention"}`)}</Table.Td>
                <Table.Td w={110}>{t(`channel.${each.channel}`)}</Table.Td>
                <Table.Td c="red">{each.error}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
