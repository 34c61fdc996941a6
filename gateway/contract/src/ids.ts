/**
 * Words of the house (the glossary). The same word stands in code, SQL, API and UI keys.
 *
 * - channel: one configured account (a PBX trunk, a mailbox, a site widget); line: a phone number of ours
 * - contact point: one reachable identity of a customer, contact or lead (phone, e-mail, visitor id)
 * - dialog: one bounded exchange with one contact point on one channel, from open to close; a call is a dialog
 * - queue, entry: where dialogs wait; one stay of a dialog there
 * - offer: a proposal of an entry to one agent that expires and holds capacity
 * - assignment: the interval in which an agent has the dialog
 * - responsible: the employee to whom a customer or an Interest is attached; routing never writes it
 * - inquiry, purpose: the incoming matter to be received; what it is for
 * - Interest, Interaction: the matter pursued; one contact, done or planned
 * - event / command: a fact in the past tense / an order in the imperative
 */

/** All ids are UUID strings unless the name says otherwise. */
export type Id = string;

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

/** A position in the Dialogs stream: 1, 2, 3 … without gaps; 0 is "before everything". */
export type StreamPosition = number;

/**
 * How an agent meets a dialog: a telephone call; a live chat, whose writer sits and watches; a message (messenger or SMS), whose
 * writer does not; or a letter. Deadlines and capacity depend on it.
 */
export const MEDIA = ["voice", "chat", "message", "mail"] as const;
export type Medium = (typeof MEDIA)[number];
