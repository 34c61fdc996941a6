import { Button } from "@mantine/core";
import { IconVariable } from "@tabler/icons-react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { openVariables } from "./canned.ts";
import classes from "./composer.module.css";

/** Variables of a canned answer that have no value here: each is a button that selects its place. Nothing is sent while one stands. */
export function OpenVariables({ open, input }: { open: ReturnType<typeof openVariables>; input: RefObject<HTMLTextAreaElement | null> }) {
  const { t } = useTranslation("composer");
  return (
    <div className={classes["banner"]} role="status" data-variables="">
      <IconVariable size={16} aria-hidden />
      <span>{t("canned.unfilled")}</span>
      {open.map((each) => (
        <Button
          key={each.from}
          size="compact-xs"
          variant="light"
          color="yellow"
          onClick={() => {
            input.current?.focus();
            input.current?.setSelectionRange(each.from, each.to);
          }}
        >
          {each.name}
        </Button>
      ))}
    </div>
  );
}
