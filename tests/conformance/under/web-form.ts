import { webForm } from "@kommutator/adapters/web-form";
import { HouseDoor } from "../../emulators/http/house-door.ts";
import type { AdapterUnderTest, Provider } from "../provider.ts";

const SITE = "https://shop.example";
const PHONE = "+77011112233";

/** A page of a foreign site as the provider: a token for each form, and the same request again until it is answered with success. */
async function provider(): Promise<Provider> {
  const server = await HouseDoor.open();
  let stopped = false;
  let acknowledged = 0;
  const sent: Record<string, unknown>[] = [];
  const headers = { origin: SITE };
  const again = async <T>(ask: () => Promise<T | null>): Promise<T | null> => {
    while (!stopped) {
      const answer = await ask().catch(() => null);
      if (answer !== null) return answer;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return null;
  };
  const token = () =>
    again(async () => {
      const answer = await server.request("GET", "token", { headers, timeoutMs: 1_500 });
      return answer.status === 200 ? (JSON.parse(answer.body) as { token: string }).token : null;
    });
  const post = async (body: Record<string, unknown>): Promise<boolean> =>
    (await again(async () => ((await server.request("POST", "", { body, headers, timeoutMs: 1_500 })).status === 200 ? true : null))) === true;
  // The token is taken when the form is opened; the post waits for the one before it.
  let queue: Promise<void> = Promise.resolve();
  const submit = async (text: string, phone = PHONE): Promise<void> => {
    const body = { _token: await token(), _page: `${SITE}/contacts`, phone, message: text };
    sent.push(body);
    if (await post(body)) acknowledged++;
  };
  const refused = (name: string, status: number, act: () => Promise<{ status: number }>) => ({
    name,
    async act() {
      const answer = await act();
      if (answer.status !== status) throw new Error(`${name} was answered with ${answer.status}`);
    },
  });
  const raw = (content: string | Buffer, type = "application/json") =>
    server.request("POST", "", { raw: content, headers: { ...headers, "content-type": type } });
  return {
    config: { secret: "a secret of sixteen", allowedOrigins: SITE, minFillSeconds: 0, perAddressPerMinute: 100_000, perMinute: 100_000 },
    attach: (channel) => server.attach(channel),
    door: server,
    async say(text) {
      queue = queue.then(() => submit(text));
    },
    async sayBackwards(texts) {
      const bodies: Record<string, unknown>[] = [];
      for (const text of texts) bodies.push({ _token: await token(), _page: `${SITE}/contacts`, phone: PHONE, message: text });
      sent.push(...bodies);
      for (const body of bodies.reverse()) if (await post(body)) acknowledged++;
    },
    async sayTogether(texts) {
      await Promise.all(texts.map((text, i) => submit(text, `+770111122${10 + i}`)));
    },
    acknowledged: async () => acknowledged,
    async redeliver() {
      for (const body of sent) await post(body);
    },
    down: () => server.down(),
    up: () => server.up(),
    hostile: [
      refused("malformed JSON", 400, () => raw("{nope")),
      refused("a list", 400, () => raw("[1,2,3]")),
      refused("invalid UTF-8", 400, () => raw(Buffer.from([0x7b, 0xff, 0x7d]))),
      refused("no token", 401, () => raw('{"message":"x"}')),
      refused("a forged token", 401, () => raw(`{"message":"x","_token":"${Buffer.from(`["${SITE}",9999999999999,"x"]`).toString("base64url")}.x"}`)),
      refused("a polluted prototype", 400, () => raw('{"__proto__":{"_token":"x"},"message":"x"}')),
      refused("a body of a megabyte", 413, () => raw(JSON.stringify({ message: "x".repeat(1_000_000) }))),
      refused("an unfinished multipart", 400, () => raw("--b\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=b")),
      refused("another site", 403, () => server.request("GET", "token", { headers: { origin: "https://evil.example" } })),
      refused("no site at all", 403, () => server.request("POST", "", { raw: "{}" })),
      refused("a forged signature", 401, () =>
        server.request("POST", "", {
          raw: '{"message":"x"}',
          headers: { "x-timestamp": String(Math.floor(Date.now() / 1_000)), "x-signature": `sha256=${"0".repeat(64)}` },
        }),
      ),
      refused("another path", 404, () => server.request("GET", "../../secrets", { headers })),
    ],
    customer: () => ({ kind: "phone", value: PHONE }),
    received: async () => [],
    async stop() {
      stopped = true;
      await server.down();
      await queue;
    },
  };
}

export const webFormUnderTest: AdapterUnderTest = {
  name: "web-form",
  adapter: webForm as never,
  commands: [],
  oneWay: "in",
  lacks: { credentials: "its secret is our own: nobody else can take it away" },
  provider,
};
