import { Alert, Modal, PasswordInput, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "../../app/api.ts";
import { FormFoot } from "../../app/FormFoot.tsx";
import { failureText } from "../../app/failure.ts";

/** Change of the own password; the other sessions of this employee end with it. */
export function PasswordBox({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("login");
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const short = next.length > 0 && next.length < 8;
  const differs = again.length > 0 && again !== next;
  const wrong = failure instanceof ApiError && (failure.code === "bad_credentials" || JSON.stringify(failure.details).includes("password.current"));
  const eye = { "aria-label": t("showPassword") };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (next.length < 8 || again !== next) return;
    setBusy(true);
    api.patch("/me", { password: { current, next } }).then(
      () => {
        notifications.show({ color: "green", message: t("passwordChanged") });
        onClose();
      },
      (error: unknown) => {
        setFailure(error);
        setBusy(false);
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title={t("changePassword")} closeButtonProps={{ "aria-label": t("common:close") }}>
      <form onSubmit={submit}>
        <Stack>
          {failure === null || wrong ? null : <Alert color="red">{failureText(failure)}</Alert>}
          <PasswordInput
            label={t("currentPassword")}
            autoComplete="current-password"
            data-autofocus
            required
            withAsterisk={false}
            value={current}
            visibilityToggleButtonProps={eye}
            error={wrong ? t("wrongPassword") : undefined}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={t("newPassword")}
            description={t("passwordRule")}
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={next}
            visibilityToggleButtonProps={eye}
            error={short ? t("passwordRule") : undefined}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <PasswordInput
            label={t("passwordAgain")}
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={again}
            visibilityToggleButtonProps={eye}
            error={differs ? t("passwordsDiffer") : undefined}
            onChange={(event) => setAgain(event.currentTarget.value)}
          />
          <FormFoot busy={busy} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
