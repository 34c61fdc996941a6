import { startCore } from "./core.ts";

/** The core as a process that can be killed. It says "loaded" when its code is there and starts when told to on stdin. */
process.stdout.write("loaded\n");
process.stdin.once("data", () => {
  void startCore({ url: process.env["URL"] as string, directUrl: process.env["DIRECT_URL"] as string, blobDir: process.env["BLOB_DIR"] as string });
});
