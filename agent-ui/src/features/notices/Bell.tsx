import { Popover, UnstyledButton } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { playSound } from "../../app/alerts.ts";
import { api } from "../../app/api.ts";
import classes from "../../app/Frame.module.css";
import { keys } from "../../app/keys.ts";
import { onDemand } from "../../app/on-demand.tsx";
import { isTold, onWanted, tellMissed } from "./told.ts";

const NoticeList = onDemand(async () => (await import("./NoticeList.tsx")).default);
const Missed = onDemand(async () => (await import("./Missed.tsx")).default, ["notices"]);

/** What concerns me personally: how many are unread; the list comes with a press. */
export function Bell() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  /** What was there at the login; what comes later is heard. */
  const [missed, setMissed] = useState(false);
  const query = useQuery({
    queryKey: keys.notices("unread"),
    queryFn: ({ signal }) => api.get<{ unread: number }>("/notifications/unread", { signal }),
    retry: false,
  });
  const unread = query.data?.unread ?? 0;
  const before = useRef<number | null>(null);
  useEffect(() => {
    if (query.data === undefined) return;
    if (before.current !== null && unread > before.current) playSound("message");
    if (before.current === null && unread > 0) setMissed(!isTold());
    if (before.current === null && unread === 0) tellMissed();
    before.current = unread;
  }, [query.data, unread]);
  useEffect(() => onWanted(() => setOpen(true)), []);
  return (
    <Popover opened={open} onChange={setOpen} position="right-end" width={380} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes["link"] ?? ""} title={t("bell")} aria-expanded={open} onClick={() => setOpen(!open)}>
          <IconBell size={22} stroke={1.7} aria-hidden />
          <span className="sr-only">{t("bell")}</span>
          {unread === 0 ? null : (
            <span className={classes["badge"]}>
              {unread > 99 ? "99+" : unread}
              <span className="sr-only"> {t("rail.waiting")}</span>
            </span>
          )}
        </UnstyledButton>
      </Popover.Target>
      {!missed ? null : (
        <Suspense>
          <Missed />
        </Suspense>
      )}
      <Popover.Dropdown p={0}>
        {open ? (
          <Suspense>
            <NoticeList unread={unread} onClose={() => setOpen(false)} />
          </Suspense>
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}
