import { Alert, Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useShortcut } from "../../app/shortcuts.ts";

export interface DrawerForm {
  submit: () => Promise<void>;
  discard: () => void;
  failure: string | null;
  busy: boolean;
  restored: boolean;
}

/** Frame of every settings form: fields, faults, Ctrl+S. */
export function FormDrawer({
  title,
  form,
  onClose,
  children,
  aside,
  wide = false,
}: {
  title: string;
  form: DrawerForm;
  onClose: () => void;
  children: ReactNode;
  aside?: ReactNode;
  wide?: boolean;
}) {
  const { t } = useTranslation("settings");
  const body = useRef<HTMLFormElement>(null);
  useShortcut({ keys: "ctrl+s", label: "settings:keys.save", typing: true, run: () => void form.submit() });
  // The first faulty field gets the caret once the faults are on the screen.
  useEffect(() => {
    if (form.failure !== null) body.current?.querySelector<HTMLElement>("[aria-invalid='true'], [data-error='true'] input")?.focus();
  }, [form.failure]);
  const leave = () => {
    form.discard();
    onClose();
  };
  return (
    <Drawer
      opened
      onClose={leave}
      position="right"
      size={wide ? 680 : 480}
      title={<Text fw={650}>{title}</Text>}
      closeButtonProps={{ "aria-label": t("common:close") }}
      padding="lg"
    >
      <form
        ref={body}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void form.submit();
        }}
      >
        <Stack gap="md">
          {form.restored ? (
            <Alert color="blue" variant="light" py="xs">
              {t("restored")}
            </Alert>
          ) : null}
          {children}
          {form.failure === null ? null : (
            <Alert color="red" variant="light" icon={<IconAlertCircle />} role="alert">
              {form.failure}
            </Alert>
          )}
          <Group justify="space-between" mt="xs">
            <div>{aside}</div>
            <Group gap="sm">
              <Button variant="default" onClick={leave}>
                {t("common:cancel")}
              </Button>
              <Button type="submit" loading={form.busy} rightSection={<kbd>Ctrl S</kbd>}>
                {t("common:save")}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}
