import type { ChannelTestBody, ChannelTestTargets } from "@kommutator/contract/api/admin";
import { Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";

export type Wanted = NonNullable<z.infer<typeof ChannelTestBody>>;

/** To whom a test message can go on this channel, and what one does to see that it hears. */
export function useTestTargets(channelId: string): z.infer<typeof ChannelTestTargets> | undefined {
  const targets = useQuery({
    queryKey: [...keys.channels, channelId, "test-targets"],
    queryFn: ({ signal }) => api.get<z.infer<typeof ChannelTestTargets>>(`/channels/${channelId}/test-targets`, { signal }),
  });
  return targets.data;
}

/** To whom a test message goes, where the channel can send one: a number, or a chat that has written to us. Empty: none is sent. */
export function TestTarget({ channelId, wanted, onChange }: { channelId: string; wanted: Wanted; onChange: (wanted: Wanted) => void }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const { to = "nobody", chats = [] } = useTestTargets(channelId) ?? {};
  if (to === "phone")
    return (
      <TextInput
        type="tel"
        label={t("testNumber")}
        description={t("testNumberHelp")}
        maxLength={40}
        value={wanted.number ?? ""}
        onChange={({ currentTarget: { value } }) => onChange(value.trim() === "" ? {} : { number: value })}
      />
    );
  if (to !== "thread") return null;
  return (
    <Select
      label={t("testChat")}
      description={t("testChatHelp")}
      placeholder={t(chats.length === 0 ? "testNoChats" : "testNobody")}
      disabled={chats.length === 0}
      clearable
      searchable
      data={chats.map(({ dialogId, name, lastAt }) => ({ value: dialogId, label: `${name} · ${format.full(lastAt)}` }))}
      value={wanted.dialogId ?? null}
      onChange={(dialogId) => onChange(dialogId === null ? {} : { dialogId })}
    />
  );
}
