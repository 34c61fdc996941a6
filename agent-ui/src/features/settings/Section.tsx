import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./settings.module.css";

/** Head of a settings page: its name, what it is for in one line, its action. */
export function Section({ title, purpose, action, children }: { title: string; purpose: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes["section"]}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb="md">
        <div>
          <Title order={1} size="h2">
            {title}
          </Title>
          <Text c="dimmed" size="sm" mt={2} maw={680}>
            {purpose}
          </Text>
        </div>
        {action}
      </Group>
      {children}
    </section>
  );
}
