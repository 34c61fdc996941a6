import type { InboundFile, MessageReceived, ThreadEnded } from "@kommutator/contract/channel";
import type { EpochMs } from "@kommutator/contract/ids";
import { z } from "zod";

export const MAX_TEXT_LENGTH = 4_000;

const key = z.string().regex(/^[\w-]{8,64}$/);
const line = (max: number) =>
  z
    .string()
    .max(max)
    .transform((text) => clean(text).replace(/\s+/g, " ").trim());
const claims = z.object({ name: line(200).optional(), phone: line(40).optional(), email: line(254).optional() });

/** What the visitor's page sends. The key is the page's own: sent again after a lost answer, it is the same message. */
export const messageBody = z
  .object({ key, text: z.string().max(MAX_TEXT_LENGTH).transform(clean), name: line(200).optional(), claims: claims.optional() })
  .refine((body) => body.text.trim() !== "" || Object.values(body.claims ?? {}).some((value) => value !== ""), { message: "An empty message" });
export const stateBody = z.object({ delivered: key.optional(), read: key.optional() });
export const endBody = z.object({ key });
export const fileQuery = z.object({ key, name: line(200) });

export function messageEvent(threadKey: string, body: z.infer<typeof messageBody>, at: EpochMs): MessageReceived {
  const said = Object.fromEntries(Object.entries(body.claims ?? {}).filter(([, value]) => value !== undefined && value !== ""));
  const name = said["name"] ?? body.name;
  return {
    ...base(threadKey, body.key, at),
    from: { kind: "site_visitor", value: threadKey, ...(name === undefined || name === "" ? {} : { displayName: name }) },
    text: body.text.trim() === "" ? Object.values(said).join(", ") : body.text.trim(),
    ...(Object.keys(said).length === 0 ? {} : { claims: said }),
  };
}

export function fileEvent(threadKey: string, query: z.infer<typeof fileQuery>, file: { mime: string; bytes: Uint8Array }, at: EpochMs): MessageReceived {
  const name =
    query.name
      .split(/[/\\]/)
      .at(-1)
      ?.replace(/\p{Cc}/gu, "")
      .trim() ?? "";
  const mime = /^[\w.+-]+\/[\w.+-]+$/.test(file.mime) ? file.mime : "application/octet-stream";
  const stored: InboundFile = { name: name === "" || /^\.+$/.test(name) ? "file" : name, mime, bytes: file.bytes };
  return { ...base(threadKey, query.key, at), from: { kind: "site_visitor", value: threadKey }, text: "", files: [stored] };
}

export function endEvent(threadKey: string, body: z.infer<typeof endBody>, at: EpochMs): ThreadEnded {
  return { kind: "thread.ended", eventKey: `${threadKey}:end:${body.key}`, occurredAt: at, thread: { key: threadKey } };
}

/** The visitor's own thread is part of the key: nobody can use up somebody else's. */
function base(threadKey: string, messageKey: string, at: EpochMs) {
  return {
    kind: "message.received" as const,
    eventKey: `${threadKey}:${messageKey}`,
    messageKey,
    occurredAt: at,
    thread: { key: threadKey },
    nature: "human" as const,
  };
}

function clean(text: string): string {
  return text.replace(/\0/g, "").replace(/\p{Surrogate}/gu, "\ufffd");
}
