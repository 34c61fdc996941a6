import type { ImportObject, ImportPatch, ImportProfile, ImportRow, ImportView, RowState } from "@kommutator/contract/api/import";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { ApiError, api, csrf } from "../../app/api.ts";

const all = ["imports"] as const;
const one = (id: string) => [...all, id] as const;
const WORKING = new Set<ImportView["state"]>(["checking", "running", "undoing"]);
/** How often a working batch is looked at. */
const LOOK_MS = 700;

export const isWorking = (batch: ImportView): boolean => WORKING.has(batch.state);
/** Rows that the present work is through with. */
export function doneRows(batch: ImportView): number {
  const { counts, total } = batch;
  if (batch.state === "checking") return total - counts.new;
  if (batch.state === "running") return total - counts.ready - counts.duplicate;
  return counts.undone + counts.kept;
}

export function useImports() {
  return useQuery({
    queryKey: all,
    queryFn: ({ signal }) => api.get<{ items: ImportView[] }>("/imports", { signal, query: { limit: 100 } }).then((page) => page.items),
    refetchInterval: (query) => (query.state.data?.some(isWorking) ? LOOK_MS * 3 : false),
  });
}

export function useImport(id: string) {
  return useQuery({
    queryKey: one(id),
    queryFn: ({ signal }) => api.get<ImportView>(`/imports/${id}`, { signal }),
    refetchInterval: (query) => (query.state.data !== undefined && isWorking(query.state.data) ? LOOK_MS : false),
  });
}

export function useRows(batch: ImportView, state: RowState | null) {
  return useInfiniteQuery({
    queryKey: [...one(batch.id), "rows", batch.state, batch.version, state],
    queryFn: ({ signal, pageParam }) =>
      api.get<{ items: ImportRow[]; nextCursor: string | null }>(`/imports/${batch.id}/rows`, {
        signal,
        query: { limit: 100, cursor: pageParam ?? undefined, state: state ?? undefined },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });
}

/** Sends a file as it is; the answer is the new batch. */
export async function uploadFile(object: ImportObject, file: File): Promise<ImportView> {
  const query = new URLSearchParams({ object, name: file.name.slice(0, 200) });
  let response: Response;
  try {
    response = await fetch(`/api/v1/imports?${query}`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream", "x-csrf-token": csrf() },
      credentials: "same-origin",
      body: file,
    });
  } catch {
    throw new ApiError("network", 0);
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as ImportView;
  const { code, details } = (body ?? {}) as { code?: ApiError["code"]; details?: Record<string, unknown> };
  throw new ApiError(code ?? "unknown", response.status, details ?? {});
}

/** Changes of a batch; a second writer's version is taken over, as it is what the server has. */
export function useImportActions(batch: ImportView) {
  const client = useQueryClient();
  const keep = (next: ImportView) => {
    client.setQueryData(one(batch.id), next);
    void client.invalidateQueries({ queryKey: all, exact: true });
  };
  const stale = (error: unknown) => {
    if (error instanceof ApiError && error.code === "version_conflict") keep(error.details["current"] as ImportView);
  };
  const change = useMutation({
    mutationFn: (patch: Omit<z.infer<typeof ImportPatch>, "version">) => api.patch<ImportView>(`/imports/${batch.id}`, { ...patch, version: batch.version }),
    onSuccess: keep,
    onError: stale,
  });
  const step = useMutation({
    mutationFn: ({ name, version }: { name: "check" | "run" | "stop" | "undo"; version?: number }) =>
      api.post<ImportView>(`/imports/${batch.id}/${name}`, { version: version ?? batch.version }),
    onSuccess: keep,
    onError: stale,
  });
  return { change, step };
}

export function useProfiles(object: ImportObject) {
  return useQuery({
    queryKey: ["import-profiles", object],
    queryFn: ({ signal }) => api.get<ImportProfile[]>("/import-profiles", { signal, query: { object } }),
  });
}
