import { ActionIcon, Code, CopyButton, Text } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** Something to put elsewhere: an address, a piece of code. One press copies it. */
export function Copied({ title, help, text, block = false }: { title: string; help?: ReactNode; text: string; block?: boolean }) {
  const { t } = useTranslation("channels");
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {help === undefined ? null : (
        <Text size="xs" c="dimmed" mb={4}>
          {help}
        </Text>
      )}
      <div style={{ display: "flex", alignItems: "flex-start", gap: 6 }}>
        <Code block={block} tabIndex={0} style={{ flex: 1, minWidth: 0, overflowWrap: "anywhere", whiteSpace: "pre-wrap", padding: "6px 8px" }}>
          {text}
        </Code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <ActionIcon
              aria-label={copied ? t("copy.done") : t("copy.of", { name: title })}
              title={copied ? t("copy.done") : t("copy.do")}
              color={copied ? "green" : "gray"}
              onClick={copy}
            >
              {copied ? <IconCheck size={17} /> : <IconCopy size={17} />}
            </ActionIcon>
          )}
        </CopyButton>
      </div>
    </div>
  );
}
