import type { NewDialogEvent } from "@kommutator/contract/dialog-event";
import type { Effects } from "./effects.ts";
import { type People, type Queues, Story } from "./story.fixture.ts";

/** A story that keeps everything each decision brought. */
export function kept(people: People = { dana: {} }, queues?: Queues) {
  const all: Effects[] = [];
  const story = new Story(people, queues, { after: (_, __, effects) => all.push(effects) });
  return {
    story,
    all,
    events: (kind: NewDialogEvent["kind"]) => all.flatMap((e) => e.events).filter((e) => e.kind === kind),
    spans: () => all.flatMap((e) => e.spans),
    last: () => all.at(-1) as Effects,
    offers: () => [...story.tables.offers.values()],
    assignments: () => [...story.tables.assignments.values()],
  };
}
