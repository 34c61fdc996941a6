import { ChannelError, type OutboundFile } from "@kommutator/contract/channel";
import type { VkClient } from "./client.ts";
import { int, list, obj, str } from "./loose.ts";
import { uploadKind } from "./to-vk.ts";

const UPLOAD_TIMEOUT_MS = 120_000;
/** The answer of an upload server is one line of JSON. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Puts a file up and returns its name for `attachment` ("photo1_2_key"), in VK's three steps: ask for a server, send the file
 * there, save what it answered (dev.vk.com/api/upload). Nothing of the message has left by then, so a failure is never
 * `uncertain`.
 */
export async function upload(client: VkClient, peerId: number, file: OutboundFile): Promise<string> {
  try {
    const kind = uploadKind(file);
    if (kind === "photo") {
      const server = await client.call<unknown>("photos.getMessagesUploadServer", { peer_id: peerId });
      const put = await send(client, addressIn(server), "photo", file);
      if (str(put["photo"]) === "" || str(put["photo"]) === "[]") throw new ChannelError("rejected", `VK took "${file.name}" for no picture`);
      const [photo] = list(await client.call<unknown>("photos.saveMessagesPhoto", { photo: put["photo"], server: put["server"], hash: put["hash"] }));
      return nameOf("photo", photo ?? {}, file);
    }
    const type = kind === "audio_message" ? "audio_message" : "doc";
    const server = await client.call<unknown>("docs.getMessagesUploadServer", { peer_id: peerId, type });
    const put = await send(client, addressIn(server), "file", file);
    if (str(put["file"]) === "") throw new ChannelError("rejected", `VK refused the file "${file.name}": ${str(put["error"]) || "no reason given"}`);
    const saved = obj(await client.call<unknown>("docs.save", { file: put["file"], title: file.name }));
    return nameOf(type, obj(saved[str(saved["type"])]), file);
  } catch (error) {
    if (error instanceof ChannelError && error.code === "uncertain") throw new ChannelError("unreachable", error.message, { cause: error });
    throw error;
  }
}

const addressIn = (server: unknown): string => str(obj(server)["upload_url"]);

async function send(client: VkClient, address: string, field: string, file: OutboundFile): Promise<Record<string, unknown>> {
  const form = new FormData();
  const bytes = await file.read();
  form.set(field, new Blob([new Uint8Array(bytes)], { type: file.mime }), file.name);
  // A Response is the shortest way to the bytes of a multipart form.
  const multipart = new Response(form);
  const answer = await client.at(address, {
    timeoutMs: UPLOAD_TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
    body: new Uint8Array(await multipart.arrayBuffer()),
    headers: { "content-type": multipart.headers.get("content-type") as string },
  });
  if (answer.status === 413) throw new ChannelError("rejected", `"${file.name}" is too large for VK`);
  if (answer.status !== 200) throw new ChannelError("unreachable", `VK's upload server answered ${answer.status}`);
  try {
    return obj(JSON.parse(answer.body.toString()));
  } catch (error) {
    throw new ChannelError("unreachable", "VK's upload server gave no readable answer", { cause: error });
  }
}

function nameOf(type: string, saved: Record<string, unknown>, file: OutboundFile): string {
  const [owner, id, key] = [int(saved["owner_id"]), int(saved["id"]), str(saved["access_key"])];
  if (owner === undefined || id === undefined) throw new ChannelError("unreachable", `VK did not save "${file.name}"`);
  return `${type}${owner}_${id}${key === "" ? "" : `_${key}`}`;
}
