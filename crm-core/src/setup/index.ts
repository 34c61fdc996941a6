export { ensureFirstAdmin } from "./first-admin.ts";
export { setupRoutes } from "./routes.ts";
