import type { FileDetail, FileObject, FileView } from "@kommutator/contract/api/file";
import { ActionIcon, Alert, Button, FileButton, Group, Menu, Progress } from "@mantine/core";
import { IconDotsVertical, IconFile, IconHistory, IconPaperclip, IconTrash, IconUpload } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api, blobUrl } from "../../app/api.ts";
import { failureText, showFailure } from "../../app/failure.ts";
import { useFormat, useNow } from "../../app/format.ts";
import lines from "../../app/lines.module.css";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { upload } from "../composer/upload.ts";
import classes from "./files.module.css";

/** Files on any card (DT-05): several at once, also dropped; versions of each; what one may do is decided by the right to the card. */
export function FilesBox({ object, objectId, editable }: { object: FileObject; objectId: string; editable: boolean }) {
  const { t } = useTranslation("files");
  const client = useQueryClient();
  const [share, setShare] = useState<number | null>(null);
  const [over, setOver] = useState(false);
  const key = ["files", object, objectId];
  const files = useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<{ items: FileView[] }>("/files", { signal, query: { object, objectId } }) });
  const reread = () => client.invalidateQueries({ queryKey: key });
  const add = useMutation({
    mutationFn: async (chosen: File[]) => {
      for (const [n, file] of chosen.entries()) {
        const { blobId } = await upload(file, (done) => setShare((n + done) / chosen.length), new AbortController().signal);
        await api.post("/files", { object, objectId, blobId, name: file.name.slice(0, 250) });
      }
    },
    onSettled: () => {
      setShare(null);
      return reread();
    },
  });
  const busy = add.isPending;
  return (
    <section
      className={classes["box"]}
      data-over={over}
      aria-label={t("title")}
      onDragOver={(event) => {
        if (!editable) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (editable && !busy && event.dataTransfer.files.length > 0) add.mutate([...event.dataTransfer.files]);
      }}
    >
      <Group justify="space-between" mb={6}>
        <h3 className={lines["title"]}>
          {t("title")}
          {files.data === undefined || files.data.items.length === 0 ? null : <span className={lines["count"]}>{files.data.items.length}</span>}
        </h3>
        {editable ? (
          <FileButton multiple onChange={(chosen) => chosen.length > 0 && add.mutate(chosen)}>
            {(props) => (
              <Button {...props} size="compact-xs" variant="default" leftSection={<IconPaperclip size={14} />} loading={busy}>
                {t("add")}
              </Button>
            )}
          </FileButton>
        ) : null}
      </Group>
      {share === null ? null : <Progress value={share * 100} size="xs" mb={6} aria-label={t("uploading")} />}
      {add.error === null ? null : (
        <Alert color="red" role="alert" mb={6}>
          {failureText(add.error)}
        </Alert>
      )}
      {files.isPending ? (
        <RowsSkeleton rows={1} height={26} />
      ) : files.isError ? (
        <ErrorState error={files.error} onRetry={() => void files.refetch()} />
      ) : files.data.items.length === 0 ? (
        <p className={lines["none"]}>{editable ? t("none") : t("noneShort")}</p>
      ) : (
        <ul className={lines["list"]}>
          {files.data.items.map((file) => (
            <li key={file.id}>
              <FileLine file={file} object={object} objectId={objectId} editable={editable} onChanged={reread} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function FileLine({
  file,
  object,
  objectId,
  editable,
  onChanged,
}: {
  file: FileView;
  object: FileObject;
  objectId: string;
  editable: boolean;
  onChanged: () => Promise<void>;
}) {
  const { t } = useTranslation("files");
  const format = useFormat();
  const now = useNow(60_000);
  const [shown, setShown] = useState(false);
  const detail = useQuery({
    queryKey: ["files", file.id, file.version],
    queryFn: ({ signal }) => api.get<z.infer<typeof FileDetail>>(`/files/${file.id}`, { signal }),
    enabled: shown,
  });
  const renew = useMutation({
    mutationFn: async (chosen: File) => {
      const { blobId } = await upload(chosen, () => undefined, new AbortController().signal);
      await api.post(`/files/${file.id}/versions`, { blobId, version: file.version });
    },
    onSettled: onChanged,
    onError: showFailure,
  });
  const remove = useMutation({
    mutationFn: () => api.delete(`/files/${file.id}/links?object=${object}&objectId=${objectId}`),
    onSettled: onChanged,
    onError: showFailure,
  });
  return (
    <>
      <div className={lines["line"]}>
        <IconFile size={16} aria-hidden />
        <a href={blobUrl(file.blobId, file.name)} target="_blank" rel="noreferrer" className="truncate" title={file.name}>
          {file.name}
        </a>
        <span className={classes["dim"]} title={format.full(file.changedAt)}>
          {format.bytes(file.bytes)} · {file.createdBy?.name ?? ""} · {format.stamp(file.changedAt, now)}
        </span>
        {file.no > 1 || editable ? (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon size="sm" aria-label={t("menu", { name: file.name })} loading={renew.isPending}>
                <IconDotsVertical size={15} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {file.no > 1 ? (
                <Menu.Item leftSection={<IconHistory size={15} />} onClick={() => setShown(!shown)}>
                  {t("versions", { count: file.no })}
                </Menu.Item>
              ) : null}
              {editable ? (
                <>
                  <FileButton onChange={(chosen) => chosen !== null && renew.mutate(chosen)}>
                    {(props) => (
                      <Menu.Item {...props} closeMenuOnClick={false} leftSection={<IconUpload size={15} />}>
                        {t("renew")}
                      </Menu.Item>
                    )}
                  </FileButton>
                  <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => remove.mutate()}>
                    {t("remove")}
                  </Menu.Item>
                </>
              ) : null}
            </Menu.Dropdown>
          </Menu>
        ) : null}
      </div>
      {shown ? (
        <ul className={classes["versions"]}>
          {detail.data?.versions.map((version) => (
            <li key={version.no}>
              <a href={blobUrl(version.blobId, file.name)} target="_blank" rel="noreferrer">
                {t("version", { no: version.no })}
              </a>{" "}
              <span className={classes["dim"]}>
                {format.bytes(version.bytes)} · {version.createdBy?.name ?? ""} · {format.stamp(version.createdAt, now)} {version.comment ?? ""}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
