import type { InvalidateQueryFilters, QueryClient } from "@tanstack/react-query";

/**
 * What the page has read is out of date: it is read again where it is shown. So is what is being read for the first time: that answer may be
 * older than what made it stale, and the library takes it for fresh.
 */
export function readAgain(client: QueryClient, filters: InvalidateQueryFilters): void {
  const first = client
    .getQueryCache()
    .findAll(filters)
    .filter((query) => query.state.data === undefined && query.state.fetchStatus === "fetching");
  void client.invalidateQueries(filters);
  for (const query of first)
    query.promise?.then(
      () => client.invalidateQueries({ queryKey: query.queryKey, exact: true }),
      () => undefined,
    );
}
