import { Alert, Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { failureText } from "./failure.ts";

/** What went wrong with a save, in words, where the save was asked for; nothing while nothing is wrong. */
export function Failure({ error, color = "red" }: { error: unknown; color?: string }) {
  if (error === null || error === undefined) return null;
  return (
    <Alert color={color} role="alert">
      {failureText(error)}
    </Alert>
  );
}

/** The last line of a box with a form: cancel, and the button that sends the form ("Save" where no other word is given). */
export function FormFoot(props: { label?: string; busy: boolean; disabled?: boolean; color?: string; onClose: () => void }) {
  const { t } = useTranslation("common");
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={props.onClose}>
        {t("cancel")}
      </Button>
      <Button type="submit" {...(props.color === undefined ? {} : { color: props.color })} disabled={props.disabled === true} loading={props.busy}>
        {props.label ?? t("save")}
      </Button>
    </Group>
  );
}
