/**
 * Sound that the workspace makes itself: the bell. Browsers give no sound before the first gesture of the user, so
 * `unlockSound` is called by the login button and by the first click or key on any page; the card says so while it is locked.
 */
type SinkContext = AudioContext & { setSinkId?: (id: string) => Promise<void> };

let context: SinkContext | undefined;
const listeners = new Set<(locked: boolean) => void>();

function audio(): SinkContext {
  if (context === undefined) {
    context = new AudioContext();
    context.addEventListener("statechange", () => {
      for (const listener of listeners) listener(soundLocked());
    });
  }
  return context;
}

/** Call from a click or a key press. */
export function unlockSound(): void {
  void audio()
    .resume()
    .catch(() => undefined);
}

/** Does the browser still hold the sound back? */
export function soundLocked(): boolean {
  return audio().state !== "running";
}

/** Tells when the browser lets sound through or takes it away; returns the way to stop listening. */
export function onSoundLock(listener: (locked: boolean) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where the bell sounds: often the loudspeaker while the talk is in the headset. Empty string is the system's choice. */
export async function ringOn(deviceId: string): Promise<void> {
  await audio().setSinkId?.(deviceId);
}

let ringing: { stop: () => void } | undefined;

/** A soft two-tone bell, 1.6 s of every 4 s, until stopped. Calling it twice rings once. */
export function startRinging(volume: number): void {
  if (ringing !== undefined) return;
  const ctx = audio();
  const gain = ctx.createGain();
  gain.gain.value = 0;
  gain.connect(ctx.destination);
  const oscillators = [523.25, 659.25].map((frequency) => {
    const oscillator = ctx.createOscillator();
    oscillator.type = "sine";
    oscillator.frequency.value = frequency;
    oscillator.connect(gain);
    oscillator.start();
    return oscillator;
  });
  const cycle = (): void => {
    const t = ctx.currentTime + 0.02;
    for (const at of [0, 0.8]) {
      gain.gain.setValueAtTime(0, t + at);
      gain.gain.linearRampToValueAtTime(volume * 0.25, t + at + 0.03);
      gain.gain.exponentialRampToValueAtTime(0.0005, t + at + 0.7);
    }
  };
  cycle();
  const timer = setInterval(cycle, 4000);
  ringing = {
    stop() {
      clearInterval(timer);
      gain.gain.cancelScheduledValues(ctx.currentTime);
      gain.disconnect();
      for (const oscillator of oscillators) oscillator.stop();
    },
  };
}

export function stopRinging(): void {
  ringing?.stop();
  ringing = undefined;
}
