import type { EmergencyView } from "@kommutator/contract/api/emergency";
import { Button } from "@mantine/core";
import { IconUrgent } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useFormat, useNow, usePhone } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Confirm } from "../settings/Confirm.tsx";
import classes from "./emergency.module.css";
import { inForce, targetOf, useEmergencies } from "./emergency.ts";

/** What is switched off now, for whom, how long still: on every page, for everybody. */
export function EmergencyBanner() {
  const { t } = useTranslation("routing");
  const client = useQueryClient();
  const can = useCan();
  const phone = usePhone();
  const now = useNow(1000);
  const all = useEmergencies();
  const [ending, setEnding] = useState<EmergencyView | null>(null);
  const list = inForce(all.data ?? [], now);
  return (
    <>
      {list.map((each) => (
        <Line key={each.id} each={each} now={now} onEnd={can("queue", "edit") === null ? null : () => setEnding(each)} />
      ))}
      {ending === null ? null : (
        <Confirm
          title={t("emergency.endTitle", { what: nameOf(ending, phone) })}
          text={t("emergency.endText")}
          action={t("emergency.end")}
          onClose={() => setEnding(null)}
          run={() => api.delete(`/emergency/${ending.id}`)}
          done={() => {
            void client.invalidateQueries({ queryKey: keys.emergency });
            setEnding(null);
          }}
        />
      )}
    </>
  );
}

/** A line is named by its number. */
const nameOf = (each: EmergencyView, phone: (number: string) => string) => (each.line === null ? (targetOf(each)?.name ?? "") : phone(each.line.name));

function Line({ each, now, onEnd }: { each: EmergencyView; now: number; onEnd: (() => void) | null }) {
  const { t } = useTranslation("routing");
  const format = useFormat();
  const phone = usePhone();
  const to = each.redirectQueue?.name ?? (each.redirectNumber === null ? "" : phone(each.redirectNumber));
  return (
    <div className={classes["banner"]} role="status" data-emergency={each.id}>
      <IconUrgent size={18} aria-hidden />
      <b>{nameOf(each, phone)}</b>
      <span>{t(`emergency.now.${each.mode}`, { to })}</span>
      <span className={classes["until"]} title={format.full(each.until)}>
        {t("emergency.left", { at: format.stamp(each.until, now), span: format.span(Date.parse(each.until) - now + 999) })}
      </span>
      <span className={classes["note"]} title={each.note}>
        {[each.note, each.by.name].filter(Boolean).join(" · ")}
      </span>
      {onEnd === null ? null : (
        <Button size="compact-sm" variant="default" onClick={onEnd}>
          {t("emergency.end")}
        </Button>
      )}
    </div>
  );
}
