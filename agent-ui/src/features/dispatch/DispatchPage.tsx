import { Tabs } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Section } from "../settings/Section.tsx";
import { BlockedTab } from "./BlockedTab.tsx";
import { DeadlinesTab } from "./DeadlinesTab.tsx";
import { PurposesTab } from "./PurposesTab.tsx";
import { QuestionsTab } from "./QuestionsTab.tsx";
import { RulesTab } from "./RulesTab.tsx";
import { TesterTab } from "./TesterTab.tsx";

const TABS = {
  rules: RulesTab,
  tester: TesterTab,
  purposes: PurposesTab,
  deadlines: DeadlinesTab,
  questions: QuestionsTab,
  blocked: BlockedTab,
} as const;
type Tab = keyof typeof TABS;

/** How what comes in is received: rules, their tester, purposes, deadlines, the checklist of leads, blocked identities. */
export function DispatchPage() {
  const { t } = useTranslation("dispatch");
  const [tab, setTab] = useState<Tab>("rules");
  const Shown = TABS[tab];
  return (
    <Section title={t("title")} purpose={t("purpose")}>
      <Tabs value={tab} onChange={(value) => setTab((value ?? "rules") as Tab)} mb="md" keepMounted={false}>
        <Tabs.List>
          {(Object.keys(TABS) as Tab[]).map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tab.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} pt="md">
          <Shown />
        </Tabs.Panel>
      </Tabs>
    </Section>
  );
}
