import type { Me, SetupState } from "@kommutator/contract/api/auth";
import { Alert, Button, Group, PasswordInput, Stack, Text, TextInput, Title, UnstyledButton } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { unlockSound } from "../../app/alerts.ts";
import { ApiError, api } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { currentLanguage, LANGUAGE_NAMES, LANGUAGES, setLanguage } from "../../app/i18n.ts";
import { keys } from "../../app/keys.ts";
import { forgetTold } from "../notices/told.ts";
import classes from "./LoginPage.module.css";

/** The one page without a login. The click that logs in is also the gesture that unlocks sound. */
export function LoginPage({ setup }: { setup: z.infer<typeof SetupState> }) {
  const { t } = useTranslation("login");
  const client = useQueryClient();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  /** Asked for once the password is right; null before. */
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  /** A language was asked for on this page: it is the person's from now on, as if chosen in the menu. */
  const [chosen, setChosen] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    unlockSound();
    setBusy(true);
    setFailure(null);
    api
      .post("/login", { login: login.trim(), password, ...(code === null || code.trim() === "" ? {} : { code: code.trim() }) })
      .then(() => (chosen ? api.patch("/me", { locale: currentLanguage() }).catch(() => undefined) : undefined))
      .then(() => api.get<Me>("/me"))
      .then(
        (me) => {
          // Nothing of whoever worked here before. The two below are on the screen and stay.
          client.removeQueries({ predicate: ({ queryKey: [word] }) => word !== "me" && word !== "setup" });
          forgetTold();
          client.setQueryData(keys.me, me);
          // The desk may be shared: whoever comes reads their own language, not that of whoever worked here before.
          void setLanguage(me.locale);
        },
        (error: unknown) => {
          const asked = error instanceof ApiError && error.code === "second_factor_required";
          if (asked) setCode((typed) => typed ?? "");
          // The question itself is no failure; asked again without an answer it is.
          setFailure(asked && code === null ? null : error);
          setBusy(false);
        },
      );
  };
  const wrong = failure instanceof ApiError && failure.code === "bad_credentials";
  return (
    <div className={classes["page"]}>
      <main className={classes["card"]}>
        <form onSubmit={submit}>
          <Stack gap="md">
            <Group gap="sm" wrap="nowrap">
              <img src="/favicon.svg" alt="" width={40} height={40} />
              <div>
                <Title order={1} size="h2">
                  Kommutator
                </Title>
                <Text size="sm" c="dimmed">
                  {setup.companyName ?? t("subtitle")}
                </Text>
              </div>
            </Group>
            {failure === null ? null : (
              <Alert color="red" variant="light" icon={<IconAlertCircle />} role="alert">
                {failureText(failure)}
              </Alert>
            )}
            <TextInput
              label={t("login")}
              name="login"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              size="md"
              required
              withAsterisk={false}
              autoFocus
              value={login}
              error={wrong}
              onChange={(event) => {
                setLogin(event.currentTarget.value);
                setCode(null);
              }}
            />
            <PasswordInput
              label={t("password")}
              name="password"
              autoComplete="current-password"
              size="md"
              required
              withAsterisk={false}
              value={password}
              error={wrong}
              visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {code === null ? null : (
              <TextInput
                label={t("code")}
                description={t("codeText")}
                name="code"
                autoComplete="one-time-code"
                inputMode="text"
                autoCapitalize="none"
                spellCheck={false}
                size="md"
                autoFocus
                value={code}
                error={wrong}
                onChange={(event) => setCode(event.currentTarget.value)}
              />
            )}
            <Button type="submit" size="md" fullWidth loading={busy} mt={4}>
              {t("enter")}
            </Button>
            {setup.done ? null : (
              <Text size="xs" c="dimmed" ta="center">
                {t("firstLogin")}
              </Text>
            )}
          </Stack>
        </form>
        <Group justify="center" gap="md" mt="lg">
          {LANGUAGES.map((code) => (
            <UnstyledButton
              key={code}
              lang={code}
              className={classes["language"] ?? ""}
              aria-pressed={code === currentLanguage()}
              onClick={() => {
                setChosen(true);
                void setLanguage(code);
              }}
            >
              {LANGUAGE_NAMES[code]}
            </UnstyledButton>
          ))}
        </Group>
      </main>
      <Text component="footer" size="xs" c="dimmed" className={classes["version"] ?? ""}>
        {setup.version}
      </Text>
    </div>
  );
}
