import { startCore } from "./core.ts";

/** The core as a process that can be killed. It says "loaded" when its code is there and starts when told to on stdin. */
const { URL: url, DIRECT_URL: directUrl, BLOB_DIR: blobDir, AT_ONCE } = process.env as Record<string, string>;
process.stdout.write("loaded\n");
process.stdin.once("data", () => {
  void startCore({ url: url as string, directUrl: directUrl as string, blobDir: blobDir as string, atOnce: AT_ONCE === "1" });
});
