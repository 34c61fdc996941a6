import { Text } from "@mantine/core";

/** Presence and line state when idle; the call when there is one. On top of every page. */
export function CallBar() {
  return <Text p="sm">Kommutator</Text>;
}
