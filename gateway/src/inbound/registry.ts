import type { Adapter, ChannelKind } from "@kommutator/contract/channel";

/** How the supervisor finds an adapter; its code is loaded when the first channel of its kind opens. */
export interface RegisteredAdapter {
  /**
   * The channel holds a connection that only one node may have: it opens under the lease `channel:<id>`. A bot that may poll
   * or be called by its provider says which, from its settings (without secrets).
   */
  exclusive: boolean | ((config: Record<string, unknown>) => boolean);
  load(): Promise<Adapter>;
}
export type AdapterRegistry = { [K in ChannelKind]?: RegisteredAdapter };
