import type { DialogDetail } from "@kommutator/contract/api/dialogs";
import type { ChannelLimits } from "@kommutator/contract/channel";
import { MAX_UPLOAD_BYTES } from "../blobs/routes.ts";

/** What the screens need to know of a channel's files before one is chosen. No more than can be uploaded here, whatever the channel takes. `null` rules: anything up to the bytes. */
export const fileLimits = (limits: ChannelLimits): Pick<DialogDetail["capabilities"], "attachmentBytes" | "attachments" | "captionLength"> => ({
  attachmentBytes: Math.min(limits.attachmentBytes, MAX_UPLOAD_BYTES),
  attachments:
    limits.attachments === undefined
      ? null
      : {
          count: limits.attachments.count,
          types: limits.attachments.types ?? null,
          ...(limits.attachments.refused === undefined ? {} : { refused: limits.attachments.refused }),
          bytesByType: limits.attachments.bytesByType ?? {},
        },
  captionLength: limits.captionLength ?? null,
});
