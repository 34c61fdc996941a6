import type { FastifyPluginAsync } from "fastify";
import { absenceRoutes } from "./absence/routes.ts";
import { accessRoutes, roleRoutes, securityRoutes } from "./access/index.ts";
import { auditRoutes } from "./audit/index.ts";
import { cannedRoutes } from "./canned/routes.ts";
import { catalogueRoutes } from "./catalogue/routes.ts";
import { contactRoutes } from "./contact/routes.ts";
import { contactPointRoutes } from "./contact-point/routes.ts";
import type { Crm } from "./context.ts";
import { assistantRoutes } from "./customer/assistant.ts";
import { customerRoutes } from "./customer/routes.ts";
import { duplicateRoutes } from "./duplicate/routes.ts";
import { learnLists } from "./export/lists.ts";
import { exportRoutes } from "./export/routes.ts";
import { feedRoutes } from "./feed/routes.ts";
import { fileRoutes } from "./file/routes.ts";
import { exclusionRoutes } from "./identify/exclusion.ts";
import { renormaliseRoutes } from "./identify/renormalise.ts";
import { importProfileRoutes } from "./import/profiles.ts";
import { importRoutes } from "./import/routes.ts";
import { dispatchTestRoutes } from "./inquiry/dispatch-test.ts";
import { inquiryRoutes } from "./inquiry/routes.ts";
import { dispatchRuleRoutes } from "./inquiry/rule-routes.ts";
import { receptionSettingsRoutes } from "./inquiry/settings.ts";
import { interactionRoutes } from "./interaction/routes.ts";
import { courseRoutes } from "./interest/course.routes.ts";
import { interestOverviewRoutes } from "./interest/overview.routes.ts";
import { interestRoutes } from "./interest/routes.ts";
import { interestKindRoutes } from "./interest-kind/routes.ts";
import { leadQuestionRoutes } from "./lead/questions.ts";
import { leadRoutes } from "./lead/routes.ts";
import { loadPointRoutes } from "./load/routes.ts";
import { mergeRoutes } from "./merge/routes.ts";
import { notificationRoutes } from "./notification/routes.ts";
import { organisationRoutes } from "./organisation/index.ts";
import { partyRoutes } from "./party/routes.ts";
import { requiredFieldRoutes } from "./required-field/routes.ts";
import { savedFilterRoutes } from "./saved-filter/routes.ts";
import { searchRoutes } from "./search/routes.ts";
import { setupRoutes } from "./setup/index.ts";
import { taskRoutes } from "./task/routes.ts";

const SLICES = [
  accessRoutes,
  securityRoutes,
  roleRoutes,
  organisationRoutes,
  absenceRoutes,
  auditRoutes,
  setupRoutes,
  customerRoutes,
  contactRoutes,
  contactPointRoutes,
  assistantRoutes,
  duplicateRoutes,
  mergeRoutes,
  leadRoutes,
  leadQuestionRoutes,
  searchRoutes,
  catalogueRoutes,
  requiredFieldRoutes,
  inquiryRoutes,
  receptionSettingsRoutes,
  dispatchRuleRoutes,
  exclusionRoutes,
  renormaliseRoutes,
  dispatchTestRoutes,
  interestOverviewRoutes,
  interestRoutes,
  courseRoutes,
  interestKindRoutes,
  loadPointRoutes,
  interactionRoutes,
  feedRoutes,
  partyRoutes,
  cannedRoutes,
  notificationRoutes,
  taskRoutes,
  fileRoutes,
  importRoutes,
  importProfileRoutes,
  savedFilterRoutes,
  exportRoutes,
];

/** Every slice's routes in one plugin. */
export function crmRoutes(crm: Crm): FastifyPluginAsync {
  return async (app) => {
    // Files have the lists of the whole house; where the CRM stands alone, its own.
    if (!app.hasDecorator("listReader")) learnLists(app);
    for (const routes of SLICES) await app.register(routes(crm));
  };
}
