import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { failureText } from "../../app/failure.ts";

/** A question before what cannot be taken back lightly; a refusal shows in its place. */
export function Confirm(props: {
  title: string;
  text: string;
  action: string;
  disabled?: boolean;
  children?: ReactNode;
  onClose: () => void;
  run: () => Promise<unknown>;
  done: () => void;
}) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const go = () => {
    setBusy(true);
    props.run().then(props.done, (error: unknown) => {
      setFailure(error);
      setBusy(false);
    });
  };
  return (
    <Modal opened onClose={props.onClose} title={props.title} closeButtonProps={{ "aria-label": t("close") }} zIndex={400}>
      <Stack>
        <Text size="sm">{props.text}</Text>
        {props.children}
        {failure === null ? null : <Alert color="red">{failureText(failure)}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {t("cancel")}
          </Button>
          <Button loading={busy} disabled={props.disabled === true} onClick={go}>
            {props.action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
