/**
 * Keys of the query cache: the live bridge writes and invalidates by them, so every page uses these.
 * The first word names the concept; `changed` events of a concept invalidate all keys that begin with it.
 */
export const keys = {
  me: ["me"] as const,
  setup: ["setup"] as const,
  /** DialogList of one view. */
  dialogs: (view: string, q = "") => ["dialogs", view, q] as const,
  dialog: (id: string) => ["dialog", id] as const,
  /** What hangs on a dialog: why, card, reception. Invalidated by every `changed` of that dialog. */
  ofDialog: (id: string, what: "why" | "card" | "reception") => ["dialog-part", id, what] as const,
  presence: ["presence", "me"] as const,
  board: ["board"] as const,
  transferTargets: (medium: string, leaving?: string) => ["transfer-targets", medium, leaving] as const,
  offers: ["offers"] as const,
  catalogues: ["catalogues"] as const,
  customers: (...rest: unknown[]) => ["customers", ...rest],
  customer: (id: string, ...rest: unknown[]) => ["customer", id, ...rest],
  leads: (...rest: unknown[]) => ["leads", ...rest],
  lead: (id: string, ...rest: unknown[]) => ["lead", id, ...rest],
  interests: (...rest: unknown[]) => ["interests", ...rest],
  interest: (id: string, ...rest: unknown[]) => ["interest", id, ...rest],
  /** Kept fresh card by card (board/useBoard.ts): a whole board is too much to read again for each change. */
  interestBoard: (...rest: unknown[]) => ["interest-board", ...rest],
  interestKinds: ["interest-kinds"] as const,
  loadPoints: ["load-points"] as const,
  inquiries: (...rest: unknown[]) => ["inquiries", ...rest],
  employees: ["employees"] as const,
  departments: ["departments"] as const,
  calendars: ["calendars"] as const,
  roles: ["roles"] as const,
  queues: ["queues"] as const,
  skills: ["skills"] as const,
  forwarding: (employeeId: string) => ["forwarding", employeeId] as const,
  aside: ["routing-aside"] as const,
  presenceLog: (...rest: unknown[]) => ["presence-log", ...rest],
  absences: (...rest: unknown[]) => ["absences", ...rest],
  emergency: ["emergency"] as const,
  calls: (...rest: unknown[]) => ["calls", ...rest],
  channels: ["channels"] as const,
  channelKinds: ["channel-kinds"] as const,
  canned: ["canned"] as const,
  /** Its first word is the noun of `notification.created`, so that the live bridge makes all of them stale. */
  notices: (...rest: unknown[]) => ["notification", ...rest],
};

/** Which keys a `changed` event of a kind makes stale, by their first word. */
export const STALE_BY_CHANGE: Record<string, string[]> = {
  party: ["customers", "customer", "leads", "lead"],
  inquiry: ["inquiries", "inquiry"],
  interest: ["interests", "interest", "customer", "lead"],
  interaction: ["customer", "lead", "interest", "interactions"],
  lead: ["leads", "lead"],
  customer: ["customers", "customer"],
  /** Who is told of a task sees it change. */
  notification: ["notification", "tasks"],
};
