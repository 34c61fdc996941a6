import type { SearchResult } from "@kommutator/contract/api/history";
import type { FinishResult, InquiryView, Reception } from "@kommutator/contract/api/inquiry";
import type { IncomingCard, PartyBody } from "@kommutator/contract/api/party";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import type { FinishOrder } from "./form.ts";

type Finished = z.infer<typeof FinishResult>;
/** Whom an inquiry without a dialog is about, as far as it is found out. */
export interface Found {
  customerId: string | null;
  contactId: string | null;
  leadId: string | null;
  name: string;
}

/** The inquiry of a dialog with who and the ranked Interests; reading it starts the reception, so only ask when one begins. */
export function useReception(dialogId: string, purposeId: string | null, enabled: boolean) {
  return useQuery({
    queryKey: [...keys.ofDialog(dialogId, "reception"), purposeId],
    queryFn: ({ signal }) => api.get<Reception>(`/dialogs/${dialogId}/reception`, { signal, query: { purposeId: purposeId ?? undefined } }),
    enabled,
    placeholderData: keepPreviousData,
  });
}

/** The same of an inquiry without a dialog: the person is whom the agent has found so far. */
export function useInquiryReception(inquiryId: string, purposeId: string | null, person: Found | null) {
  const query = {
    purposeId: purposeId ?? undefined,
    customerId: person?.customerId ?? undefined,
    contactId: person?.contactId ?? undefined,
    leadId: person?.leadId ?? undefined,
  };
  return useQuery({
    queryKey: keys.inquiries("reception", inquiryId, query),
    queryFn: ({ signal }) => api.get<Reception>(`/inquiries/${inquiryId}/reception`, { signal, query }),
    placeholderData: keepPreviousData,
  });
}

/** Everything that shows this dialog's person, inquiry or Interests is read again; `null`: the inquiry has no dialog. */
function useReread(dialogId: string | null) {
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

/** Until when a finished reception can be taken back, kept for the page that shows it as finished. */
const undoKey = (inquiryId: string) => ["reception-undo", inquiryId];

export function useFinish(dialogId: string | null) {
  const reread = useReread(dialogId);
  const client = useQueryClient();
  return useMutation({
    // `first`: what must stand before it is finished, as the draft for whoever gets it.
    mutationFn: async (order: { inquiryId: string; body: FinishOrder; first: (() => Promise<unknown>) | null }) => {
      await order.first?.();
      return api.post<Finished>(`/inquiries/${order.inquiryId}/finish`, order.body);
    },
    onSuccess: (result) => client.setQueryData(undoKey(result.inquiry.id), result.undoUntil),
    onSettled: reread,
  });
}

/** Taking it back within the minute (RG-10): the wizard is there again with what was typed. */
export function useUndo(dialogId: string | null, inquiry: InquiryView) {
  const reread = useReread(dialogId);
  const client = useQueryClient();
  const until = useQuery({
    queryKey: undoKey(inquiry.id),
    queryFn: () => null as string | null,
    enabled: false,
    initialData: null,
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
  const undo = useMutation({
    mutationFn: () => api.post<InquiryView>(`/inquiries/${inquiry.id}/undo`, { version: inquiry.version }),
    onError: showFailure,
    onSettled: async () => {
      client.setQueryData(undoKey(inquiry.id), null);
      await reread();
    },
  });
  return { until: until === null ? null : Date.parse(until), undo };
}

export function useReject(dialogId: string | null) {
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
