import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { useCan } from "../../app/me.ts";
import classes from "./supervisor.module.css";

/** The pages of a supervisor. */
export function SupervisorTabs() {
  const { t } = useTranslation("supervisor");
  const can = useCan();
  const pages = [
    { to: "/supervisor", label: t("title"), shown: true },
    { to: "/supervisor/day", label: t("day.title"), shown: true },
    { to: "/supervisor/absences", label: t("absence.title"), shown: can("employee", "assign") !== null },
    { to: "/settings/what-if", label: t("whatIf"), shown: can("queue", "edit") !== null },
  ];
  return (
    <>
      <Title order={1} className="sr-only">
        {t("common:rail.supervisor")}
      </Title>
      <nav className={classes["tabs"]} aria-label={t("pages")}>
        {pages
          .filter((each) => each.shown)
          .map(({ to, label }) => (
            <NavLink key={to} to={to} end className={classes["tab"] ?? ""}>
              {label}
            </NavLink>
          ))}
      </nav>
    </>
  );
}
