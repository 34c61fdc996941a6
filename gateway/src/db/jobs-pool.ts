import { Pool, type PoolClient } from "pg";

type Release = PoolClient["release"];
type Connected = Parameters<Pool["connect"]>[0];

/**
 * graphile-worker gives the connection on which it listens back twice when that breaks just as the worker stops, and nobody hears the error of
 * the second time: it would end the process. Here it counts for nothing.
 */
class JobsPool extends Pool {
  override connect(): Promise<PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<PoolClient> | undefined {
    if (callback === undefined) return super.connect();
    super.connect((error, client, release) => callback(error, client, once(release)));
    return undefined;
  }
}

/** A pool that is ending refuses without anything to give back (pg-pool, `connect`), whatever the types say. */
function once(release: Release | undefined): Release {
  let released = false;
  return (error) => {
    if (released) return;
    released = true;
    release?.(error);
  };
}

/**
 * Connections for graphile-worker. It stops listening to its own pool while the pool's connections still close, and a server that ends them just
 * then would end our process with an error that nobody hears. Here somebody always hears.
 */
export function jobsPool(url: string, max: number): Pool {
  const pool = new JobsPool({ connectionString: url, max });
  const heard = () => undefined;
  pool.on("error", heard);
  pool.on("connect", (client) => client.on("error", heard));
  return pool;
}

/** Lets the connections go; a server that does not answer holds nobody up. */
export function endJobsPool(pool: Pool): void {
  pool.end().catch(() => undefined);
}
