import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useEffect, useState } from "react";
import { BrowserRouter } from "react-router";
import { onUnauthenticated } from "./api.ts";
import { Crash } from "./Crash.tsx";
import { keys } from "./keys.ts";
import { onDemand } from "./on-demand.tsx";
import { createQueryClient } from "./query.ts";
import { Pages } from "./router.tsx";
import { Splash } from "./states.tsx";
import { cssVariables, theme } from "./theme.ts";

// The stand for messages comes after the first paint; what is shown before it waits in the store.
const Toasts = onDemand(async () => (await import("./Toasts.tsx")).Toasts);
const schemes = localStorageColorSchemeManager({ key: "kommutator.scheme" });

export function App() {
  const [client] = useState(createQueryClient);
  useEffect(() => onUnauthenticated(() => client.setQueryData(keys.me, null)), [client]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} colorSchemeManager={schemes} defaultColorScheme="auto">
      <Suspense>
        <Toasts />
      </Suspense>
      <QueryClientProvider client={client}>
        <Crash>
          <BrowserRouter>
            <Suspense fallback={<Splash />}>
              <Pages />
            </Suspense>
          </BrowserRouter>
        </Crash>
      </QueryClientProvider>
    </MantineProvider>
  );
}
