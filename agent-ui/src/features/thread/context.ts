import type { Message } from "@kommutator/contract/api/dialogs";
import { createContext, useContext } from "react";

/** What a line of the thread can ask of the thread around it. */
export interface ThreadActions {
  customer: string;
  meId: string;
  /** Letters: what is cut off lies in the mailbox, elsewhere with the sender. */
  mail: boolean;
  /** Shows a picture large. */
  openPicture: (blobId: string) => void;
  /** Brings a message into sight, reading older ones if need be. */
  jumpTo: (messageId: string) => void;
  /** Answer this message; null where the channel cannot show it. */
  reply: ((message: Message) => void) | null;
}

export const ThreadContext = createContext<ThreadActions | null>(null);

export function useThread(): ThreadActions {
  const actions = useContext(ThreadContext);
  if (actions === null) throw new Error("useThread outside of a thread");
  return actions;
}
