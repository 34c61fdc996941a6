import type { WebhookHead, WebhookRequest, WebhookResponse } from "@kommutator/contract/channel";

/**
 * What a provider asks and what it is answered, on their way between two nodes. Bodies are octets, and a head may hold what `jsonb`
 * cannot (a zero character in the address): so each is one packed text.
 */
export interface Packed {
  packed: string;
}

const toPacked = (value: unknown): Packed => ({ packed: Buffer.from(JSON.stringify(value)).toString("base64") });
const fromPacked = (value: unknown): unknown => JSON.parse(Buffer.from((value as Packed).packed, "base64").toString());
const toText = (octets: Uint8Array): string => Buffer.from(octets).toString("base64");
const toOctets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

type PackedResponse = Omit<WebhookResponse, "body"> & { text?: string; octets?: string };

function strip({ body, ...rest }: WebhookResponse): PackedResponse {
  if (body === undefined) return rest;
  return typeof body === "string" ? { ...rest, text: body } : { ...rest, octets: toText(body) };
}
function dress({ text, octets, ...rest }: PackedResponse): WebhookResponse {
  if (text !== undefined) return { ...rest, body: text };
  return octets === undefined ? rest : { ...rest, body: toOctets(octets) };
}

/** A request's head and back. */
export const packHead = (head: WebhookHead): Packed => toPacked(head);
export const unpackHead = (value: unknown): WebhookHead => fromPacked(value) as WebhookHead;

/** A whole request and back. */
export const packRequest = ({ body, ...head }: WebhookRequest): Packed => toPacked({ head, octets: toText(body) });
export function unpackRequest(value: unknown): WebhookRequest {
  const { head, octets } = fromPacked(value) as { head: WebhookHead; octets: string };
  return { ...head, body: toOctets(octets) };
}

/** What was answered, or how large the body may be, and back. */
export const packAnswer = (answer: WebhookResponse | number | null): Packed => toPacked(typeof answer === "object" && answer !== null ? strip(answer) : answer);
export function unpackAnswer(value: unknown): WebhookResponse | number | null {
  const answer = fromPacked(value) as PackedResponse | number | null;
  return typeof answer === "object" && answer !== null ? dress(answer) : answer;
}
