import { randomBytes } from "node:crypto";
import { deflateSync } from "node:zlib";
import { sine, wav } from "../../lab/support/audio.ts";

/** One kind of channel as its customer uses it, over the vendor's emulator. */
export interface ChannelDriver {
  kind: string;
  /** Settings of the channel in the house. `houseUrl` is where the vendor's callbacks go. */
  config(houseUrl: string): Record<string, unknown>;
  /** The channel exists in the house under this id. */
  opened?(houseUrl: string, channelId: string): Promise<void> | void;
  say(text: string): Promise<unknown> | unknown;
  /** The customer sends a picture under this name; absent = the channel carries none. */
  sendPicture?(name: string, png: Buffer): Promise<unknown> | unknown;
  /** The customer sends sound of two seconds, as this channel carries it: a voice note or a file; absent = it carries none. */
  sendSound?(): Promise<unknown> | unknown;
  /** The customer changes what he said last; absent = the channel does not tell. */
  edit?(text: string): Promise<unknown> | unknown;
  /** What reached the customer; absent = nothing can be answered on this channel. */
  received?(): Promise<string[]> | string[];
  /** The customer has this file of ours, byte for byte; absent = the channel carries none. */
  hasFile?(bytes: Buffer): Promise<boolean> | boolean;
  /** The customer's device has it and shows it, and tells so; the best state that the channel ever shows. */
  arrives?(): Promise<unknown> | unknown;
  best?: "sent" | "delivered" | "read";
  /** The vendor is gone, and back. */
  down?(): Promise<unknown>;
  up?(): Promise<unknown>;
  close(): Promise<unknown>;
}

/** A picture of one colour, or of noise (then it is as large as it looks). PNG as RFC 2083 lays it out. */
export function png(width = 64, height = 48, noise = false): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const frame = Buffer.alloc(body.length + 8);
    frame.writeUInt32BE(data.length, 0);
    body.copy(frame, 4);
    frame.writeUInt32BE(crc32(body), body.length + 4);
    return frame;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = () => Buffer.concat([Buffer.from([0]), noise ? randomBytes(width * 3) : Buffer.alloc(width * 3, 0x5a)]);
  const rows = Buffer.concat(Array.from({ length: height }, row));
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Two seconds of a tone. */
export const sound = (): Buffer => Buffer.from(wav(sine(440, 16_000, 8_000), 8_000));
