// All parts of the call bar that stand on menus and tooltips: one file to load.
export { DevicesButton } from "./DevicesButton.tsx";
export { DialPad } from "./DialPad.tsx";
export { InCall } from "./InCall.tsx";
export { LineState } from "./LineState.tsx";
export { PresenceMenu } from "./PresenceMenu.tsx";
export { SoundOff } from "./SoundOff.tsx";
