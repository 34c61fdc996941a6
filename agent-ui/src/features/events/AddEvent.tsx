import { Button } from "@mantine/core";
import { IconCalendarPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNow } from "../../app/format.ts";
import { useCan } from "../../app/me.ts";
import { EventForm, type Like } from "./EventForm.tsx";

/** The button of a card by which an event with its client is planned or registered. */
export function AddEvent({ party }: { party: NonNullable<Like["party"]> }) {
  const { t } = useTranslation("events");
  const can = useCan();
  const now = useNow(60_000);
  const [adding, setAdding] = useState(false);
  if (can("interaction", "create") === null) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconCalendarPlus size={16} />} onClick={() => setAdding(true)}>
        {t("add")}
      </Button>
      {adding ? <EventForm like={{ party }} now={now} onClose={() => setAdding(false)} /> : null}
    </>
  );
}
