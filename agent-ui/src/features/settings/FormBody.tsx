import { Alert, Button, Group, Stack } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useShortcut } from "../../app/shortcuts.ts";

export interface OpenForm {
  submit: () => Promise<void>;
  discard: () => void;
  failure: string | null;
  busy: boolean;
  restored: boolean;
}

/** Fields, what went wrong, and the foot with cancel and save: every form of the settings. Ctrl+S saves. */
export function FormBody({ form, onCancel, children, aside }: { form: OpenForm; onCancel?: () => void; children: ReactNode; aside?: ReactNode }) {
  const { t } = useTranslation("settings");
  const body = useRef<HTMLFormElement>(null);
  useShortcut({ keys: "ctrl+s", label: "settings:keys.save", typing: true, run: () => void form.submit() });
  // The first faulty field gets the caret once the faults are on the screen.
  useEffect(() => {
    if (form.failure !== null) body.current?.querySelector<HTMLElement>("[aria-invalid='true'], [data-error='true'] input")?.focus();
  }, [form.failure]);
  return (
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
            {onCancel === undefined ? null : (
              <Button
                variant="default"
                onClick={() => {
                  form.discard();
                  onCancel();
                }}
              >
                {t("common:cancel")}
              </Button>
            )}
            <Button type="submit" loading={form.busy} rightSection={<kbd>Ctrl S</kbd>}>
              {t("common:save")}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
