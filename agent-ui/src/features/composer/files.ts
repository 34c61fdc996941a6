import type { DialogDetail } from "@kommutator/contract/api/dialogs";
import type { z } from "zod";

export type Capabilities = z.infer<typeof DialogDetail>["capabilities"];
export type FileLimits = Pick<Capabilities, "attachmentBytes" | "attachments">;

/** Why a file cannot go, as a key of `composer:refused`, with what the text needs. */
export type Refusal =
  | { code: "none" }
  | { code: "count"; count: number }
  | { code: "type"; types: string[] }
  | { code: "ending"; ending: string }
  | { code: "size" | "total"; bytes: number }
  | { code: "empty" };

/** MIME type or prefix ("image/") of a channel's list; "image/jpeg" also matches "image/jpeg; q=1". */
const fits = (mime: string, pattern: string) => (pattern.endsWith("/") ? mime.startsWith(pattern) : mime === pattern || mime.startsWith(`${pattern};`));

/** The biggest file of a type on this channel, in bytes. */
export function bytesFor(limits: FileLimits, mime: string): number {
  const special = Object.entries(limits.attachments?.bytesByType ?? {}).filter(([pattern]) => fits(mime, pattern));
  return Math.min(limits.attachmentBytes, ...special.map(([, bytes]) => bytes));
}

/** Whether files can go at all on this channel. */
export const takesFiles = (limits: FileLimits): boolean => limits.attachmentBytes > 0 && limits.attachments?.count !== 0;

export function refusalOf(file: { type: string; size: number; name?: string }, limits: FileLimits, others: readonly { size: number }[]): Refusal | null {
  const mime = file.type === "" ? "application/octet-stream" : file.type.toLowerCase();
  if (!takesFiles(limits)) return { code: "none" };
  const { attachments } = limits;
  if (attachments !== null && others.length >= attachments.count) return { code: "count", count: attachments.count };
  const types = attachments?.types ?? null;
  if (types !== null && !types.some((pattern) => fits(mime, pattern))) return { code: "type", types };
  const ending = /\.([^.]+)$/.exec(file.name?.trim() ?? "")?.[1]?.toLowerCase();
  if (ending !== undefined && attachments?.refused?.includes(ending)) return { code: "ending", ending };
  if (file.size === 0) return { code: "empty" };
  const bytes = bytesFor(limits, mime);
  if (file.size > bytes) return { code: "size", bytes };
  return others.reduce((sum, other) => sum + other.size, file.size) > limits.attachmentBytes ? { code: "total", bytes: limits.attachmentBytes } : null;
}

/** A channel's list as the file picker's `accept`; undefined = anything. */
export const acceptOf = (limits: FileLimits): string | undefined =>
  limits.attachments?.types?.map((pattern) => (pattern.endsWith("/") ? `${pattern}*` : pattern)).join(",");

/** Types of a list as people call them: "image/" -> image, "application/pdf" -> PDF. */
export function typeNames(types: string[]): { kinds: string[]; others: string[] } {
  const kinds = new Set<string>();
  const others = new Set<string>();
  for (const type of types) {
    const [group = "", rest = ""] = type.split("/");
    if (rest === "" || group !== "application") kinds.add(group);
    else others.add(rest.replace(/^(x-|vnd\.[a-z-]+\.)/, "").toUpperCase());
  }
  return { kinds: [...kinds], others: [...others] };
}

/** How long the text may be: beside files a channel may take less of it. */
export function textLimit(capabilities: Pick<Capabilities, "textLength" | "captionLength">, files: number): number {
  return files > 0 && capabilities.captionLength !== null ? Math.min(capabilities.captionLength, capabilities.textLength) : capabilities.textLength;
}
