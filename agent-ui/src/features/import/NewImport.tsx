import { IMPORT_OBJECTS, type ImportObject } from "@kommutator/contract/api/import";
import { Alert, FileButton, Loader, SegmentedControl, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconFileSpreadsheet } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { ApiError } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import classes from "./import.module.css";
import { uploadFile } from "./queries.ts";

/** First step: what the file has, and the file itself, dropped or chosen. */
export function NewImport() {
  const { t } = useTranslation("import");
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const [over, setOver] = useState(false);
  const object = IMPORT_OBJECTS.find((each) => each === params.get("object")) ?? "customer";
  const upload = useMutation({
    mutationFn: (file: File) => uploadFile(object, file),
    onSuccess: (batch) => void navigate(`/import/${batch.id}`, { replace: true }),
  });
  const take = (file: File | null | undefined) => {
    if (file !== null && file !== undefined) upload.mutate(file);
  };
  return (
    <Stack gap="md" maw={720}>
      <SegmentedControl
        aria-label={t("object.title")}
        data={IMPORT_OBJECTS.map((each) => ({ value: each, label: t(`object.${each}`) }))}
        value={object}
        onChange={(value) => setParams({ object: value as ImportObject }, { replace: true })}
      />
      {upload.isError ? (
        <Alert color="red" icon={<IconAlertTriangle />} title={t("upload.refused")}>
          {fileFault(upload.error, t)}
        </Alert>
      ) : null}
      <FileButton onChange={take} accept=".csv,.txt,.xlsx,.xls" disabled={upload.isPending}>
        {(props) => (
          <UnstyledButton
            {...props}
            className={classes["drop"] ?? ""}
            data-over={over || undefined}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={(event) => {
              event.preventDefault();
              setOver(false);
              take(event.dataTransfer.files[0]);
            }}
          >
            {upload.isPending ? <Loader size="sm" /> : <IconFileSpreadsheet size={34} stroke={1.4} aria-hidden />}
            <Text fw={600}>{upload.isPending ? t("upload.reading") : t("upload.drop")}</Text>
            <Text size="sm" c="dimmed">
              {t("upload.hint")}
            </Text>
          </UnstyledButton>
        )}
      </FileButton>
      <Text size="sm" c="dimmed">
        {t(`upload.what.${object}`)}
      </Text>
    </Stack>
  );
}

/** Why a file was not taken: the server says it under `file`. */
function fileFault(error: unknown, t: (key: string) => string): string {
  const fields = error instanceof ApiError ? (error.details["fields"] as Record<string, string> | undefined) : undefined;
  return fields?.["file"] === undefined ? failureText(error) : t(`fileFault.${fields["file"]}`);
}
