export { CSRF_COOKIE, readCookie, SESSION_COOKIE } from "./cookies.ts";
export { hashPassword, readablePassword } from "./password.ts";
export { findSessions, type Session } from "./principal.ts";
export { roleRoutes } from "./role-routes.ts";
export { accessRoutes } from "./routes.ts";
export { securityRoutes } from "./security-routes.ts";
export { resolvePrincipal, resolveSession, revokeSessions } from "./session.ts";
