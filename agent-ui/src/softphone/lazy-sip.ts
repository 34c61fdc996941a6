import type { SipReports, SipWire } from "./sip-wire.ts";

/** The SIP stack is a third of the workspace's script: it is loaded when the line first connects, not with the first screen. */
export function lazySipWire(report: SipReports): SipWire {
  let real: SipWire | undefined;
  let closed = false;
  return {
    connect(session) {
      if (real !== undefined) {
        real.connect(session);
        return;
      }
      import("./sip-wire.ts").then(({ openSipWire }) => {
        if (closed) return;
        real ??= openSipWire(report);
        real.connect(session);
        // The script could not be fetched: the same as a socket that did not open; the line tries again.
      }, report.disconnected);
    },
    register: () => real?.register(),
    disconnect: () => real?.disconnect(),
    accept: (microphoneId) => real?.accept(microphoneId),
    reject: () => real?.reject(),
    hangUp: () => real?.hangUp(),
    mute: (on) => real?.mute(on),
    useMicrophone: (deviceId) => real?.useMicrophone(deviceId) ?? Promise.resolve(),
    sample: () => real?.sample() ?? Promise.resolve(null),
    mediaAlive: () => real?.mediaAlive() ?? false,
    restartMedia: () => real?.restartMedia() ?? Promise.reject(new Error("no leg")),
    probe: () => real?.probe(),
    dropLeg: () => real?.dropLeg(),
    close() {
      closed = true;
      real?.close();
    },
  };
}
