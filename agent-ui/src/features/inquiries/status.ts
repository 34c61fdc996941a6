import type { InquiryView } from "@kommutator/contract/api/inquiry";

export const STATUS_COLOURS = { new: "blue", in_wizard: "yellow", dispatched: "grape", processed: "green", rejected: "gray" } as const;
/** It still waits for a decision. */
export const isOpen = (row: InquiryView): boolean => row.status !== "processed" && row.status !== "rejected";
