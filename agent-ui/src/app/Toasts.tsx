import { Notifications } from "@mantine/notifications";

/** Where short messages appear. */
export function Toasts() {
  return <Notifications position="top-right" limit={4} zIndex={500} />;
}
