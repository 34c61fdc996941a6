import type { AccessAction, AccessObject, Scope } from "@kommutator/contract/access";
import type { Me } from "@kommutator/contract/api/auth";
import { useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { ApiError, api } from "./api.ts";
import { keys } from "./keys.ts";

/** Who is logged in; null when nobody is. */
export function useMeQuery() {
  return useQuery({
    queryKey: keys.me,
    queryFn: async ({ signal }) => {
      try {
        return await api.get<Me>("/me", { signal });
      } catch (error) {
        if (error instanceof ApiError && error.code === "unauthenticated") return null;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const MeContext = createContext<Me | null>(null);

/** The employee who works here; only below the login. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (me === null) throw new Error("useMe outside of the frame");
  return me;
}

/** The scope in which this employee may do it, or null. The server decides again at every request; this only spares dead buttons. */
export function can(me: Me, object: AccessObject, action: AccessAction): Scope | null {
  return me.permissions[object]?.[action] ?? null;
}

export function useCan(): (object: AccessObject, action: AccessAction) => Scope | null {
  const me = useMe();
  return (object, action) => can(me, object, action);
}
