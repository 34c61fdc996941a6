import { AbsenceView, Handover } from "@kommutator/contract/api/absence";
import { CalendarView, ChannelErrorView, ChannelKindView, ChannelView, DepartmentView, EmployeeView, RoleView } from "@kommutator/contract/api/admin";
import { Me, SetupState } from "@kommutator/contract/api/auth";
import { CallDifferences, CallPage } from "@kommutator/contract/api/calls-register";
import { Catalogues } from "@kommutator/contract/api/catalogue";
import { CustomerPage, CustomerView } from "@kommutator/contract/api/customer";
import { DialogDetail, DialogPage, Message, MessagePage } from "@kommutator/contract/api/dialogs";
import { EmergencyView } from "@kommutator/contract/api/emergency";
import { FeedPage } from "@kommutator/contract/api/history";
import { InquiryPage, Reception } from "@kommutator/contract/api/inquiry";
import { InterestPage, InterestView } from "@kommutator/contract/api/interest";
import { LeadPage, LeadView } from "@kommutator/contract/api/lead";
import { IncomingCard } from "@kommutator/contract/api/party";
import { Board, Presence, QueueView, SoftphoneSession } from "@kommutator/contract/api/routing";
import { WhatIf, WhyStory } from "@kommutator/contract/api/routing-explain";
import { EmployeeSkills, Forwarding, SkillView } from "@kommutator/contract/api/skills";
import { z } from "zod";

/** In development every answer is held against the contract, so that a drift is seen at the first click. Never in the built workspace. */
const ROUTES: [string, RegExp, z.ZodType][] = [
  ["GET", /^\/me$/, Me],
  ["GET", /^\/setup$/, SetupState],
  ["GET", /^\/dialogs$/, DialogPage],
  ["GET", /^\/dialogs\/[^/]+$/, DialogDetail],
  ["GET", /^\/dialogs\/[^/]+\/messages$/, MessagePage],
  ["POST", /^\/dialogs\/[^/]+\/messages$/, Message],
  ["GET", /^\/dialogs\/[^/]+\/why$/, WhyStory],
  ["GET", /^\/dialogs\/[^/]+\/card$/, IncomingCard],
  ["GET", /^\/dialogs\/[^/]+\/reception$/, Reception],
  ["GET", /^\/presence\/me$/, Presence],
  ["GET", /^\/board$/, Board],
  ["GET", /^\/queues$/, z.array(QueueView)],
  ["GET", /^\/employees$/, z.array(EmployeeView)],
  ["GET", /^\/departments$/, z.array(DepartmentView)],
  ["GET", /^\/calendars$/, z.array(CalendarView)],
  ["GET", /^\/roles$/, z.array(RoleView)],
  ["GET", /^\/channels\/kinds$/, z.array(ChannelKindView)],
  ["GET", /^\/channels$/, z.array(ChannelView)],
  ["GET", /^\/channels\/[^/]+\/errors$/, z.array(ChannelErrorView)],
  ["GET", /^\/catalogues$/, Catalogues],
  ["GET", /^\/customers$/, CustomerPage],
  ["GET", /^\/customers\/[^/]+$/, CustomerView],
  ["GET", /^\/customers\/[^/]+\/feed$/, FeedPage],
  ["GET", /^\/leads$/, LeadPage],
  ["GET", /^\/leads\/[^/]+$/, LeadView],
  ["GET", /^\/inquiries$/, InquiryPage],
  ["GET", /^\/interests$/, InterestPage],
  ["GET", /^\/interests\/[^/]+$/, InterestView],
  ["POST", /^\/routing\/what-if$/, WhatIf],
  ["GET", /^\/emergency$/, z.array(EmergencyView)],
  ["GET", /^\/skills$/, z.array(SkillView)],
  ["GET", /^\/employee-skills$/, z.array(EmployeeSkills)],
  ["GET", /^\/employees\/[^/]+\/forwarding$/, Forwarding],
  ["GET", /^\/absences$/, z.array(AbsenceView)],
  ["GET", /^\/absences\/[^/]+\/handover$/, Handover],
  ["GET", /^\/calls$/, CallPage],
  ["GET", /^\/calls\/differences$/, CallDifferences],
  ["POST", /^\/softphone\/session$/, SoftphoneSession],
];

/** Says in the console where an answer differs from its schema; the page goes on. */
export async function checkAnswer(method: string, path: string, value: unknown): Promise<void> {
  const schema = ROUTES.find(([verb, pattern]) => verb === method && pattern.test(path))?.[2];
  const result = schema?.safeParse(value);
  if (result !== undefined && !result.success) console.error(`contract: ${method} ${path}\n${z.prettifyError(result.error)}`, value);
}
