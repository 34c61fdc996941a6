import { useMediaQuery } from "@mantine/hooks";
import { IconMessages } from "@tabler/icons-react";
import { Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { Crash } from "../../app/Crash.tsx";
import { fetchWhenIdle, onDemand } from "../../app/on-demand.tsx";
import { Empty, RowsSkeleton } from "../../app/states.tsx";
import { DialogList } from "./DialogList.tsx";
import classes from "./page.module.css";

const OneDialog = onDemand(async () => (await import("../thread/OneDialog.tsx")).OneDialog, ["thread", "composer"]);
const RightPane = onDemand(async () => (await import("../reception/RightPane.tsx")).RightPane, ["reception", "customer"]);
const SIDE = "kommutator.rightPane";

/** List, what I am on, who it is. On a phone one of them at a time. */
export function DialogsPage() {
  const { t } = useTranslation("dialogs");
  const { id } = useParams();
  const phone = useMediaQuery("(max-width: 720px)") ?? false;
  const [side, setSide] = useState(() => localStorage.getItem(SIDE) !== "hidden");
  const toggle = () => {
    localStorage.setItem(SIDE, side ? "hidden" : "shown");
    setSide(!side);
  };
  // Whoever looks at the list opens one of it next.
  useEffect(() => fetchWhenIdle(OneDialog, RightPane), []);
  return (
    <div className={classes["page"]} data-side={side && id !== undefined ? "" : undefined} data-open={id === undefined ? undefined : ""}>
      {phone && id !== undefined ? null : <DialogList selectedId={id} />}
      {id === undefined ? (
        phone ? null : (
          <div className={classes["nothing"]}>
            <Empty icon={<IconMessages />} title={t("nothing.title")} text={t("nothing.text")} />
          </div>
        )
      ) : (
        <>
          <section className={classes["conversation"]} aria-label={t("thread.section")}>
            <Crash key={id}>
              <Suspense fallback={<RowsSkeleton rows={6} height={56} />}>
                <OneDialog id={id} side={side} onSide={toggle} />
              </Suspense>
            </Crash>
          </section>
          {side ? (
            <aside className={classes["side"]} aria-label={t("side.name")}>
              <Crash key={id}>
                <Suspense fallback={<RowsSkeleton rows={5} />}>
                  <RightPane dialogId={id} />
                </Suspense>
              </Crash>
            </aside>
          ) : null}
        </>
      )}
    </div>
  );
}
