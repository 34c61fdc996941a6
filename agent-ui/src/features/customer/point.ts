import type { ContactPoint } from "@kommutator/contract/api/contact-point";
import { useTranslation } from "react-i18next";
import { useFormat, usePhone } from "../../app/format.ts";

type Point = Pick<ContactPoint, "kind" | "value" | "channelName" | "since">;

/**
 * What of a contact point says something to a person. The key of a visitor's browser does not: the site's channel stands for it, and the moment
 * of the first word tells two browsers apart.
 */
export function saidOf(point: Point): { value: string } | { channel: string | null; since: string } {
  return point.kind === "site_visitor" ? { channel: point.channelName, since: point.since } : { value: point.value };
}

/** How a contact point is read: a number formatted, an address as it is, a visitor by the site's channel and the first contact. */
export function usePointText(): (point: Point) => string {
  const { t } = useTranslation("customer");
  const phone = usePhone();
  const format = useFormat();
  return (point) => {
    const said = saidOf(point);
    if ("value" in said) return phone(said.value);
    const at = `${format.date(said.since)}, ${format.time(said.since)}`;
    return said.channel === null ? t("point.since", { at }) : t("point.visitor", { channel: said.channel, at });
  };
}
