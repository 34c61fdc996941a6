import { Pool } from "pg";

/**
 * Connections for graphile-worker. It stops listening to its own pool while the pool's connections still close, and a server that ends them just
 * then would end our process with an error that nobody hears. Here somebody always hears.
 */
export function jobsPool(url: string, max: number): Pool {
  const pool = new Pool({ connectionString: url, max });
  const heard = () => undefined;
  pool.on("error", heard);
  pool.on("connect", (client) => client.on("error", heard));
  return pool;
}

/** Lets the connections go; a server that does not answer holds nobody up. */
export function endJobsPool(pool: Pool): void {
  pool.end().catch(() => undefined);
}
