import type { Id } from "@kommutator/contract/ids";
import { coolsDown } from "./choice.ts";
import type { Effects } from "./effects.ts";
import { openDialogs } from "./eligibility.ts";
import type { RouterEvent } from "./event.ts";
import { CUSTOMERS } from "./history.fixture.ts";
import { type Rule, serves, violations } from "./invariants.fixture.ts";
import { memoryText } from "./memory.fixture.ts";
import { type Entry, isLive, MEDIUM_INDEX, type Offer } from "./model.ts";
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
  /** Orders that must go out once: the fallback, the redirection and the call back of one entry. */
  private readonly ordered = new Set<string>();
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
    this.once(effects);
    this.heard(state, event);
    for (const entry of effects.entries) this.noCircles(entry);
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

  /** What the customer writes comes to nobody whose page is closed past the grace, however they got the dialog. */
  private heard(state: RouterState, { input }: RouterEvent): void {
    if (input.kind !== "dialog.message" || input.direction !== "in") return;
    const a = state.assignments.get(input.dialogId);
    if (a !== undefined && a.medium !== "voice" && !a.agent.online && a.agent.offlineSince === null)
      this.found("no offline owner", `${a.dialogId} was written to ${a.employeeId}, who is offline`);
  }

  /** No order by an id that was given out; and of the orders that end a caller's wait, one. */
  private once(effects: Effects): void {
    for (const order of effects.commands) {
      if (this.ordered.has(order.id)) this.found("one winner", `the order ${order.kind} for ${order.dialogId} has an id that was given out`);
      this.ordered.add(order.id);
      if (order.kind !== "call-back") continue;
      if (this.ordered.has(order.offerId)) this.found("one winner", `${order.number} is called back twice`);
      this.ordered.add(order.offerId);
    }
    for (const entry of effects.entries) {
      if (entry.outcome !== "overflowed" && entry.outcome !== "redirected") continue;
      const sent = effects.commands.filter((c) => c.dialogId === entry.dialogId && (c.kind === "fallback" || c.kind === "redirect")).length;
      if (sent > 1) this.found("one winner", `the caller of ${entry.dialogId} is sent to ${sent} places`);
      if (
        sent + effects.entries.filter((e) => e.dialogId === entry.dialogId && e !== entry).length === 0 &&
        entry.medium === "voice" &&
        entry.callbackNumber === null
      )
        this.found("a way out", `the caller of ${entry.dialogId} left the queue for nowhere`);
    }
  }

  /** The ladder asks nobody twice, and forwarding comes back to nobody. */
  private noCircles(entry: Entry): void {
    for (const [i, id] of entry.tried.entries())
      if (entry.tried.indexOf(id) !== i) this.found("no circles", `${entry.dialogId} was offered to ${id} twice on the ladder`);
    for (const [i, hop] of entry.forwarded.entries())
      if (i >= 5 || entry.forwarded.findIndex((h) => h.to === hop.to || h.from === hop.to) < i || hop.to === hop.from)
        this.found("no circles", `${entry.dialogId} is forwarded in a circle: ${entry.forwarded.map((h) => `${h.from} to ${h.to}`).join(", ")}`);
    if (entry.hops > 3) this.found("no circles", `${entry.dialogId} moved over ${entry.hops} queues`);
  }

  /** An offer is made only to somebody who is there and can bear it. */
  private fits({ agent, dialogId, medium, rung, entry }: Offer, effects: Effects): void {
    const to = `${dialogId} is offered to ${agent.id}, who`;
    if (agent.calls > 0 || agent.directCall) this.found("capacity", `${to} is in a call`);
    if (!agent.online || agent.intent !== "available") this.found("capacity", `${to} is ${agent.state}`);
    if (!agent.facts.active || agent.absent || !agent.inHours || agent.facts.norm === 0) this.found("capacity", `${to} is not on duty`);
    if (medium === "voice" && !agent.phoneReachable) this.found("capacity", `${to} has no phone`);
    if (agent.wrapupUntil !== null) this.found("capacity", `${to} is writing up`);
    if (rung !== "responsible" && !hasSkills(agent, entry.needs)) this.found("capacity", `${to} lacks a skill`);
    if (!agent.memberships.some((m) => m.queue === entry.queue && m.media[MEDIUM_INDEX[medium]])) this.found("capacity", `${to} does not serve it`);
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
    const other = story.takenOver();
    // Of two contacts of one person in one queue at once, the rows do not tell which came back: a place may be forgotten, none is made up.
    for (const queueId of story.state.queues.keys())
      for (const person of CUSTOMERS) {
        const place = other.left.find(queueId, person, story.now);
        if (place !== null && place !== story.state.left.find(queueId, person, story.now))
          this.found("durable", `whoever takes over gives ${person} a place in ${queueId} that nobody had`);
      }
    for (const person of CUSTOMERS)
      if (other.lastCalls.unanswered(person, story.now) !== story.state.lastCalls.unanswered(person, story.now))
        this.found("durable", `whoever takes over knows otherwise whether ${person} was answered`);
    const here = memoryText(story.state, story.now);
    const there = memoryText(other, story.now);
    if (here === there) return;
    const theirs = there.split("\n");
    const [mine, theirLine] =
      here
        .split("\n")
        .map((line, i) => [line, theirs[i]] as const)
        .find(([a, b]) => a !== b) ?? [];
    this.found("durable", `whoever takes over knows "${theirLine}" where "${mine}" is`);
  }

  /** Left alone for long enough, every call, ring, wrap-up, rest and grace has come to its end. */
  wayOut(story: Story): void {
    story.pass(5_400_000);
    for (const e of story.state.entries.values()) if (e.medium === "voice") this.found("a way out", `the caller of ${e.dialogId} waits for an hour and a half`);
    for (const a of story.state.agents.values())
      if (a.liveOffer !== null || a.wrapupUntil !== null || a.restUntil !== null || a.offlineSince !== null)
        this.found("a way out", `${a.id} is ${a.state} for an hour and a half`);
  }
}

function isDue(state: RouterState, now: number): boolean {
  const next = state.deadlines.next();
  return next !== undefined && next.at <= now;
}
