import {
  IconBriefcase,
  IconCalendarEvent,
  IconFileText,
  IconGavel,
  IconMail,
  IconMessage,
  IconMessages,
  IconNote,
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
/** What the administrator may choose, by the names that the catalogue keeps. */
const CHOICE = {
  phone: IconPhone,
  mail: IconMail,
  message: IconMessages,
  "message-2": IconMessage,
  users: IconUsers,
  presentation: IconPresentation,
  "file-text": IconFileText,
  gavel: IconGavel,
  briefcase: IconBriefcase,
  note: IconNote,
  star: IconStar,
  calendar: IconCalendarEvent,
} as const satisfies Record<string, Icon>;
export const ICON_NAMES = Object.keys(CHOICE) as (keyof typeof CHOICE)[];
/** Older names, and the codes of the usual types for those without an icon. */
const ICONS: Record<string, Icon> = {
  ...CHOICE,
  call: IconPhone,
  letter: IconMail,
  chat: IconMessages,
  sms: IconMessage,
  meeting: IconUsers,
  file: IconFileText,
  offer: IconFileText,
  tender: IconGavel,
  seminar: IconPresentation,
};

/** The icon of a name alone, for whoever chooses one. */
export function TypeIcon({ name }: { name: (typeof ICON_NAMES)[number] }) {
  const Shape = CHOICE[name];
  return <Shape size={17} stroke={1.8} />;
}

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
