import { Badge } from "@mantine/core";
import { useNamed } from "../../app/catalogues.ts";
import { tintOf } from "../../app/tint.ts";

/** A customer's status, in the colour that the catalogue gives it. */
export function StatusChip({ status, size = "sm" }: { status: { id: string; name: string; color: string | null }; size?: "sm" | "md" }) {
  const name = useNamed();
  return (
    <Badge variant="light" tt="none" fw={550} size={size} style={tintOf(status.color)}>
      {name(status)}
    </Badge>
  );
}
