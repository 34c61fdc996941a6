import type { ContactPoint } from "@kommutator/contract/api/contact-point";
import { ActionIcon, Badge, Button, Checkbox, Group, Menu, Select, TextInput, Tooltip } from "@mantine/core";
import { IconCheck, IconDots, IconPhone, IconPlus, IconShare, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { failureText, showFailure } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import { StartButton } from "../start/StartButton.tsx";
import classes from "./customer.module.css";
import { usePointText } from "./point.ts";

const KINDS = ["phone", "email", "telegram", "viber", "vk", "whatsapp", "other"] as const;
/** Kinds by which one can write first; the server says by which channel, and why not. */
const WRITTEN = new Set<string>(["phone", "email", "telegram", "viber", "vk"]);
const LABELS = ["mobile", "work", "home", "internal", "main", "other"] as const;
export interface Holder {
  customerId?: string;
  contactId?: string;
  leadId?: string;
}

/** Phones, addresses, messengers of one party: call, share, verify, remove, add. */
export function ContactPoints({
  points,
  holder,
  editable,
  about,
}: {
  points: ContactPoint[];
  holder: Holder;
  editable: boolean;
  about?: { customerId?: string };
}) {
  const { t } = useTranslation("customer");
  const text = usePointText();
  const format = useFormat();
  const softphone = useSoftphone();
  const reread = useReread();
  const [adding, setAdding] = useState(false);
  const change = useMutation({
    mutationFn: ({ id, body }: { id: string; body: object }) => api.patch(`/contact-points/${id}`, body),
    onSuccess: reread,
    onError: showFailure,
  });
  const remove = useMutation({ mutationFn: (id: string) => api.delete(`/contact-points/${id}`), onSuccess: reread, onError: showFailure });
  const ready = softphone.view.line.phase === "ready" && softphone.view.call.phase === "idle";
  return (
    <>
      <ul className={classes["points"]}>
        {points.map((point) => (
          <li key={point.id} className={classes["point"]}>
            <span className={classes["dim"]}>
              {point.label === null ? t(`point.kind.${point.kind}`) : t(`point.label.${point.label}`, { defaultValue: point.label })}
            </span>
            <span className={classes["pointValue"]} title={point.kind === "site_visitor" ? text(point) : point.raw}>
              {text(point)}
            </span>
            {point.verifiedAt === null ? (
              <Badge size="xs" color="gray" variant="light">
                {t("point.unverified")}
              </Badge>
            ) : (
              <Tooltip label={t("point.verified", { at: format.date(point.verifiedAt) })}>
                <IconCheck size={14} color="var(--k-green)" aria-label={t("point.verified", { at: format.date(point.verifiedAt) })} />
              </Tooltip>
            )}
            {point.isShared ? (
              <Badge size="xs" color="yellow" variant="light">
                {t("point.shared")}
              </Badge>
            ) : null}
            {point.bouncedAt === null ? null : (
              <Badge size="xs" color="red" variant="light">
                {t("point.bounced")}
              </Badge>
            )}
            <span style={{ flex: 1 }} />
            {WRITTEN.has(point.kind) ? <StartButton small target={{ ...holder, contactPointId: point.id }} /> : null}
            {point.kind === "phone" && softphone.enabled ? (
              <Tooltip label={ready ? t("point.call") : t("point.callNotReady")}>
                <ActionIcon
                  size="sm"
                  variant="light"
                  color="green"
                  disabled={!ready}
                  aria-label={t("point.callTo", { value: point.value })}
                  onClick={() =>
                    softphone.order({ kind: "dial", number: point.value, ...(about?.customerId === undefined ? {} : { customerId: about.customerId }) })
                  }
                >
                  <IconPhone size={14} />
                </ActionIcon>
              </Tooltip>
            ) : null}
            {editable ? (
              <Menu position="bottom-end">
                <Menu.Target>
                  <ActionIcon size="sm" aria-label={t("point.more", { value: text(point) })}>
                    <IconDots size={14} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  {point.verifiedAt === null ? (
                    <Menu.Item
                      leftSection={<IconCheck size={14} />}
                      onClick={() => change.mutate({ id: point.id, body: { verified: true, version: point.version } })}
                    >
                      {t("point.verify")}
                    </Menu.Item>
                  ) : null}
                  <Menu.Item
                    leftSection={<IconShare size={14} />}
                    onClick={() => change.mutate({ id: point.id, body: { isShared: !point.isShared, version: point.version } })}
                  >
                    {t(point.isShared ? "point.unshare" : "point.share")}
                  </Menu.Item>
                  <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={() => remove.mutate(point.id)}>
                    {t("point.remove")}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            ) : null}
          </li>
        ))}
        {points.length === 0 ? <li className={classes["dim"]}>{t("point.none")}</li> : null}
      </ul>
      {!editable ? null : adding ? (
        <AddPoint holder={holder} onDone={() => setAdding(false)} />
      ) : (
        <Button mt={4} size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />} onClick={() => setAdding(true)}>
          {t("point.add")}
        </Button>
      )}
    </>
  );
}

function AddPoint({ holder, onDone }: { holder: Holder; onDone: () => void }) {
  const { t } = useTranslation("customer");
  const reread = useReread();
  const [kind, setKind] = useState<string>("phone");
  const [value, setValue] = useState("");
  const [label, setLabel] = useState<string | null>(null);
  const [isShared, setShared] = useState(false);
  const add = useMutation({
    mutationFn: () => api.post("/contact-points", { kind, value: value.trim(), label, isShared, ...holder }),
    onSuccess: async () => {
      await reread();
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value.trim() !== "") add.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Group gap={6} mt={6} align="flex-start">
        <Select
          size="xs"
          w={110}
          aria-label={t("point.kindName")}
          data={KINDS.map((each) => ({ value: each, label: t(`point.kind.${each}`) }))}
          value={kind}
          onChange={(next) => setKind(next ?? "phone")}
        />
        <TextInput
          size="xs"
          flex={1}
          miw={150}
          autoFocus
          aria-label={t("point.value")}
          placeholder={t("point.value")}
          value={value}
          error={add.isError ? failureText(add.error) : null}
          onChange={(event) => setValue(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") onDone();
          }}
        />
        <Select
          size="xs"
          w={120}
          clearable
          allowDeselect
          aria-label={t("point.labelName")}
          placeholder={t("point.labelName")}
          data={LABELS.map((each) => ({ value: each, label: t(`point.label.${each}`) }))}
          value={label}
          onChange={setLabel}
        />
        <Checkbox size="xs" mt={7} label={t("point.shared")} checked={isShared} onChange={(event) => setShared(event.currentTarget.checked)} />
        <Button size="xs" type="submit" loading={add.isPending}>
          {t("common:add")}
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={onDone}>
          {t("common:cancel")}
        </Button>
      </Group>
    </form>
  );
}

/** Cards that show contact points are read again. */
function useReread() {
  const client = useQueryClient();
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey: [word] }) => word === "customer" || word === "lead" || word === "customers" || word === "leads" || word === "dialog-part",
    });
}
