import type { InterestHub } from "@kommutator/contract/api/interest";
import { Alert, Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import { OPEN_STATES } from "./Hub.tsx";

const LINKED = [
  ["dialogs", "/dialogs/"],
  ["inquiries", "/inquiries?inquiry="],
] as const;

/** Open dialogs and inquiries of an Interest that is being closed: they stay with whoever works on them, and whoever closes it knows (IN-15). */
export function StillOpen({ interestId }: { interestId: string }) {
  const { t } = useTranslation("interests");
  const hub = useQuery({
    queryKey: keys.interest(interestId, "hub"),
    queryFn: ({ signal }) => api.get<InterestHub>(`/interests/${interestId}/hub`, { signal }),
  });
  const open = LINKED.flatMap(([name, path]) =>
    (hub.data?.[name] ?? []).filter((each) => OPEN_STATES.has(each.state)).map((each) => ({ ...each, name, path })),
  );
  if (open.length === 0) return null;
  return (
    <Alert color="blue" py="xs" title={t("close.stillOpen")}>
      {t("close.stillOpenText")}
      <ul style={{ margin: "4px 0 0", paddingLeft: 18 }}>
        {open.map((each) => (
          <li key={each.id}>
            {t(`hub.${each.name}`)}:{" "}
            <Anchor component={Link} to={`${each.path}${each.id}`} inherit c="inherit" underline="always">
              {each.title}
            </Anchor>
            , {t(`hub.state.${each.state}`, { defaultValue: each.state })}
            {each.employee === null ? "" : `, ${each.employee.name}`}
          </li>
        ))}
      </ul>
    </Alert>
  );
}
