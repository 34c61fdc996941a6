import type { DuplicateCheckBody } from "@kommutator/contract/api/duplicate";
import type { LeadBody } from "@kommutator/contract/api/lead";
import type { z } from "zod";

/** What duplicates of a lead that is being made are looked for by (B14), typed at the screen or read from a file. */
export function asTyped({ contactName, companyName, contactPoints }: z.infer<typeof LeadBody>): z.infer<typeof DuplicateCheckBody> {
  return { card: "lead", id: null, kind: "person", name: contactName ?? "", companyName, taxId: null, birthDate: null, regionId: null, contactPoints };
}
