import { type Happening, mediumOf, offerOf } from "./history.fixture.ts";
import type { Story } from "./story.fixture.ts";

/** A happening as a sentence of the domain, told in the state in which it happens. */
export function sentenceOf(s: Story, h: Happening): string {
  switch (h.do) {
    case "opens": {
      const marks = [
        h.identity === "known" ? "" : h.identity,
        h.priority === 0 ? "" : `priority ${h.priority}`,
        h.responsible === null ? "" : `${h.responsible} is responsible (${h.why})`,
        h.substitute === null ? "" : `${h.substitute} substitutes`,
        h.needs === "nothing" ? "" : `needs ${h.needs}`,
      ].filter((m) => m !== "");
      const verb = mediumOf(h.dialog) === "voice" ? "rings at" : "comes to";
      return `${h.dialog} ${h.person === null ? "" : `of ${h.person} `}${verb} ${h.queue}${marks.length === 0 ? "" : `: ${marks.join(", ")}`}`;
    }
    case "asks for a callback":
      return `the caller of ${h.dialog} asks to be called back`;
    case "identified":
      if (h.blocked === true) return `the customer of ${h.dialog} turns out to be blocked`;
      return `the customer of ${h.dialog} is recognised: ${h.responsible ?? "nobody"} is responsible${h.substitute === null ? "" : `, ${h.substitute} substitutes`}${h.priority === undefined ? "" : `, priority ${h.priority}`}${h.person === undefined ? "" : `, it is ${h.person}`}${h.needs === undefined ? "" : `, needs ${h.needs}`}`;
    case "rings":
      return `${asked(s, h)}'s phone rings for ${h.dialog}${lateness(h.late)}`;
    case "picked up":
      return `${asked(s, h)} picks up ${h.dialog}${lateness(h.late)}`;
    case "bridged":
      return `${asked(s, h)} and the caller of ${h.dialog} hear each other${lateness(h.late)}`;
    case "leg ends":
      return `${asked(s, h)}'s phone reports ${h.cause} for ${h.dialog}${lateness(h.late)}`;
    case "device lost":
      return `the device that talks in ${h.dialog} vanishes`;
    case "accepts":
      return `${h.by ?? asked(s, h)} accepts the offer of ${h.dialog}${lateness(h.late)}`;
    case "rejects":
      return `${h.by ?? asked(s, h)} rejects the offer of ${h.dialog}${lateness(h.late)}`;
    case "leaves":
      return mediumOf(h.dialog) === "voice" ? `the caller of ${h.dialog} hangs up` : `the customer leaves ${h.dialog}`;
    case "closes":
      return `${h.dialog} is closed`;
    case "writes":
      return `the customer writes in ${h.dialog}`;
    case "is answered":
      return `${h.dialog} is answered in writing`;
    case "assigns":
      return `${h.dialog} is given ${h.to === null ? `back${h.queue === undefined ? "" : ` to ${h.queue}`}` : `to ${h.to}`} by hand${h.from === "anybody" ? "" : `, seen with ${h.from ?? "nobody"}`}`;
    case "transfers":
      return `${h.stale ? "somebody who has it no more" : "who talks"} hands ${h.dialog} on to ${h.queue === null ? "a number" : (h.to ?? h.queue)}`;
    case "dials":
      return `${h.agent} calls somebody`;
    case "comes":
      return `${h.agent} comes to work`;
    case "connects":
      return `${h.agent}'s page connects`;
    case "disconnects":
      return `${h.agent}'s page disconnects`;
    case "phone on":
      return `${h.agent}'s phone registers`;
    case "phone off":
      return `${h.agent}'s phone is gone`;
    case "phone engaged":
      return `${h.agent}'s phone is in a direct call`;
    case "available":
      return `${h.agent} is available`;
    case "pauses":
      return `${h.agent} takes a break`;
    case "logs out":
      return `${h.agent} logs out`;
    case "finishes":
      return `${h.agent} ends the wrap-up`;
    case "extends":
      return `${h.agent} extends the wrap-up`;
    case "load":
      return `${h.agent} has ${h.planned} points planned of ${h.norm ?? "no norm"}`;
    case "settings":
      return `settings: ${/sales (closes|opens|calls|counts)|emergency/.test(h.change) ? "" : `${h.agent} `}${h.change}`;
    case "passes":
      return `${duration(h.ms)} pass`;
    case "oversleeps":
      return `nobody decides anything for ${duration(h.ms)}`;
    case "crashes":
      return "the router dies; another goes on from the rows";
    case "again":
      return "the same comes once more";
    case "stray":
      return `a stray input: ${h.input}`;
  }
}

const asked = (s: Story, h: { dialog: string; late: number }) => offerOf(s, h.dialog, h.late).employeeId;
const lateness = (late: number) => (late === 0 ? "" : ` (an offer ${late} before the last)`);
const duration = (ms: number) => (ms < 1000 ? `${ms} ms` : ms < 120_000 ? `${ms / 1000} s` : `${ms / 60_000} min`);
