import { EXPORTS, type ExportList } from "@kommutator/contract/api/export";
import { ActionIcon, Menu } from "@mantine/core";
import { IconDownload, IconFileSpreadsheet, IconFileTypeCsv } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCan } from "../../app/me.ts";

/** The list as a file, with the filters that are set: CSV or Excel. Nothing without the right to export. */
export function ExportButton({ list, query }: { list: ExportList; query: Record<string, string | number | undefined> }) {
  const { t } = useTranslation("import");
  const can = useCan();
  const [object] = EXPORTS[list];
  if (can(object, "export") === null || can(object, "read") === null) return null;
  const url = (format: "csv" | "xlsx") => {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
    return `/api/v1/exports/${list}?${new URLSearchParams([["format", format], ...given.map(([name, value]) => [name, String(value)] as [string, string])])}`;
  };
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t("export.title")} title={t("export.title")}>
          <IconDownload size={17} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={url("xlsx")} download leftSection={<IconFileSpreadsheet size={16} />}>
          {t("export.xlsx")}
        </Menu.Item>
        <Menu.Item component="a" href={url("csv")} download leftSection={<IconFileTypeCsv size={16} />}>
          {t("export.csv")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
