import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation } from "react-router";

/** The two ways to look at events: the register and what is still in work. */
export function EventTabs() {
  const { t } = useTranslation("events");
  const { pathname } = useLocation();
  const work = pathname.startsWith("/events/work");
  return (
    <Button.Group>
      <Button px="sm" component={NavLink} to="/events" variant={work ? "default" : "light"} aria-current={work ? undefined : "page"}>
        {t("tab.register")}
      </Button>
      <Button px="sm" component={NavLink} to="/events/work" variant={work ? "light" : "default"} aria-current={work ? "page" : undefined}>
        {t("tab.work")}
      </Button>
    </Button.Group>
  );
}
