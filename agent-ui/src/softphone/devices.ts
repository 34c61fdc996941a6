/** Which microphone, headset and bell this browser uses; kept in the browser, for they belong to the desk, not to the person. */
export interface Devices {
  microphoneId: string | null;
  speakerId: string;
  bellId: string;
  bellVolume: number;
}
const KEY = "kommutator.devices";
export const DEFAULT_DEVICES: Devices = { microphoneId: null, speakerId: "", bellId: "", bellVolume: 0.8 };

/** What was chosen before; anything unreadable falls back to the system's choice. */
export function loadDevices(storage: Pick<Storage, "getItem">): Devices {
  try {
    const stored = JSON.parse(storage.getItem(KEY) ?? "{}") as Partial<Devices>;
    return {
      microphoneId: typeof stored.microphoneId === "string" ? stored.microphoneId : null,
      speakerId: typeof stored.speakerId === "string" ? stored.speakerId : "",
      bellId: typeof stored.bellId === "string" ? stored.bellId : "",
      bellVolume: typeof stored.bellVolume === "number" && stored.bellVolume >= 0 && stored.bellVolume <= 1 ? stored.bellVolume : DEFAULT_DEVICES.bellVolume,
    };
  } catch {
    return DEFAULT_DEVICES;
  }
}

export function saveDevices(storage: Pick<Storage, "setItem">, devices: Devices): void {
  storage.setItem(KEY, JSON.stringify(devices));
}

export interface DeviceChoice {
  value: string;
  label: string;
}

/** Microphones and outputs by name. Names are hidden by the browser until the microphone was allowed once. */
export async function listDevices(): Promise<{ microphones: DeviceChoice[]; outputs: DeviceChoice[]; named: boolean }> {
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind): DeviceChoice[] => {
    const seen = new Set<string>();
    return all.flatMap((device, index) => {
      if (device.kind !== kind || device.deviceId === "" || seen.has(device.deviceId)) return [];
      seen.add(device.deviceId);
      return [{ value: device.deviceId, label: device.label === "" ? `${index + 1}` : device.label }];
    });
  };
  return { microphones: of("audioinput"), outputs: of("audiooutput"), named: all.some((device) => device.label !== "") };
}

/** Listens to a microphone and tells its level 0..1 some 12 times a second, until the returned function is called. */
export async function meterLevel(deviceId: string | null, onLevel: (level: number) => void): Promise<() => void> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: deviceId === null ? true : { deviceId: { ideal: deviceId } } });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    // Speech sits around -30 dBFS: a square root spreads it over the bar.
    onLevel(Math.min(1, Math.sqrt(Math.sqrt(sum / samples.length)) * 1.4));
  }, 80);
  return () => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    void context.close().catch(() => undefined);
  };
}
