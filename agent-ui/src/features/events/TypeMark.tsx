import {
  IconBriefcase,
  IconCalendarEvent,
  IconFileText,
  IconGavel,
  IconMail,
  IconMessage,
  IconMessages,
  IconPhone,
  IconPresentation,
  IconStar,
  IconUsers,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useNamed } from "../../app/catalogues.ts";
import { paintOf } from "../../app/tint.ts";
import classes from "./events.module.css";

type Icon = ComponentType<{ size?: number; stroke?: number }>;
/** Icons by the names that the catalogue offers; codes of the usual types stand for types without one. */
const ICONS: Record<string, Icon> = {
  phone: IconPhone,
  call: IconPhone,
  mail: IconMail,
  letter: IconMail,
  message: IconMessages,
  chat: IconMessages,
  sms: IconMessage,
  "message-2": IconMessage,
  users: IconUsers,
  meeting: IconUsers,
  file: IconFileText,
  offer: IconFileText,
  gavel: IconGavel,
  tender: IconGavel,
  presentation: IconPresentation,
  seminar: IconPresentation,
  briefcase: IconBriefcase,
  star: IconStar,
};

/** The sign of a type in its own colour. Its name is said beside it, or by the title. */
export function TypeMark({
  type,
  named = false,
}: {
  type: { id: string; name: string; code?: string; icon: string | null; color: string | null };
  named?: boolean;
}) {
  const name = useNamed()(type);
  const Icon = ICONS[type.icon ?? ""] ?? ICONS[type.code ?? ""] ?? IconCalendarEvent;
  const color = type.color === null ? undefined : paintOf(type.color);
  return (
    <span className={classes["type"]} title={named ? undefined : name}>
      <span className={classes["mark"]} style={color === undefined ? undefined : { color }} aria-hidden>
        <Icon size={15} stroke={1.8} />
      </span>
      {named ? <span className="truncate">{name}</span> : <span className="sr-only">{name}</span>}
    </span>
  );
}
