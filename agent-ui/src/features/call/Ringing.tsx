import { Button } from "@mantine/core";
import { IconPhone, IconPhoneIncoming, IconPhoneOff } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { flashTitle, notifyBrowser } from "../../app/alerts.ts";
import { useFormat, useNow, usePhone } from "../../app/format.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import classes from "./CallBar.module.css";
import { useCard } from "./queries.ts";
import { whyText } from "./why.ts";

/** A call rings: who, why me, answer or decline. The title flashes and the browser tells; the caret stays where it is. */
export function Ringing() {
  const { t } = useTranslation("call");
  const { view, leads, order } = useSoftphone();
  const navigate = useNavigate();
  const format = useFormat();
  const phone = usePhone();
  const now = useNow(1000);
  const card = useCard(view.call.dialogId);
  const name = card.data?.party.name ?? view.who?.name ?? t("unknownCaller");
  const number = card.data?.number ?? view.who?.number ?? null;
  const shownNumber = number === null ? t("hiddenNumber") : phone(number);
  const why = view.offer === null ? null : whyText(t, view.offer.reason, format.number);
  const left = view.offer === null ? null : Math.max(0, Math.ceil((Date.parse(view.offer.deadlineAt) - now) / 1000));

  const { dialogId } = view.call;
  const answer = () => {
    order({ kind: "answer" });
    if (dialogId !== null) void navigate(`/dialogs/${dialogId}`);
  };
  useShortcut({ keys: "F2", label: "call:shortcuts.answer", typing: true, run: answer });
  useShortcut({ keys: "F4", label: "call:shortcuts.decline", typing: true, run: () => order({ kind: "decline" }) });

  const title = t("ringing.title", { name });
  useEffect(() => flashTitle("call", `📞 ${title}`), [title]);
  useEffect(
    () => (leads ? notifyBrowser({ tag: "call", title, body: [shownNumber, why].filter(Boolean).join(" · "), onClick: () => undefined }) : undefined),
    [leads, title, shownNumber, why],
  );

  return (
    <div className={classes["ringing"]} role="alert" aria-label={title}>
      <span className={classes["bell"]} aria-hidden>
        <IconPhoneIncoming size={20} />
      </span>
      <span className={classes["two"]}>
        <span className={classes["strong"]} title={name}>
          {name}
          {name === number ? null : <span className={classes["number"]}> {shownNumber}</span>}
        </span>
        <span className={classes["dim"]} title={why ?? undefined}>
          {why ?? t("ringing.direct")}
          {left === null ? null : ` · ${t("ringing.left", { count: left })}`}
        </span>
      </span>
      <span className={classes["push"]} />
      <Button color="#13713a" leftSection={<IconPhone size={18} />} rightSection={<kbd>F2</kbd>} onClick={answer} data-testid="answer">
        {t("answer")}
      </Button>
      <Button
        color="red"
        variant="light"
        leftSection={<IconPhoneOff size={18} />}
        rightSection={<kbd>F4</kbd>}
        onClick={() => order({ kind: "decline" })}
        data-testid="decline"
      >
        {t("decline")}
      </Button>
    </div>
  );
}
