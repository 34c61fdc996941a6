export type { RouterLease } from "./shell/faults.ts";
export { createRouting, type Routing, type RoutingDeps } from "./shell/routing.ts";
