/** Sound, title flash and browser notifications. Of several tabs exactly one is loud: the holder of a lock that the browser keeps. */

let leader = typeof navigator === "undefined" || !("locks" in navigator);
export function claimLoudTab(): void {
  if (leader || !("locks" in navigator)) return;
  navigator.locks
    .request("kommutator-loud-tab", () => {
      leader = true;
      return new Promise<void>(() => undefined);
    })
    .catch(() => {
      leader = true;
    });
}

let context: AudioContext | null = null;
/** Browsers give no sound before a gesture: called by the login button and by the first click after a reload. */
export function unlockSound(): void {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => undefined);
}

if (typeof window !== "undefined") {
  const unlock = () => {
    unlockSound();
    window.removeEventListener("pointerdown", unlock);
    window.removeEventListener("keydown", unlock);
  };
  window.addEventListener("pointerdown", unlock);
  window.addEventListener("keydown", unlock);
}

const SOUNDS = {
  /** A chat is offered: two rising notes, repeated until handled. */
  offer: [
    { hz: 660, at: 0, ms: 140 },
    { hz: 880, at: 0.17, ms: 200 },
  ],
  /** A message in a dialog I am not looking at. */
  message: [{ hz: 740, at: 0, ms: 110 }],
  /** One ring of a call. */
  ring: [
    { hz: 520, at: 0, ms: 350 },
    { hz: 660, at: 0.02, ms: 350 },
    { hz: 520, at: 0.45, ms: 350 },
    { hz: 660, at: 0.47, ms: 350 },
  ],
} as const;
export type Sound = keyof typeof SOUNDS;

/** Plays once, in the loud tab only. Says whether it could. */
export function playSound(name: Sound, volume = 0.18): boolean {
  if (!leader || context === null || context.state !== "running") return false;
  for (const note of SOUNDS[name]) {
    const start = context.currentTime + note.at;
    const end = start + note.ms / 1000;
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = note.hz;
    tone.type = "sine";
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(volume, start + 0.015);
    gain.gain.setValueAtTime(volume, end - 0.04);
    gain.gain.linearRampToValueAtTime(0, end);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(end + 0.02);
  }
  return true;
}

// ---- title

const flashing = new Map<string, string>();
let badge = 0;
let timer: ReturnType<typeof setInterval> | null = null;
let phase = false;
function paint(): void {
  const text = [...flashing.values()].at(-1);
  const base = badge > 0 ? `(${badge}) Kommutator` : "Kommutator";
  document.title = text !== undefined && phase ? text : base;
}

/** How many wait for me; stands in the tab's title. */
export function setTitleBadge(count: number): void {
  badge = count;
  paint();
}

/** The tab's title shows `text` at once and alternates with it until the returned function is called. (A background tab's clock may be slow.) */
export function flashTitle(key: string, text: string): () => void {
  flashing.set(key, text);
  phase = true;
  paint();
  timer ??= setInterval(() => {
    phase = !phase;
    paint();
  }, 900);
  return () => {
    flashing.delete(key);
    if (flashing.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
      phase = false;
    }
    paint();
  };
}

// ---- browser notifications

export const notificationsState = (): NotificationPermission | "unsupported" => (typeof Notification === "undefined" ? "unsupported" : Notification.permission);

export async function askForNotifications(): Promise<void> {
  if (typeof Notification !== "undefined" && Notification.permission === "default") await Notification.requestPermission();
}

/** Only while the tab is not looked at, and only from the loud tab. Returns what closes it. */
export function notifyBrowser(options: { tag: string; title: string; body: string; onClick: () => void }): () => void {
  if (typeof Notification === "undefined" || Notification.permission !== "granted" || !leader || document.hasFocus()) return () => undefined;
  const shown = new Notification(options.title, { body: options.body, tag: options.tag, icon: "/favicon.svg" });
  shown.onclick = () => {
    window.focus();
    options.onClick();
    shown.close();
  };
  return () => shown.close();
}
