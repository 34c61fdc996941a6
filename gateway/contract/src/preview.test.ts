import { describe, expect, it } from "vitest";
import { fetchWithPreview, sizeForThread, withPreview } from "./preview.ts";

const large = { bytes: new Uint8Array(200 * 1024), mime: "image/jpeg" };
const small = { bytes: new Uint8Array(5_000), mime: "image/jpeg" };
const asked: { fileKey: string; maxBytes: number }[] = [];
const provider = (files: Record<string, typeof large>) => (command: { fileKey: string; maxBytes: number }) => {
  asked.push(command);
  const file = files[command.fileKey];
  return file === undefined ? Promise.reject(new Error("gone")) : Promise.resolve(file);
};

describe("the small picture beside a file", () => {
  it("is fetched after the file that it belongs to", async () => {
    expect(await fetchWithPreview({ fileKey: withPreview("photo", "thumb"), maxBytes: 300_000 }, provider({ photo: large, thumb: small }))).toEqual({
      ...large,
      preview: small,
    });
    expect(asked.map((each) => each.fileKey)).toEqual(["photo", "thumb"]);
  });
  it("does not keep the file away when it is gone itself", async () => {
    expect(await fetchWithPreview({ fileKey: withPreview("photo", "thumb"), maxBytes: 300_000 }, provider({ photo: large }))).toEqual(large);
  });
  it("is not fetched for a file that is small itself", async () => {
    expect(await fetchWithPreview({ fileKey: withPreview("photo", "thumb"), maxBytes: 300_000 }, provider({ photo: small, thumb: small }))).toEqual(small);
  });
  it.each([undefined, "", "photo"])("%j is none", (key) => expect(withPreview("photo", key)).toBe("photo"));
  it("of several sizes is the smallest that is wide enough, else the widest", () => {
    expect(sizeForThread([{ width: 1_280 }, { width: 90 }, { width: 320 }])).toEqual({ width: 320 });
    expect(sizeForThread([{ width: 75 }, { width: 130 }])).toEqual({ width: 130 });
    expect(sizeForThread([])).toBeUndefined();
  });
});
