import type { SetupCompany, SetupSampleResult, SetupState } from "@kommutator/contract/api/auth";
import { Alert, Anchor, Button, Code, CopyButton, Group, Select, Stack, Table, Text, TextInput, Title, UnstyledButton } from "@mantine/core";
import { IconBuilding, IconCopy, IconSparkles } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { COUNTRIES, countryOptions } from "../../app/countries.ts";
import { failureText } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import classes from "../login/LoginPage.module.css";

type Sample = z.infer<typeof SetupSampleResult>;
type Company = z.infer<typeof SetupCompany>;

/** The first visit: an own company, or a sample one with people, customers and a chat to try everything on. */
export function WelcomePage({ setup }: { setup: z.infer<typeof SetupState> }) {
  const { t } = useTranslation("setup");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [step, setStep] = useState<"choose" | "company">("choose");
  const [sample, setSample] = useState<Sample | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const enter = (to: string) => {
    void navigate(to, { replace: true });
    void client.invalidateQueries({ queryKey: keys.setup });
    void client.invalidateQueries({ queryKey: keys.me });
  };
  const run = <T,>(work: Promise<T>, done: (result: T) => void) => {
    setBusy(true);
    setFailure(null);
    work.then(done, setFailure).finally(() => setBusy(false));
  };
  const loadSample = () => run(api.post<Sample>("/setup/sample", {}), setSample);
  const saveCompany = (company: Company) => run(api.post("/setup/company", company), () => enter("/settings/channels"));

  return (
    <div className={classes["page"]}>
      <main className={`${classes["card"]} ${classes["wide"]}`}>
        <Stack gap="lg">
          <div>
            <Title order={1}>{sample === null ? t("title") : t("sampleReady")}</Title>
            <Text c="dimmed" mt={4}>
              {sample === null ? t("lead") : t("sampleKeep")}
            </Text>
          </div>
          {failure === null ? null : <Alert color="red">{failureText(failure)}</Alert>}
          {sample !== null ? (
            <SampleReady sample={sample} onEnter={() => enter("/dialogs")} />
          ) : step === "company" ? (
            <CompanyForm busy={busy} onBack={() => setStep("choose")} onSave={saveCompany} />
          ) : setup.done ? (
            <Group>
              <Button onClick={() => enter("/dialogs")}>{t("enter")}</Button>
            </Group>
          ) : (
            <div className={classes["choices"]}>
              <UnstyledButton className={classes["choice"] ?? ""} disabled={busy} onClick={() => setStep("company")}>
                <IconBuilding size={28} stroke={1.6} color="var(--k-blue)" aria-hidden />
                <Text fw={650}>{t("own")}</Text>
                <Text size="sm" c="dimmed">
                  {t("ownText")}
                </Text>
              </UnstyledButton>
              <UnstyledButton className={classes["choice"] ?? ""} disabled={busy} aria-busy={busy} onClick={loadSample}>
                <IconSparkles size={28} stroke={1.6} color="var(--k-blue)" aria-hidden />
                <Text fw={650}>{busy ? t("sampleLoading") : t("sample")}</Text>
                <Text size="sm" c="dimmed">
                  {t("sampleText")}
                </Text>
              </UnstyledButton>
            </div>
          )}
        </Stack>
      </main>
    </div>
  );
}

function SampleReady({ sample, onEnter }: { sample: Sample; onEnter: () => void }) {
  const { t } = useTranslation("setup");
  const chat = new URL(sample.chatUrl, location.origin).toString();
  const copy = sample.people.map((person) => `${person.name}\t${person.login}\t${person.password}`).join("\n");
  return (
    <Stack>
      <Table.ScrollContainer minWidth={460}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("person")}</Table.Th>
              <Table.Th>{t("role")}</Table.Th>
              <Table.Th>{t("login")}</Table.Th>
              <Table.Th>{t("password")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sample.people.map((person) => (
              <Table.Tr key={person.login}>
                <Table.Td>{person.name}</Table.Td>
                <Table.Td c="dimmed">{t(`roles.${person.role}`, { defaultValue: person.role })}</Table.Td>
                <Table.Td>
                  <Code>{person.login}</Code>
                </Table.Td>
                <Table.Td>
                  <Code>{person.password}</Code>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm">
        {t("chatLink")}{" "}
        <Anchor href={chat} target="_blank" rel="noreferrer">
          {chat}
        </Anchor>
      </Text>
      <Group justify="space-between">
        <CopyButton value={copy}>
          {({ copied, copy: run }) => (
            <Button variant="default" leftSection={<IconCopy size={16} />} onClick={run}>
              {copied ? t("copied") : t("copy")}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onEnter}>{t("enter")}</Button>
      </Group>
    </Stack>
  );
}

function CompanyForm({ busy, onBack, onSave }: { busy: boolean; onBack: () => void; onSave: (company: Company) => void }) {
  const { t, i18n } = useTranslation("setup");
  const [name, setName] = useState("");
  const [country, setCountry] = useState<string>("KZ");
  const [timezone, setTimezone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [touched, setTouched] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTouched(true);
    if (name.trim() === "") return;
    onSave({ companyName: name.trim(), timezone, country, currency: COUNTRIES.find((each) => each.code === country)?.currency ?? "KZT" });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label={t("companyName")}
          autoFocus
          value={name}
          error={touched && name.trim() === "" ? t("common:required") : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group grow>
          <Select
            label={t("country")}
            searchable
            value={country}
            onChange={(value) => value !== null && setCountry(value)}
            data={countryOptions(i18n.language)}
          />
          <Select
            label={t("timezone")}
            searchable
            limit={60}
            value={timezone}
            onChange={(value) => value !== null && setTimezone(value)}
            data={[...new Set([timezone, ...Intl.supportedValuesOf("timeZone")])]}
          />
        </Group>
        <Group justify="space-between">
          <Button variant="default" onClick={onBack}>
            {t("common:back")}
          </Button>
          <Button type="submit" loading={busy}>
            {t("create")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
