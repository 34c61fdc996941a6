import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPaperclip } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import { acceptOf, type FileLimits, takesFiles } from "./files.ts";

/** The paper clip: says how large a file may be, or that this channel carries none. */
export function AttachButton({ limits, onFiles }: { limits: FileLimits; onFiles: (files: File[]) => void }) {
  const { t } = useTranslation("composer");
  const format = useFormat();
  const picker = useRef<HTMLInputElement>(null);
  const can = takesFiles(limits);
  const label = can ? t("composer.attach", { limit: format.bytes(limits.attachmentBytes) }) : t("refused.none");
  return (
    <>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={acceptOf(limits)}
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <Tooltip label={label}>
        <ActionIcon aria-label={label} aria-disabled={!can} data-disabled={!can} onClick={() => can && picker.current?.click()}>
          <IconPaperclip size={18} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
