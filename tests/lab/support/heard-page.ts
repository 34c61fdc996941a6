import type { Page } from "playwright-core";
import { until } from "./wait.ts";

declare global {
  interface Window {
    /** What this page sends to the loudspeaker, and the notifications it has shown. */
    labEars: { analysers: AnalyserNode[]; notices: { title: string; body: string }[] };
  }
}

/** Before the page's own script: everything that goes to the loudspeaker can be listened to, and notifications are counted as they are shown. */
export async function withEars(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const ears: Window["labEars"] = { analysers: [], notices: [] };
    window.labEars = ears;
    const connect = AudioNode.prototype.connect as (this: AudioNode, ...to: unknown[]) => unknown;
    const heard = new WeakMap<BaseAudioContext, AnalyserNode>();
    AudioNode.prototype.connect = function (this: AudioNode, ...to: unknown[]) {
      if (to[0] instanceof AudioDestinationNode) {
        let analyser = heard.get(this.context);
        if (analyser === undefined) {
          analyser = new AnalyserNode(this.context, { fftSize: 8192 });
          heard.set(this.context, analyser);
          ears.analysers.push(analyser);
        }
        connect.call(this, analyser);
      }
      return connect.apply(this, to);
    } as typeof AudioNode.prototype.connect;
    window.Notification = class extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        ears.notices.push({ title, body: options?.body ?? "" });
      }
    };
  });
}

/** Looks into the page without touching it: whatever Playwright evaluates counts as a gesture of the user, and gestures unlock the sound. */
export async function untouchedView(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  const look = async <T>(expression: string): Promise<T> => {
    const { result } = await cdp.send("Runtime.evaluate", { expression, returnByValue: true, userGesture: false });
    return result.value as T;
  };
  return {
    look,
    /** Is there an element of this selector? */
    has: (selector: string) => look<boolean>(`document.querySelector(${JSON.stringify(selector)}) !== null`),
    /** The loudest tone that goes to the loudspeaker, in Hz; 0 in silence. */
    loudest: () => look<number>(`(${loudestTone.toString()})()`),
    /** A real click in the middle of the element. */
    async click(selector: string): Promise<void> {
      const box = await look<{ x: number; y: number; width: number; height: number }>(
        `JSON.parse(JSON.stringify(document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect()))`,
      );
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    },
    /** Whether the tab counts as the one that the user looks at, as it does by default in tests. */
    focused: (enabled: boolean) => cdp.send("Emulation.setFocusEmulationEnabled", { enabled }),
  };
}
export type UntouchedView = Awaited<ReturnType<typeof untouchedView>>;

function loudestTone(): number {
  let hz = 0;
  let db = -70; // below it is nothing that anybody hears
  for (const analyser of window.labEars.analysers) {
    if (analyser.context.state !== "running") continue;
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    bins.forEach((value, index) => {
      if (value <= db) return;
      db = value;
      hz = (index * analyser.context.sampleRate) / analyser.fftSize;
    });
  }
  return hz;
}

/** The bell: two tones, of 523 and 659 Hz. */
export const hearsBell = (view: UntouchedView) =>
  until(
    "the bell is heard",
    async () => {
      const tone = await view.loudest();
      return [523, 659].some((hz) => Math.abs(tone - hz) < 12);
    },
    { timeoutMs: 6000 },
  );
