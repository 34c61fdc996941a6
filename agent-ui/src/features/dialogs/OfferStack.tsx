import { Button, Group } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { flashTitle, notifyBrowser, playSound } from "../../app/alerts.ts";
import { clock, useFormat, useNow } from "../../app/format.ts";
import type { LiveOffer } from "../../app/live.ts";
import { usePartyName } from "../../app/party.ts";
import { openWhy } from "../routing/WhyHost.tsx";
import { useOfferAnswer } from "./actions.ts";
import { ChannelIcon } from "./ChannelIcon.tsx";
import classes from "./list.module.css";
import { useOffers } from "./queries.ts";
import { reasonText } from "./reason.ts";

/** Chats, messages, letters and promised calls back offered to me, on every page. A call rings in the call bar. The caret stays where it was. */
export function OfferStack() {
  const { t } = useTranslation("dialogs");
  const now = useNow(1000);
  // A second of grace: the server's word on a late accept counts, not this clock.
  const offers = useOffers().filter(
    (each) => (each.dialog.medium !== "voice" || each.offer.reason.code === "callback") && Date.parse(each.offer.deadlineAt) + 1000 > now,
  );
  if (offers.length === 0) return null;
  return (
    <section ref={takesRoom} className={classes["offers"]} aria-label={t("offer.name")} aria-live="assertive">
      {offers.map((each) => (
        <OfferCard key={each.offer.id} each={each} now={now} />
      ))}
    </section>
  );
}

/** Short messages stand above the offers, so that none covers the button that takes one. */
function takesRoom(element: HTMLElement): () => void {
  const { style } = document.documentElement;
  const watcher = new ResizeObserver(() => style.setProperty("--k-offers-height", `${element.offsetHeight}px`));
  watcher.observe(element);
  return () => {
    watcher.disconnect();
    style.removeProperty("--k-offers-height");
  };
}

function OfferCard({ each, now }: { each: LiveOffer; now: number }) {
  const { t } = useTranslation("dialogs");
  const format = useFormat();
  const nameOf = usePartyName();
  const answer = useOfferAnswer();
  const first = useRef(now);
  const { offer, dialog } = each;
  const name = nameOf(dialog.party);
  const deadline = Date.parse(offer.deadlineAt);
  const left = Math.max(0, deadline - now);
  const whole = Math.max(1000, deadline - first.current);
  const text = dialog.lastMessage?.text ?? dialog.subject ?? "";
  const why = reasonText(t, offer.reason, format);

  // Sounds until handled: every four seconds for a chat that expires in seconds, once for a letter with a quarter of an hour.
  const urgent = whole < 120_000;
  useEffect(() => {
    playSound("offer");
    const stopTitle = flashTitle(`offer-${offer.id}`, t("offer.title", { name }));
    const close = notifyBrowser({ tag: offer.id, title: t("offer.title", { name }), body: text, onClick: () => undefined });
    const timer = urgent ? setInterval(() => playSound("offer"), 4000) : null;
    return () => {
      if (timer !== null) clearInterval(timer);
      stopTitle();
      close();
    };
  }, [offer.id, name, text, t, urgent]);

  return (
    <article className={classes["offer"]} aria-label={t("offer.title", { name })}>
      <div className={classes["offerTop"]}>
        <ChannelIcon dialog={dialog} size={20} />
        <div style={{ flex: 1, minWidth: 0 }}>
          <div className={classes["offerName"]}>{name}</div>
          <button type="button" className={classes["offerWhy"]} onClick={() => openWhy(dialog.id)}>
            {why}
          </button>
        </div>
        <span title={format.full(offer.deadlineAt)}>{clock(left)}</span>
      </div>
      {text === "" ? null : <p className={classes["offerText"]}>{text}</p>}
      <div className={classes["countdown"]} aria-hidden>
        <span style={{ width: `${Math.min(100, (left / whole) * 100)}%` }} />
      </div>
      <Group gap="xs" wrap="nowrap">
        <Button flex={1} loading={answer.isPending && answer.variables.answer === "accept"} onClick={() => answer.mutate({ offer: each, answer: "accept" })}>
          {t(offer.reason.code === "callback" ? "offer.callBack" : "offer.accept")}
        </Button>
        <Button variant="default" disabled={answer.isPending} onClick={() => answer.mutate({ offer: each, answer: "reject" })}>
          {t("offer.reject")}
        </Button>
      </Group>
    </article>
  );
}
