import type { ChannelView } from "@kommutator/contract/api/admin";
import { Anchor, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Copied } from "./Copied.tsx";
import { formExample } from "./form-example.ts";
import { layoutOf } from "./layout.ts";

/** What has to be put elsewhere for this channel to work: the address for the provider, the code for the site. */
export function Outside({ channel }: { channel: ChannelView }) {
  const { t } = useTranslation("channels");
  const webhook = layoutOf(channel.kind).webhook?.(channel.config) ?? null;
  const address = channel.webhookUrl ?? null;
  return (
    <Stack gap="sm">
      {webhook === null || address === null ? null : (
        <Copied
          title={t("webhook.title")}
          help={t(`webhook.${webhook}`)}
          text={webhook === "given-with-secret" ? `${address}/${t("webhook.secretPart")}` : address}
        />
      )}
      {channel.kind === "web-form" ? (
        <Copied
          title={t("forSite.form")}
          help={t("forSite.formHelp")}
          text={formExample(location.origin, channel.id, {
            form: t("forSite.words.form"),
            name: t("forSite.words.name"),
            phone: t("forSite.words.phone"),
            message: t("forSite.words.message"),
            send: t("forSite.words.send"),
          })}
          block
        />
      ) : null}
      {channel.kind === "web-chat" ? (
        <>
          <Copied
            title={t("forSite.chat")}
            help={t("forSite.chatHelp")}
            text={`<script src="${location.origin}/widget.js" data-channel="${channel.id}" async></script>`}
            block
          />
          <Text size="sm">
            {t("forSite.page")}{" "}
            <Anchor href={`${location.origin}/chat/${channel.id}`} target="_blank" rel="noreferrer" size="sm">
              {`${location.origin}/chat/${channel.id}`}
            </Anchor>
          </Text>
        </>
      ) : null}
    </Stack>
  );
}
