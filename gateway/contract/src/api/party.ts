import { z } from "zod";
import { EmployeeRef, Id, NamedRef } from "./common.ts";
import { FeedItem } from "./history.ts";
import { InterestRow } from "./interest.ts";

/** GET /dialogs/:id/card (IncomingCard) · PATCH /dialogs/:id/party (PartyBody -> IncomingCard: choose among several, another person, link an Interest) */
/** The incoming-call card (CC-15). */
export const IncomingCard = z.object({
  dialogId: Id,
  number: z.string().nullable(),
  identityKind: z.string(),
  party: z.object({
    result: z.string(),
    name: z.string(),
    customer: NamedRef.nullable(),
    contact: NamedRef.nullable(),
    lead: NamedRef.nullable(),
    isVip: z.boolean(),
    candidates: z.array(z.object({ customerId: Id, contactId: Id.nullable(), name: z.string() })),
  }),
  responsible: EmployeeRef.nullable(),
  openInterests: z.array(InterestRow),
  lastInteractions: z.array(FeedItem),
  unansweredMessages: z.number().int(),
  /** What an Interest made from this dialog begins with (RG-13); a title of null is the agent's to find. */
  newInterest: z.object({ title: z.string().nullable(), sourceId: Id.nullable(), purposeId: Id.nullable() }),
});
export type IncomingCard = z.infer<typeof IncomingCard>;
/**
 * Who a dialog is with and what it is about. Keys left out stay. A new person clears the Interest unless one is given.
 * `verify` marks the dialog's number or address as proven to be this person's (C2).
 */
export const PartyBody = z.object({
  customerId: Id.nullable().optional(),
  contactId: Id.nullable().optional(),
  leadId: Id.nullable().optional(),
  interestId: Id.nullable().optional(),
  verify: z.boolean().default(false),
});
