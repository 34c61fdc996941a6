import type { DialogSummary, Message } from "@kommutator/contract/api/dialogs";
import { type LiveDialog, mergeDetail } from "./live-cache.ts";

export const ME = "me";
export const iso = (second: number) => new Date(Date.UTC(2026, 0, 5, 10, 0, second)).toISOString();

export function dialog(id: string, position: number, change: Partial<DialogSummary> = {}): DialogSummary {
  return {
    id,
    channelId: "c",
    channelKind: "web-chat",
    channelName: "site",
    medium: "chat",
    direction: "in",
    state: "active",
    subject: null,
    party: {
      result: "new",
      name: "Visitor",
      identityKind: "site_visitor",
      identityValue: "v",
      customerId: null,
      contactId: null,
      leadId: null,
      interestId: null,
      responsible: null,
      isVip: false,
      candidates: [],
    },
    queue: null,
    assignee: { id: ME, name: "Me" },
    offer: null,
    callId: null,
    openedAt: iso(0),
    closedAt: null,
    queuedAt: null,
    waitingSince: null,
    answerDueAt: null,
    lastMessage: null,
    unread: 0,
    hasDraft: false,
    position,
    ...change,
  };
}

export function message(id: string, seq: number, change: Partial<Message> = {}): Message {
  return {
    id,
    dialogId: "d1",
    seq,
    direction: "in",
    authorKind: "customer",
    author: null,
    subject: null,
    text: id,
    html: null,
    quoted: null,
    attachments: [],
    truncated: false,
    at: iso(seq),
    providerAt: null,
    delivery: null,
    failure: null,
    clientKey: null,
    note: null,
    editedAt: null,
    deletedAt: null,
    replyTo: null,
    quickAnswers: [],
    ...change,
  };
}

export function detail(messages: Message[], position: number): LiveDialog {
  return mergeDetail(undefined, {
    dialog: dialog("d1", position),
    messages,
    hasMore: false,
    call: null,
    draft: "",
    capabilities: {
      commands: [],
      textLength: 100,
      attachmentBytes: 100,
      canReply: true,
      cannotReplyReason: null,
      attachments: null,
      captionLength: null,
      segments: false,
      replies: false,
      quickAnswers: null,
      windowUntil: null,
    },
    position,
  });
}

/** The wire alone is false: what the server would send is put on it by hand. */
export class Wire {
  sent: [string, unknown][] = [];
  #handlers = new Map<string, (payload: never) => void>();
  on(event: string, handler: (payload: never) => void): void {
    this.#handlers.set(event, handler);
  }
  emit(event: string, payload: unknown): void {
    this.sent.push([event, payload]);
  }
  connect(): void {}
  disconnect(): void {}
  comes(event: string, payload?: unknown): void {
    this.#handlers.get(event)?.(payload as never);
  }
}

export class Memory {
  rows = new Map<string, string>();
  getItem = (key: string) => this.rows.get(key) ?? null;
  setItem = (key: string, value: string) => void this.rows.set(key, value);
  removeItem = (key: string) => void this.rows.delete(key);
}
