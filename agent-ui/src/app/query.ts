import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api.ts";

/** One cache for the page. The live bridge keeps it fresh, so that nothing polls and focus does not refetch. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 60_000,
        gcTime: 15 * 60_000,
        refetchOnWindowFocus: false,
        networkMode: "always",
        retry: (count, error) => count < 3 && error instanceof ApiError && (error.code === "network" || error.code === "overloaded"),
        retryDelay: (count) => Math.min(500 * 2 ** count, 4000),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
