import { Text } from "@mantine/core";

/** What is wrong with a field, beneath it. */
export function FaultText({ text }: { text: string | null }) {
  return text === null ? null : (
    <Text size="xs" c="red" mt={4} role="alert">
      {text}
    </Text>
  );
}
