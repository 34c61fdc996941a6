import type { Board } from "@kommutator/contract/api/routing";
import { ActionIcon, Menu } from "@mantine/core";
import { IconArrowsExchange, IconCoffee, IconDots, IconHeadsetOff, IconMessages, IconPhone, IconUserOff } from "@tabler/icons-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { clock, useFormat, useNow } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { pauseWords } from "../../app/pause.ts";
import { phoneOf } from "../../app/presence.ts";
import { AbsenceForm } from "./AbsenceForm.tsx";
import { AssignTo } from "./AssignTo.tsx";
import { ForcedState } from "./ForcedState.tsx";
import classes from "./supervisor.module.css";

type Agent = Board["agents"][number];
// In the order in which a supervisor looks for trouble and for help.
const ORDER = ["busy", "offered", "wrapup", "idle", "paused", "unreachable", "offline"] as const;

export function AgentGrid({ agents }: { agents: Agent[] }) {
  const { t } = useTranslation("supervisor");
  return (
    <div className={classes["groups"]}>
      {ORDER.map((state) => {
        const those = agents.filter((agent) => agent.state === state).sort((a, b) => Date.parse(a.stateSince) - Date.parse(b.stateSince));
        if (those.length === 0) return null;
        return (
          <div key={state}>
            <h3 className={classes["groupName"]} data-state={state}>
              <span className={classes["dot"]} data-state={state} aria-hidden />
              {t(`common:agentState.${state}`)} · {those.length}
            </h3>
            <ul className={classes["grid"]}>
              {those.map((agent) => (
                <AgentCard key={agent.employeeId} agent={agent} />
              ))}
            </ul>
          </div>
        );
      })}
    </div>
  );
}

const AgentCard = memo(function AgentCard({ agent }: { agent: Agent }) {
  const { t } = useTranslation("supervisor");
  const format = useFormat();
  const now = useNow();
  const can = useCan();
  const phoneless = phoneOf(agent) === "missing";
  const reason = agent.state === "paused" ? pauseWords(agent.reason, t) : null;
  const detail = [phoneless ? t("common:phone.missing") : null, reason, agent.departmentName].filter(Boolean).join(" · ");
  return (
    <li className={classes["agent"]} data-state={agent.state}>
      <div className={classes["agentTop"]}>
        <span className={classes["agentName"]} title={agent.name}>
          {agent.name}
        </span>
        {agent.onCall ? <IconPhone size={15} color="var(--k-blue)" aria-label={t("onCall")} /> : null}
        {phoneless ? (
          <span title={t("common:phone.missingHint")} className={classes["phoneless"]}>
            <IconHeadsetOff size={15} color="var(--k-amber)" aria-label={t("common:phone.missingHint")} />
          </span>
        ) : null}
        {can("employee", "assign") === null ? null : <AgentActions agent={agent} />}
      </div>
      <div className={classes["agentBottom"]}>
        <span className={classes["agentClock"]} title={t("since", { at: format.full(agent.stateSince) })}>
          {clock(now - Date.parse(agent.stateSince))}
        </span>
        <span className="truncate" title={detail}>
          {detail}
        </span>
        <span title={t("dialogsOf", { open: agent.openDialogs, max: agent.maxDialogs })} style={{ marginLeft: "auto", whiteSpace: "nowrap" }}>
          <IconMessages size={13} style={{ verticalAlign: -2 }} aria-hidden /> {agent.openDialogs}/{agent.maxDialogs}
          <span className="sr-only">{t("dialogsOf", { open: agent.openDialogs, max: agent.maxDialogs })}</span>
        </span>
      </div>
    </li>
  );
});

function AgentActions({ agent }: { agent: Agent }) {
  const { t } = useTranslation("supervisor");
  const [open, setOpen] = useState<"state" | "dialogs" | "absence" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <ActionIcon size="sm" aria-label={t("actions", { name: agent.name })}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCoffee size={16} />} disabled={agent.state === "offline"} onClick={() => setOpen("state")}>
            {t("force.menu")}
          </Menu.Item>
          <Menu.Item leftSection={<IconArrowsExchange size={16} />} disabled={agent.openDialogs === 0} onClick={() => setOpen("dialogs")}>
            {t("assign.all")}
          </Menu.Item>
          <Menu.Item leftSection={<IconUserOff size={16} />} onClick={() => setOpen("absence")}>
            {t("absence.markNow")}
          </Menu.Item>
          {agent.activeDialogIds.length === 0 ? null : (
            <>
              <Menu.Divider />
              <Menu.Label>{t("openDialogs")}</Menu.Label>
              {agent.activeDialogIds.slice(0, 8).map((id, index) => (
                <Menu.Item key={id} component={Link} to={`/dialogs/${id}?view=all`} leftSection={<IconMessages size={16} />}>
                  {t("dialogNumber", { number: index + 1 })}
                </Menu.Item>
              ))}
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {open === "state" ? <ForcedState agent={agent} onClose={close} /> : null}
      {open === "dialogs" ? (
        <AssignTo many={{ fromEmployeeId: agent.employeeId }} title={t("assign.allTitle", { name: agent.name, count: agent.openDialogs })} onClose={close} />
      ) : null}
      {open === "absence" ? <AbsenceForm employee={{ id: agent.employeeId, name: agent.name }} unplanned onClose={close} /> : null}
    </>
  );
}
