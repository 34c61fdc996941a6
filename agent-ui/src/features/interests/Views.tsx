import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";

const VIEWS = [
  ["list", "/interests"],
  ["board", "/interests/board"],
  ["losses", "/interests/losses"],
] as const;

/** The ways of looking at Interests: list, board, reasons of losses. */
export function Views() {
  const { t } = useTranslation("interests");
  const { pathname } = useLocation();
  const navigate = useNavigate();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("view.label")}
      value={pathname}
      data={VIEWS.map(([name, value]) => ({ value, label: t(`view.${name}`) }))}
      onChange={(path) => void navigate(path)}
    />
  );
}
