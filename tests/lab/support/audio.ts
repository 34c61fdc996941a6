/** Sound for the lab: G.711 μ-law, tones, and how much of a sound is a given tone. */

/** ITU-T G.711 μ-law, one sample. */
export function ulawToLinear(code: number): number {
  const u = ~code & 0xff;
  const t = ((((u & 15) << 3) + 0x84) << ((u >> 4) & 7)) - 0x84;
  return u & 0x80 ? -t : t;
}

export function linearToUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const s = Math.min(32635, Math.abs(Math.round(sample))) + 0x84;
  let exponent = 7;
  for (let mask = 0x4000; (s & mask) === 0 && exponent > 0; mask >>= 1) exponent--;
  return ~(sign | (exponent << 4) | ((s >> (exponent + 3)) & 15)) & 0xff;
}

export function sine(hz: number, samples: number, rate = 8000, amplitude = 9000, from = 0): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * (from + i)) / rate));
}

/** Share of the sound's power at `hz`, 0 to 1 (Goertzel's algorithm). Silence has 0 of everything. */
export function share(samples: ArrayLike<number>, hz: number, rate = 8000): number {
  const c = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let a = 0;
  let b = 0;
  let power = 0;
  for (let i = 0; i < samples.length; i++) {
    const v = samples[i] ?? 0;
    power += v * v;
    const t = v + c * a - b;
    b = a;
    a = t;
  }
  if (power < samples.length * 100) return 0; // below 10 of 32768: silence
  return (2 * (a * a + b * b - c * a * b)) / (samples.length * power);
}

/** Part of the 200 ms windows, 0 to 1, in which the tone is nearly all that is heard: one lost packet spoils one window, not the whole. */
export function steadiness(samples: Int16Array, hz: number, rate = 8000): number {
  const size = rate / 5;
  let windows = 0;
  let good = 0;
  for (let at = 0; at + size <= samples.length; at += size) {
    windows++;
    if (share(samples.subarray(at, at + size), hz, rate) > 0.8) good++;
  }
  return windows === 0 ? 0 : good / windows;
}

/** Pieces of a sound that are looked for: one heard whole is proof, so that a lost packet spoils nothing. */
const PIECE = 3200;

/**
 * Where in `heard` this sound begins, in samples; -1 when it is not in it. Its loudest 400 ms, else the next ones, are looked for by
 * normalised cross-correlation: the same words by the same voice, and nothing else, come above 0.8.
 */
export function placeOf(sound: Int16Array, heard: Int16Array): number {
  const starts = [];
  for (let at = 0; at + PIECE <= sound.length; at += PIECE) starts.push(at);
  const loudness = (at: number) => level(sound.subarray(at, at + PIECE));
  for (const from of starts.sort((a, b) => loudness(b) - loudness(a)).slice(0, 3)) {
    const found = placeOfPiece(sound.subarray(from, from + PIECE), heard);
    if (found >= 0) return found - from;
  }
  return -1;
}

function placeOfPiece(part: Int16Array, heard: Int16Array): number {
  const size = part.length;
  const own = level(part) * Math.sqrt(size);
  let best = 0.8;
  let found = -1;
  let power = 0;
  for (let i = 0; i < size; i++) power += (heard[i] ?? 0) ** 2;
  for (let at = 0; at + size <= heard.length; at++) {
    // Every eighth sample is enough to rule a place out.
    let rough = 0;
    for (let i = 0; i < size; i += 8) rough += (part[i] ?? 0) * (heard[at + i] ?? 0);
    if (rough * 8 > 0.5 * own * Math.sqrt(power)) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += (part[i] ?? 0) * (heard[at + i] ?? 0);
      const alike = sum / (own * Math.sqrt(power) || 1);
      if (alike > best) {
        best = alike;
        found = at;
      }
    }
    power += (heard[at + size] ?? 0) ** 2 - (heard[at] ?? 0) ** 2;
  }
  return found;
}

/** Level as root mean square, 0 to 32767. */
export function level(samples: ArrayLike<number>): number {
  let power = 0;
  for (let i = 0; i < samples.length; i++) power += (samples[i] ?? 0) ** 2;
  return samples.length === 0 ? 0 : Math.sqrt(power / samples.length);
}

/** A PCM wav file (mono, 16 bit). */
export function wav(samples: Int16Array, rate: number): Buffer {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

export function wavSamples(file: Uint8Array): { rate: number; samples: Int16Array } {
  const b = Buffer.from(file);
  let at = 12;
  while (at + 8 <= b.length && b.toString("latin1", at, at + 4) !== "data") at += 8 + b.readUInt32LE(at + 4);
  const bytes = Math.min(b.readUInt32LE(at + 4), b.length - at - 8);
  return { rate: b.readUInt32LE(24), samples: Int16Array.from({ length: bytes >> 1 }, (_, i) => b.readInt16LE(at + 8 + 2 * i)) };
}
