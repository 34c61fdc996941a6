import { ActionIcon, Anchor, Badge, Group } from "@mantine/core";
import { IconEdit } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import classes from "./customer.module.css";

/** One tie of a person and a company, seen from either side: who or what, in which part, whether it is the first and whether it is over. */
export function PersonLine(props: {
  to: string;
  name: string;
  title?: string;
  part: string | null;
  isPrimary: boolean;
  /** In words, once it is over. */
  over: string | null;
  editLabel: string;
  onEdit: (() => void) | null;
}) {
  const { t } = useTranslation("customer");
  return (
    <Group gap={8}>
      <Anchor component={Link} to={props.to} fw={600} size="sm" title={props.title}>
        {props.name}
      </Anchor>
      {props.part === null ? null : <span className={classes["dim"]}>{props.part}</span>}
      {props.isPrimary ? (
        <Badge size="xs" variant="light">
          {t("card.primary")}
        </Badge>
      ) : null}
      {props.over === null ? null : (
        <Badge size="xs" color="gray" variant="light">
          {props.over}
        </Badge>
      )}
      <span style={{ flex: 1 }} />
      {props.onEdit === null ? null : (
        <ActionIcon size="sm" aria-label={props.editLabel} onClick={props.onEdit}>
          <IconEdit size={14} />
        </ActionIcon>
      )}
    </Group>
  );
}
