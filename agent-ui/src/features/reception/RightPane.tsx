import { Badge, Button, SegmentedControl, Skeleton } from "@mantine/core";
import { IconClipboardCheck, IconPlus } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { useCan, useMe } from "../../app/me.ts";
import { onDemand } from "../../app/on-demand.tsx";
import { useShortcut } from "../../app/shortcuts.ts";
import { ErrorState } from "../../app/states.tsx";
import { useCard } from "../call/queries.ts";
import { Feed } from "../customer/Feed.tsx";
import { FeedLine } from "../customer/FeedLine.tsx";
import { InterestLink } from "../customer/InterestLink.tsx";
import { useDialog } from "../dialogs/queries.ts";
import { ChainList } from "../events/ChainList.tsx";
import { Identity } from "./Identity.tsx";
import { useSetParty } from "./queries.ts";
import { ReceptionWizard } from "./ReceptionWizard.tsx";
import classes from "./reception.module.css";

// Rarely opened: not a part of the first screen.
const InterestForm = onDemand(async () => (await import("../interests/InterestForm.tsx")).InterestForm);

/** Who it is, reception, open Interests, the feed: beside the talk, in this order. */
export function RightPane({ dialogId }: { dialogId: string }) {
  return <Pane key={dialogId} dialogId={dialogId} />;
}

function Pane({ dialogId }: { dialogId: string }) {
  const { t } = useTranslation("reception");
  const me = useMe();
  const can = useCan();
  const card = useCard(dialogId);
  const dialog = useDialog(dialogId);
  const party = useSetParty(dialogId);
  const [making, setMaking] = useState(false);
  const [tab, setTab] = useState<"work" | "feed">("work");
  // The register of inquiries leads here to receive one.
  const asked = useLocation().state as { receive?: boolean } | null;
  const [opened, setOpened] = useState(asked?.receive === true);
  const mine = dialog.data?.dialog.assignee?.id === me.id;
  const may = can("inquiry", "edit") !== null;
  // Whose the dialog is receives it: the wizard stands ready beside the talk. Others open it on purpose.
  const receiving = may && (mine || opened) && dialog.data?.dialog.direction !== "out";
  // The caller hung up in the middle of it: the form stays.
  if (mine && !opened) setOpened(true);
  useShortcut(may && !receiving ? { keys: "p", label: "reception:shortcuts.start", run: () => setOpened(true) } : null);

  const data = card.data;
  const belongsTo = dialog.data?.dialog.party.interestId ?? null;
  const of =
    data?.party.customer != null
      ? ({ of: "customer", id: data.party.customer.id } as const)
      : data?.party.lead != null
        ? ({ of: "lead", id: data.party.lead.id } as const)
        : null;
  const names = [data?.party.contact?.name, (data?.party.customer ?? data?.party.lead)?.name].filter((each) => each != null && each !== "");
  const who = [...new Set(names)].join(", ") || (data?.party.name ?? "");
  if (card.isError && data === undefined) return <ErrorState error={card.error} onRetry={() => void card.refetch()} />;
  return (
    <section className={classes["pane"]} aria-label={t("pane")}>
      <Identity dialogId={dialogId} card={data} />
      {of === null ? null : (
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t("pane")}
          value={tab}
          onChange={(value) => setTab(value as "work" | "feed")}
          data={[
            { value: "work", label: t("tab.work") },
            { value: "feed", label: t("tab.feed") },
          ]}
        />
      )}
      {tab === "feed" && of !== null ? (
        <Feed of={of.of} id={of.id} />
      ) : (
        <>
          {receiving ? (
            <ReceptionWizard key={dialogId} dialogId={dialogId} />
          ) : may && dialog.data?.dialog.direction === "in" ? (
            <Button
              variant="light"
              leftSection={<IconClipboardCheck size={17} />}
              rightSection={<kbd>P</kbd>}
              onClick={() => setOpened(true)}
              data-testid="receive"
            >
              {t("receive")}
            </Button>
          ) : null}
          <section aria-labelledby="pane-interests">
            <h3 id="pane-interests" className={classes["section"]}>
              {t("interests.title")}
              {data === undefined || data.openInterests.length === 0 ? null : (
                <Badge size="sm" variant="light" ml={6}>
                  {data.openInterests.length}
                </Badge>
              )}
            </h3>
            {data === undefined ? <Skeleton height={44} /> : null}
            {data?.openInterests.length === 0 ? <p className={classes["none"]}>{t("interests.none")}</p> : null}
            <ul className={classes["plain"]}>
              {data?.openInterests.map((each) => (
                <li key={each.id}>
                  <InterestLink interest={each} />
                  {each.id === belongsTo ? (
                    <Badge size="xs" variant="light" ml={8}>
                      {t("interests.here")}
                    </Badge>
                  ) : may ? (
                    <Button size="compact-xs" variant="subtle" loading={party.isPending} onClick={() => party.mutate({ interestId: each.id })}>
                      {t("interests.move")}
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
            {of === null || can("interest", "create") === null ? null : (
              <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={14} />} onClick={() => setMaking(true)}>
                {t("interests.create")}
              </Button>
            )}
            {making && of !== null && data !== undefined ? (
              <Suspense fallback={null}>
                <InterestForm
                  party={{
                    ...(of.of === "customer" ? { customerId: of.id } : { leadId: of.id }),
                    ...(data?.party.contact == null || of.of !== "customer" ? {} : { contactId: data.party.contact.id }),
                    fromDialogId: dialogId,
                  }}
                  person={who}
                  prefilled={{ ...data.newInterest, title: data.newInterest.title ?? who }}
                  onClose={() => setMaking(false)}
                />
              </Suspense>
            ) : null}
          </section>
          <ChainList object="dialog" objectId={dialogId} />
          <section aria-labelledby="pane-last">
            <h3 id="pane-last" className={classes["section"]}>
              {t("last.title")}
            </h3>
            {data?.lastInteractions.length === 0 ? <p className={classes["none"]}>{t("last.none")}</p> : null}
            <ul className={classes["plain"]}>
              {data?.lastInteractions.map((item) => (
                <FeedLine key={`${item.kind}-${item.id}`} item={item} />
              ))}
            </ul>
          </section>
        </>
      )}
    </section>
  );
}
