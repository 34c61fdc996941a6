export type { RouterLease } from "./shell/engine.ts";
export { createRouting, type Routing, type RoutingDeps } from "./shell/routing.ts";
