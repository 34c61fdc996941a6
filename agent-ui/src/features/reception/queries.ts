import type { SearchResult } from "@kommutator/contract/api/history";
import type { FinishBody, FinishResult, InquiryView, Reception } from "@kommutator/contract/api/inquiry";
import type { LeadView } from "@kommutator/contract/api/lead";
import type { IncomingCard, PartyBody } from "@kommutator/contract/api/party";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";

/** The inquiry of a dialog with who and the ranked Interests; reading it starts the reception, so only ask when one begins. */
export function useReception(dialogId: string, purposeId: string | null, enabled: boolean) {
  return useQuery({
    queryKey: [...keys.ofDialog(dialogId, "reception"), purposeId],
    queryFn: ({ signal }) => api.get<Reception>(`/dialogs/${dialogId}/reception`, { signal, query: { purposeId: purposeId ?? undefined } }),
    enabled,
    placeholderData: keepPreviousData,
  });
}

/** Everything that shows this dialog's person, inquiry or Interests is read again. */
function useReread(dialogId: string) {
  const client = useQueryClient();
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey: [word, id] }) =>
        (word === "dialog-part" && id === dialogId) ||
        word === "inquiries" ||
        word === "interests" ||
        word === "interest" ||
        word === "customer" ||
        word === "customers" ||
        word === "lead" ||
        word === "leads",
    });
}

/** Says who this dialog is with, or which Interest it belongs to. */
export function useSetParty(dialogId: string) {
  const reread = useReread(dialogId);
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: z.input<typeof PartyBody>) => api.patch<IncomingCard>(`/dialogs/${dialogId}/party`, body),
    onSuccess: async (card) => {
      client.setQueryData(keys.ofDialog(dialogId, "card"), card);
      await reread();
    },
    onError: showFailure,
  });
}

export function useFinish(dialogId: string) {
  const reread = useReread(dialogId);
  return useMutation({
    mutationFn: async (order: { inquiryId: string; body: FinishBody; lead: { id: string; contactName: string; companyName: string } | null }) => {
      if (order.lead !== null && (order.lead.contactName.trim() !== "" || order.lead.companyName.trim() !== "")) {
        // The lead was made from the bare number; its name was learned in the talk.
        const lead = await api.get<LeadView>(`/leads/${order.lead.id}`);
        await api.patch(`/leads/${order.lead.id}`, {
          version: lead.version,
          ...(order.lead.contactName.trim() === "" ? {} : { contactName: order.lead.contactName.trim() }),
          ...(order.lead.companyName.trim() === "" ? {} : { companyName: order.lead.companyName.trim() }),
        });
      }
      return api.post<z.infer<typeof FinishResult>>(`/inquiries/${order.inquiryId}/finish`, order.body);
    },
    onSettled: reread,
  });
}

export function useReject(dialogId: string) {
  const reread = useReread(dialogId);
  return useMutation({
    mutationFn: (order: { inquiryId: string; version: number; reason: string; blockIdentity: boolean }) =>
      api.post<InquiryView>(`/inquiries/${order.inquiryId}/reject`, { version: order.version, reason: order.reason, blockIdentity: order.blockIdentity }),
    onSettled: reread,
  });
}

/** People and companies by name, phone fragment, e-mail. */
export function usePeople(q: string) {
  const text = q.trim();
  return useQuery({
    queryKey: ["search", text],
    queryFn: async ({ signal }) => (await api.get<z.infer<typeof SearchResult>>("/search", { signal, query: { q: text, limit: 8 } })).items,
    enabled: text.length >= 2,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });
}
