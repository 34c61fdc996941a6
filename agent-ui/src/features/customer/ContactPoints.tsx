import type { ContactPoint } from "@kommutator/contract/api/contact-point";
import { ActionIcon, Badge, Button, Group, Menu, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCheck, IconDots, IconPhone, IconPlus, IconShare, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import { StartButton } from "../start/StartButton.tsx";
import { AddPoint, type Holder, useReread } from "./AddPoint.tsx";
import { conflictOf } from "./Conflict.tsx";
import classes from "./customer.module.css";
import { DuplicateHint, twinsOf } from "./DuplicateHint.tsx";
import { usePointText } from "./point.ts";

/** Kinds by which one can write first; the server says by which channel, and why not. */
const WRITTEN = new Set<string>(["phone", "email", "telegram", "viber", "vk"]);

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
  const [reason, setReason] = useState("");
  const change = useMutation({
    mutationFn: ({ id, body }: { id: string; body: object }) => api.patch(`/contact-points/${id}`, body),
    onSuccess: async () => {
      setReason("");
      await reread();
    },
    // Another one changed it meanwhile: the card shows how it is now, and the next press is about that.
    onError: async (error) => {
      const current = conflictOf<ContactPoint>(error);
      if (twinsOf(error) !== null) return;
      if (current === null) return showFailure(error);
      notifications.show({ id: `point-${current.id}`, color: "yellow", message: t("point.changed", { value: text(current) }), autoClose: 8000 });
      await reread();
    },
  });
  const twins = twinsOf(change.error);
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
      {twins === null || change.variables === undefined ? null : (
        <>
          <DuplicateHint check={twins} reason={reason} onReason={setReason} />
          <Group gap={6} mt={6} justify="flex-end">
            {!twins.mayDiffer ? null : (
              <Button
                size="xs"
                loading={change.isPending}
                disabled={reason.trim() === ""}
                onClick={() => change.mutate({ id: change.variables.id, body: { ...change.variables.body, differentReason: reason.trim() } })}
              >
                {t("common:save")}
              </Button>
            )}
            <Button size="xs" variant="subtle" color="gray" onClick={() => change.reset()}>
              {t("common:cancel")}
            </Button>
          </Group>
        </>
      )}
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
