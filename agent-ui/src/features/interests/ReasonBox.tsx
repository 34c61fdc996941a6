import { Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import { UnmetList } from "./MoveBox.tsx";
import { missingOf } from "./missing.ts";

/** The shortest reason that the server takes. */
const LEAST = 3;

/** A box that does something for a reason which is kept; what the server misses is listed in it. */
export function ReasonBox(props: {
  title: string;
  text: string;
  action: string;
  ready?: boolean;
  children?: ReactNode;
  run: (reason: string) => Promise<unknown>;
  onClose: () => void;
}) {
  const { t } = useTranslation("interests");
  const [reason, setReason] = useState("");
  const ready = props.ready !== false && reason.trim().length >= LEAST;
  const save = useMutation({ mutationFn: () => props.run(reason.trim()), onSuccess: props.onClose });
  const missing = save.error === null ? null : missingOf(save.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !save.isPending) save.mutate();
  };
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={props.onClose} title={props.title}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{props.text}</Text>
          {props.children}
          <Textarea
            data-autofocus
            required
            label={t("move.reason")}
            autosize
            minRows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {missing === null ? null : <UnmetList missing={missing} />}
          <Failure error={missing === null ? save.error : null} />
          <FormFoot label={props.action} busy={save.isPending} disabled={!ready} onClose={props.onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
