import type http from "node:http";
import { expect, it } from "vitest";
import { Listener } from "../../../tests/emulators/http/listener.ts";
import { VkClient } from "./client.ts";
import { parseVkConfig } from "./config.ts";
import { UPLOADS } from "./upload.fixture.ts";
import { upload } from "./upload.ts";

it.each(UPLOADS)("$name goes up in VK's own three steps ($source)", async ({ file, ask, put, save, attachment }) => {
  const asked: { what: string; params: Record<string, string> }[] = [];
  const answer = (response: http.ServerResponse, body: unknown) =>
    void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  const vk = new Listener(async (request, response, body) => {
    const url = new URL(request.url ?? "/", vk.origin);
    if (url.pathname.startsWith("/method/")) {
      const method = url.pathname.slice("/method/".length);
      asked.push({ what: method, params: Object.fromEntries(new URLSearchParams(body.toString())) });
      if (method === save.method) return answer(response, { response: save.response });
      // VK's address, at this machine.
      const { pathname, search } = new URL(ask.response.upload_url);
      return answer(response, { response: { ...ask.response, upload_url: `${vk.origin}${pathname}${search}` } });
    }
    asked.push({ what: `${url.pathname}${url.search}`, params: {} });
    const form = await new Response(new Uint8Array(body), { headers: { "content-type": request.headers["content-type"] ?? "" } }).formData();
    const part = form.get(put.field);
    expect(part, `the form's field ${put.field}`).toMatchObject({ name: file.name, size: 4 });
    return answer(response, put.answer);
  });
  await vk.up();
  const client = new VkClient(parseVkConfig({ token: "t", groupId: 218_252_175, mode: "polling", apiUrl: `${vk.origin}/method` }));
  try {
    const name = await upload(client, 743_784_474, { ...file, bytes: 4, read: async () => new Uint8Array([1, 2, 3, 4]) });
    // The page's name; ours has the key behind it, without which a file of another owner is not seen.
    expect(name === attachment || name.startsWith(`${attachment}_`)).toBe(true);
    const { pathname, search } = new URL(ask.response.upload_url);
    expect(asked.map(({ what }) => what)).toEqual([ask.method, `${pathname}${search}`, save.method]);
    expect(asked[0]?.params).toMatchObject(ask.params);
    expect(asked[2]?.params).toMatchObject(save.params);
  } finally {
    client.close();
    await vk.down();
  }
});
