import { Notifications } from "@mantine/notifications";
import classes from "./Frame.module.css";

/** Where short messages appear: at the foot beside the rail, where neither a drawer nor a form has its title or buttons; above what is offered there. */
export function Toasts() {
  return <Notifications className={classes["toasts"] ?? ""} position="bottom-left" containerWidth={380} limit={4} zIndex={500} />;
}
