import { expect, it } from "vitest";
import { Vk } from "../emulators/vk/vk.ts";
import { Child } from "../faults/support/child.ts";

it("a first request whose time is over before it could leave is a failure of the channel, not the end of the house", async () => {
  const server = await Vk.start();
  const { groupId, token } = server.community;
  const config = { groupId, token, mode: "polling", apiUrl: `${server.origin}/method`, apiTimeoutMs: 100, retryFloorMs: 20 };
  const script = new URL("whole/busy-vk.ts", import.meta.url).pathname;
  const child = new Child(script, { VK_CONFIG: JSON.stringify(config) });
  try {
    await child.ready;
    expect(child.log).not.toMatch(/Unhandled|AbortError/);
  } finally {
    await child.kill("SIGKILL");
    await server.down();
  }
});
