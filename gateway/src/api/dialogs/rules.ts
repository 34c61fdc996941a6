import type { DialogDetail } from "@kommutator/contract/api/dialogs";
import type { ChannelLimits } from "@kommutator/contract/channel";

/** What the screens need to know of a channel's files before one is chosen. `null` rules: anything up to the bytes. */
export const fileLimits = (limits: ChannelLimits): Pick<DialogDetail["capabilities"], "attachmentBytes" | "attachments" | "captionLength"> => ({
  attachmentBytes: limits.attachmentBytes,
  attachments:
    limits.attachments === undefined
      ? null
      : { count: limits.attachments.count, types: limits.attachments.types ?? null, bytesByType: limits.attachments.bytesByType ?? {} },
  captionLength: limits.captionLength ?? null,
});
