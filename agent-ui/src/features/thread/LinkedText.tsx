import { IconMapPin } from "@tabler/icons-react";
import { Fragment } from "react";
import { isPlace } from "./media.ts";

const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

/** Plain text with its web addresses as links, nothing else; a place on a map has a pin. */
export function LinkedText({ text }: { text: string }) {
  return text.split(LINK).map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
      <a key={index} href={part} target="_blank" rel="noopener noreferrer nofollow">
        {isPlace(part) ? <IconMapPin size={15} aria-hidden style={{ verticalAlign: "-2px", marginRight: 3 }} /> : null}
        {part}
      </a>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
      <Fragment key={index}>{part}</Fragment>
    ),
  );
}
