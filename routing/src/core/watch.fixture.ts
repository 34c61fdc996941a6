import type { Id } from "@kommutator/contract/ids";
import { coolsDown } from "./choice.ts";
import { openDialogs } from "./eligibility.ts";
import { type Rule, serves, violations } from "./invariants.fixture.ts";
import { memoryText } from "./memory.fixture.ts";
import type { Effects, Entry, Offer, RouterEvent } from "./model.ts";
import { isLive } from "./offer-machine.ts";
import { hasSkills } from "./skills.ts";
import type { RouterState } from "./state.ts";
import type { Story, StoryOptions } from "./story.fixture.ts";
import { servedBefore } from "./waiting-room.ts";

export interface Broken {
  rule: Rule;
  what: string;
}

/** Looks at a story after each of its decisions and keeps the first rule that is broken. */
export class Watch {
  broken: Broken | null = null;
  /** Decisions looked at. */
  events = 0;
  private readonly waited: Entry[] = [];
  private wasDue = false;
  private readonly winners = new Map<Id, Id>();
  readonly options: Pick<StoryOptions, "before" | "after"> = {
    before: (story) => this.before(story),
    after: (story, event, effects) => this.after(story, event, effects),
  };

  readonly found = (rule: Rule, what: string): void => {
    this.broken ??= { rule, what };
  };

  private before({ state, now }: Story): void {
    this.waited.length = 0;
    for (const entry of state.entries.values()) if (entry.listed) this.waited.push(entry);
    this.wasDue = isDue(state, now);
  }

  private after({ state, now }: Story, event: RouterEvent, effects: Effects): void {
    this.events++;
    const due = isDue(state, now);
    violations(state, due, this.found);
    for (const offer of effects.offers) if (offer.state === "accepted") this.won(offer.entryId, offer.dialogId, offer.employeeId);
    for (const made of effects.events) {
      const offer = made.kind === "offer.made" ? state.offers.get((made.payload as { offerId: Id }).offerId) : undefined;
      if (offer === undefined || offer.rung === "manual") continue;
      this.fits(offer, effects);
      // What is made before the clocks that struck are decided may look unfair for that moment.
      if (!due && (!this.wasDue || event.input.kind === "deadline")) this.overtakesNobody(state, offer);
    }
  }

  private won(entryId: Id, dialogId: Id, employeeId: Id): void {
    if (this.winners.has(entryId)) this.found("one winner", `${dialogId} was won by ${this.winners.get(entryId)} and by ${employeeId}`);
    this.winners.set(entryId, employeeId);
  }

  /** An offer is made only to somebody who is there and can bear it. */
  private fits({ agent, dialogId, medium }: Offer, effects: Effects): void {
    const to = `${dialogId} is offered to ${agent.id}, who`;
    if (agent.calls > 0) this.found("capacity", `${to} is in a call`);
    if (!agent.online || agent.intent !== "available") this.found("capacity", `${to} is ${agent.state}`);
    if (!agent.facts.active || agent.absent || !agent.inHours || agent.facts.norm === 0) this.found("capacity", `${to} is not on duty`);
    if (medium === "voice" && !agent.phoneReachable) this.found("capacity", `${to} has no phone`);
    if (agent.wrapupUntil !== null) this.found("capacity", `${to} is writing up`);
    let offered = 0;
    let live = 0;
    for (const other of effects.offers) if (other.agent === agent && other.endedAt === null && isLive(other.medium)) live++;
    for (const other of [agent.liveOffer, agent.messageOffer, agent.mailOffer]) if (other !== null && other.medium !== "voice") offered++;
    if (live > 1) this.found("capacity", `${to} is offered something else`);
    if (medium !== "voice" && openDialogs(agent) + offered > agent.facts.maxDialogs)
      this.found("capacity", `${to} has ${openDialogs(agent)} dialogs of ${agent.facts.maxDialogs}`);
  }

  /** Of all that waited for this agent before the decision and wait after it, nothing came before what is offered; the agent's own customers excepted. */
  private overtakesNobody(state: RouterState, offer: Offer): void {
    if (offer.rung === "responsible") return;
    for (const entry of this.waited)
      if (
        entry.listed &&
        entry.endedAt === null &&
        entry.medium === offer.medium &&
        servedBefore(entry, offer.entry) &&
        serves(offer.agent, entry) &&
        hasSkills(offer.agent, entry.needs) &&
        !coolsDown(state, entry, offer.employeeId)
      )
        this.found("nobody is overtaken", `${offer.dialogId} overtook ${entry.dialogId} at ${offer.employeeId}`);
  }

  /** Whoever takes over now has the same memory: then everything that was acted upon is in the rows. */
  durable(story: Story): void {
    if (isDue(story.state, story.now)) return;
    const here = memoryText(story.state, story.now);
    const there = memoryText(story.takenOver(), story.now);
    if (here === there) return;
    const theirs = there.split("\n");
    const [mine, other] =
      here
        .split("\n")
        .map((line, i) => [line, theirs[i]] as const)
        .find(([a, b]) => a !== b) ?? [];
    this.found("durable", `whoever takes over knows "${other}" where "${mine}" is`);
  }

  /** Left alone for long enough, every call, ring, wrap-up, rest and grace has come to its end. */
  wayOut(story: Story): void {
    story.pass(3_600_000);
    for (const e of story.state.entries.values()) if (e.medium === "voice") this.found("a way out", `the caller of ${e.dialogId} waits for an hour`);
    for (const a of story.state.agents.values())
      if (a.liveOffer !== null || a.wrapupUntil !== null || a.restUntil !== null || a.offlineSince !== null)
        this.found("a way out", `${a.id} is ${a.state} for an hour`);
  }
}

function isDue(state: RouterState, now: number): boolean {
  const next = state.deadlines.next();
  return next !== undefined && next.at <= now;
}
