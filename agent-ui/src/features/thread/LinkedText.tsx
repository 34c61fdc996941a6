import { IconMapPin } from "@tabler/icons-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { isPlace } from "./media.ts";

const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

/** In place of a long address full of numbers. */
function Place() {
  const { t } = useTranslation("thread");
  return (
    <>
      <IconMapPin size={15} aria-hidden style={{ verticalAlign: "-2px", marginRight: 3 }} />
      {t("place")}
    </>
  );
}

/** Plain text with its web addresses as links, nothing else; a place on a map has a pin and words. */
export function LinkedText({ text }: { text: string }) {
  return text.split(LINK).map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
      <a key={index} href={part} title={part} target="_blank" rel="noopener noreferrer nofollow">
        {isPlace(part) ? <Place /> : part}
      </a>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
      <Fragment key={index}>{part}</Fragment>
    ),
  );
}
