import { ulawToLinear } from "./audio.ts";

/** Payloads of the G.711 μ-law RTP packets in a capture of `tcpdump -i lo` that went to `ip`, as linear samples. */
export function heardBy(capture: Buffer, ip: string): Int16Array {
  const little = capture.readUInt32LE(0) === 0xa1b2c3d4;
  const u32 = (at: number) => (little ? capture.readUInt32LE(at) : capture.readUInt32BE(at));
  const samples: number[] = [];
  // Global header of 24 bytes, then records of 16 bytes and the packet (pcap, LINKTYPE_ETHERNET).
  for (let at = 24; at + 16 <= capture.length; at += 16 + u32(at + 8)) {
    const packet = capture.subarray(at + 16, at + 16 + u32(at + 8));
    const header = packet.subarray(14);
    if (packet.readUInt16BE(12) !== 0x0800 || header[9] !== 17) continue;
    if ([...header.subarray(16, 20)].join(".") !== ip) continue;
    const rtp = header.subarray(((header[0] ?? 0) & 15) * 4 + 8);
    // RFC 3550: version 2; payload type 0 is PCMU (RFC 3551).
    if (rtp.length < 100 || ((rtp[0] ?? 0) & 0xc0) !== 0x80 || ((rtp[1] ?? 0) & 0x7f) !== 0) continue;
    for (const code of rtp.subarray(12)) samples.push(ulawToLinear(code));
  }
  return Int16Array.from(samples);
}
