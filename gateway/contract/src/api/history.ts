import { z } from "zod";
import { EmployeeRef, Id, IsoTime, Page, PageQuery } from "./common.ts";

/** What a history is narrowed to: calls, letters and chats with all that was recorded of them, whichever kind of item stands for it. */
export const FEED_GROUPS = ["calls", "letters", "chats", "meetings", "interests", "requests", "tasks", "files", "changes"] as const;
export type FeedGroup = (typeof FEED_GROUPS)[number];

/** GET /customers/:id/feed · GET /leads/:id/feed · GET /contacts/:id/feed · GET /search?q= (people by name, phone fragment, e-mail) */
export const FeedItem = z.object({
  id: z.string(),
  kind: z.enum(["call", "dialog", "interaction", "interest", "inquiry", "claim", "owner", "stage", "lead", "task", "file"]),
  at: IsoTime,
  title: z.string(),
  text: z.string().nullable(),
  direction: z.enum(["in", "out", "both"]).nullable(),
  employee: EmployeeRef.nullable(),
  dialogId: Id.nullable(),
  interestId: Id.nullable(),
  callId: Id.nullable(),
  durationS: z.number().nullable(),
  recordingBlobId: Id.nullable(),
  channelKind: z.string().nullable(),
  state: z.string().nullable(),
  /** Whose card a click opens: the row itself, of a claim the inquiry that it came by; null for what has none. */
  objectId: Id.nullish(),
  /** Of an Interaction: its type. */
  type: z.object({ id: Id, code: z.string(), name: z.string(), icon: z.string().nullable(), color: z.string().nullable() }).nullish(),
  /** Of a file: the bytes of its newest version. */
  blobId: Id.nullish(),
});
export type FeedItem = z.infer<typeof FeedItem>;
export const FeedPage = Page(FeedItem);
/** Of every feed: `kind` is one or several of FeedItem's kinds, separated by commas; `typeId` leaves only Interactions of that type. All filters hold together. */
export const FeedQuery = PageQuery.extend({
  kind: z.string().max(200).optional(),
  group: z.enum(FEED_GROUPS).optional(),
  typeId: Id.optional(),
  employeeId: Id.optional(),
  interestId: Id.optional(),
});
export const SearchHit = z.object({
  kind: z.enum(["customer", "contact", "lead"]),
  id: Id,
  customerId: Id.nullable(),
  name: z.string(),
  detail: z.string(),
  responsible: EmployeeRef.nullable(),
});
export const SearchQuery = z.object({ q: z.string().min(1).max(200), limit: z.coerce.number().int().min(1).max(50).default(20) });
export const SearchResult = z.object({ items: z.array(SearchHit) });
