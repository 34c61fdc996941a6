import type { RecoveryCodes, SecondFactorOffer } from "@kommutator/contract/api/auth";
import { Alert, Button, CopyButton, Group, Modal, PasswordInput, PinInput, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { ApiError, api } from "../../app/api.ts";
import { FormFoot } from "../../app/FormFoot.tsx";
import { failureText } from "../../app/failure.ts";
import classes from "./administration.module.css";

type Offer = z.infer<typeof SecondFactorOffer>;

/** Password, then the picture for the authenticator and a code of it, then the recovery codes, shown once. */
export function SecondFactorBox({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("administration");
  const [offer, setOffer] = useState<Offer | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [code, setCode] = useState("");
  const [failure, setFailure] = useState<unknown>(null);
  const confirm = (typed: string) =>
    api.post<z.infer<typeof RecoveryCodes>>("/me/second-factor/confirm", { code: typed }).then(
      (answer) => setCodes(answer.codes),
      (error: unknown) => {
        setFailure(error);
        setCode("");
      },
    );
  return (
    // Codes that were not written down are lost: only the button leaves then.
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("security.secondFactor")}
      closeOnEscape={codes === null}
      closeOnClickOutside={codes === null}
      withCloseButton={codes === null}
      closeButtonProps={{ "aria-label": t("common:close") }}
    >
      {codes !== null ? (
        <Stack>
          <Text size="sm">{t("security.codesText")}</Text>
          <div className={classes["codes"]}>
            {codes.map((each) => (
              <span key={each}>{each}</span>
            ))}
          </div>
          <Group justify="flex-end">
            <CopyButton value={codes.join("\n")}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {t(copied ? "security.copied" : "security.copy")}
                </Button>
              )}
            </CopyButton>
            <Button onClick={onClose} data-autofocus>
              {t("security.written")}
            </Button>
          </Group>
        </Stack>
      ) : offer === null ? (
        <PasswordStep action={t("security.next")} run={(password) => api.post<Offer>("/me/second-factor", { password }).then(setOffer)} onClose={onClose} />
      ) : (
        <Stack>
          <Text size="sm">{t("security.scanText")}</Text>
          <Group align="center" gap="xl" wrap="nowrap">
            <img className={classes["picture"]} src={`data:image/svg+xml;utf8,${encodeURIComponent(offer.picture)}`} alt={t("security.picture")} />
            <Stack gap="sm">
              <div>
                <Text size="xs" c="dimmed">
                  {t("security.secret")}
                </Text>
                <Text size="sm" ff="monospace" style={{ overflowWrap: "anywhere" }}>
                  {offer.secret.replaceAll(/(.{4})/g, "$1 ")}
                </Text>
              </div>
              <div>
                <Text size="sm" fw={500} mb={4}>
                  {t("security.code")}
                </Text>
                <PinInput
                  length={6}
                  type="number"
                  oneTimeCode
                  autoFocus
                  aria-label={t("security.code")}
                  value={code}
                  error={failure !== null}
                  onChange={(value) => {
                    setCode(value);
                    if (value !== "") setFailure(null);
                  }}
                  onComplete={(value) => void confirm(value)}
                />
              </div>
            </Stack>
          </Group>
          {failure === null ? null : (
            <Alert color="red">{failure instanceof ApiError && failure.code === "validation" ? t("security.wrongCode") : failureText(failure)}</Alert>
          )}
        </Stack>
      )}
    </Modal>
  );
}

/** Taking it off asks for the password too. */
export function SecondFactorOff({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("administration");
  return (
    <Modal opened onClose={onClose} title={t("security.turnOff")} closeButtonProps={{ "aria-label": t("common:close") }}>
      <PasswordStep action={t("security.turnOff")} run={(password) => api.post("/me/second-factor/off", { password }).then(onClose)} onClose={onClose} />
    </Modal>
  );
}

function PasswordStep({ action, run, onClose }: { action: string; run: (password: string) => Promise<unknown>; onClose: () => void }) {
  const { t } = useTranslation("administration");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    run(password)
      .catch(setFailure)
      .finally(() => setBusy(false));
  };
  const wrong = failure instanceof ApiError && failure.code === "validation";
  return (
    <form onSubmit={submit}>
      <Stack>
        <PasswordInput
          label={t("security.password")}
          description={t("security.passwordText")}
          autoComplete="current-password"
          data-autofocus
          required
          withAsterisk={false}
          value={password}
          visibilityToggleButtonProps={{ "aria-label": t("security.showPassword") }}
          error={wrong ? t("security.wrongPassword") : undefined}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {failure === null || wrong ? null : <Alert color="red">{failureText(failure)}</Alert>}
        <FormFoot label={action} busy={busy} onClose={onClose} />
      </Stack>
    </form>
  );
}
