import { Button, Loader, Skeleton, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle, IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "./api.ts";
import { failureText } from "./failure.ts";
import classes from "./states.module.css";

/** Nothing here yet: what will come, and the one action that brings it. */
export function Empty({ icon, title, text, action }: { icon: ReactNode; title: string; text?: ReactNode; action?: ReactNode }) {
  return (
    <Stack className={classes["state"] ?? ""} align="center" gap="xs">
      <ThemeIcon variant="light" size={52} radius="xl" aria-hidden>
        {icon}
      </ThemeIcon>
      <Text fw={650} size="lg" mt={4}>
        {title}
      </Text>
      {text === undefined ? null : (
        <Text c="dimmed" size="sm" maw={380}>
          {text}
        </Text>
      )}
      {action}
    </Stack>
  );
}

/** What failed, what to do, and trying again. A refusal shows as such. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  if (error instanceof ApiError && error.code === "forbidden") return <NoRight />;
  return (
    <Stack className={classes["state"] ?? ""} align="center" gap="xs" role="alert">
      <ThemeIcon variant="light" color="red" size={52} radius="xl" aria-hidden>
        <IconAlertTriangle />
      </ThemeIcon>
      <Text size="sm" maw={420}>
        {failureText(error)}
      </Text>
      {onRetry === undefined ? null : (
        <Button variant="default" onClick={onRetry}>
          {t("tryAgain")}
        </Button>
      )}
    </Stack>
  );
}

/** What one may not see: said once and quietly, as nothing has gone wrong. */
export function NoRight() {
  const { t } = useTranslation();
  return (
    <p className={classes["noRight"]}>
      <IconLock size={16} aria-hidden />
      <span>
        <b>{t("noRight.title")}.</b> {t("noRight.text")}
      </span>
    </p>
  );
}

/** Rows of the shape of what comes. */
export function RowsSkeleton({ rows = 8, height = 52 }: { rows?: number; height?: number }) {
  return (
    <Stack gap="xs" p="sm" aria-busy="true">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical placeholders
        <Skeleton key={index} height={height} radius="sm" style={{ opacity: 1 - index / (rows + 2) }} />
      ))}
    </Stack>
  );
}

export function Splash() {
  return (
    <div className={classes["splash"]}>
      <Loader size="sm" role="status" aria-label="…" />
    </div>
  );
}
