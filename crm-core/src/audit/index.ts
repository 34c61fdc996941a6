export { auditRoutes } from "./routes.ts";
export { differences, writeAudit } from "./write.ts";
