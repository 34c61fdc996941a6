import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useEffect, useState } from "react";
import { BrowserRouter } from "react-router";
import { onUnauthenticated } from "./api.ts";
import { Crash } from "./Crash.tsx";
import { keys } from "./keys.ts";
import { createQueryClient } from "./query.ts";
import { Pages } from "./router.tsx";
import { Splash } from "./states.tsx";
import { cssVariables, theme } from "./theme.ts";

const schemes = localStorageColorSchemeManager({ key: "kommutator.scheme" });

export function App() {
  const [client] = useState(createQueryClient);
  useEffect(() => onUnauthenticated(() => client.setQueryData(keys.me, null)), [client]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} colorSchemeManager={schemes} defaultColorScheme="auto">
      <Notifications position="top-right" limit={4} zIndex={500} />
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
