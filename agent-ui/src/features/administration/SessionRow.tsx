import type { SessionView } from "@kommutator/contract/api/auth";
import { Badge, Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import classes from "./administration.module.css";
import { browserOf } from "./browser.ts";

/** One browser that is signed in: which, from where, when it was last used. */
export function SessionRow({ session, onEnd }: { session: SessionView; onEnd?: () => void }) {
  const { t } = useTranslation("administration");
  const format = useFormat();
  const name = browserOf(session.userAgent) ?? t("security.unknownBrowser");
  return (
    <div className={classes["session"]}>
      <div>
        <Group gap="xs">
          <Text size="sm" fw={500} title={session.userAgent ?? undefined}>
            {name}
          </Text>
          {session.current ? (
            <Badge size="xs" variant="light" color="blue" tt="none">
              {t("security.current")}
            </Badge>
          ) : null}
        </Group>
        <Text size="xs" c="dimmed" title={format.full(session.lastSeenAt)}>
          {[session.address, t("security.lastSeen", { when: format.ago(session.lastSeenAt, Date.now()) })].filter(Boolean).join(" · ")}
        </Text>
      </div>
      {session.current || onEnd === undefined ? null : (
        <Button size="compact-xs" variant="default" aria-label={t("security.endOne", { name })} onClick={onEnd}>
          {t("security.end")}
        </Button>
      )}
    </div>
  );
}
