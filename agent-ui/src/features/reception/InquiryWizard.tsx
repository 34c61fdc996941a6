import type { Reception } from "@kommutator/contract/api/inquiry";
import { useMemo, useState } from "react";
import { type Found, useInquiryReception } from "./queries.ts";
import { ReceptionFrame } from "./ReceptionWizard.tsx";

/** Reception of an inquiry without a dialog: a visitor, a missed call (B1). Whom it is about is kept here and in the draft until it is finished. */
export function InquiryWizard({ inquiryId }: { inquiryId: string }) {
  const [purposeId, setPurposeId] = useState<string | null>(null);
  // undefined: nothing chosen here yet, so that the draft speaks; null: nobody who is known.
  const [picked, setPicked] = useState<Found | null | undefined>(undefined);
  const [drafted, setDrafted] = useState<Found | null>(null);
  const person = picked === undefined ? drafted : picked;
  const { data, ...reception } = useInquiryReception(inquiryId, purposeId, person);
  const inDraft = data === undefined ? null : personOf(data);
  if (drafted === null && inDraft !== null) setDrafted(inDraft);
  const shown = useMemo(() => (data === undefined ? undefined : about(data, person)), [data, person]);
  return (
    <ReceptionFrame
      dialogId={null}
      reception={{ data: shown, error: reception.error, isError: reception.isError, refetch: reception.refetch }}
      onPurpose={setPurposeId}
      finding={false}
      onFound={setPicked}
      onForgotten={() => setPicked(null)}
    />
  );
}

/** The reception as it looks with the found person, and with the number that a missed call left. */
function about(reception: Reception, person: Found | null): Reception {
  const { inquiry, identity } = reception;
  return {
    ...reception,
    identity: { ...identity, value: identity.value ?? inquiry.identityValue ?? null },
    inquiry: person === null ? inquiry : { ...inquiry, party: person },
  };
}

/** Whom the draft of an earlier visit names. */
function personOf({ inquiry }: Reception): Found | null {
  const who = inquiry.draft?.["who"];
  if (typeof who !== "object" || who === null || !("kind" in who) || !("name" in who)) return null;
  const name = String(who.name);
  if (who.kind === "customer" && "customerId" in who && typeof who.customerId === "string") {
    const contactId = "contactId" in who && typeof who.contactId === "string" ? who.contactId : null;
    return { customerId: who.customerId, contactId, leadId: null, name };
  }
  if (who.kind === "lead" && "leadId" in who && typeof who.leadId === "string") return { customerId: null, contactId: null, leadId: who.leadId, name };
  return null;
}
