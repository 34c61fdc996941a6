import type { FeedItem } from "@kommutator/contract/api/history";

/** Where the card of a line of a history is: of a talk the talk itself, of a stage its Interest; null for what has no page. */
export function cardOf(item: Pick<FeedItem, "kind" | "objectId" | "dialogId" | "interestId">): string | null {
  const of = (path: string, id: string | null | undefined) => (id == null ? null : `${path}${id}`);
  switch (item.kind) {
    case "call":
    case "dialog":
      return of("/dialogs/", item.dialogId);
    case "interaction":
      return of("/events?event=", item.objectId);
    case "interest":
    case "stage":
      return of("/interests/", item.interestId);
    case "inquiry":
    case "claim":
      return of("/inquiries?inquiry=", item.objectId);
    case "lead":
      return of("/leads/", item.objectId);
    case "task":
      return of("/tasks/", item.objectId);
    case "owner":
    case "file":
      return null;
  }
}
