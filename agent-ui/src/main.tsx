import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/global.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { startI18n } from "./app/i18n.ts";
import { fetchFirst } from "./app/router.tsx";
import { startShortcuts } from "./app/shortcuts.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
startShortcuts();
const words = startI18n();
fetchFirst(location.pathname);
words.then(
  () => createRoot(root).render(<App />),
  (error: unknown) => {
    root.textContent = `Kommutator: ${String(error)}`;
  },
);
