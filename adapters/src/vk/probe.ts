import { ChannelError } from "@kommutator/contract/channel";
import { sentences } from "@kommutator/contract/sentences";
import type { Objects, Responses } from "vk-io";
import type { VkClient } from "./client.ts";
import type { VkConfig } from "./config.ts";
import { int, list, obj, str } from "./loose.ts";

/** Events without which a part of the channel stays silent, and what is lost then. */
const EVENTS: Record<string, string> = {
  message_new: "incoming messages",
  message_reply: "what staff answers in VK itself",
  message_edit: "edited messages",
  message_allow: "who allows messages",
  message_deny: "who denies messages",
};

/** What the key must be allowed to do (groups.getTokenPermissions). */
const RIGHTS: Record<string, string> = { messages: "messages", photos: "photos", docs: "documents", manage: "management" };

/**
 * Asks VK about the key and the community's settings and says in words what is missing
 * (groups.getById, getTokenPermissions, getLongPollSettings, getCallbackServers, getCallbackSettings, getCallbackConfirmationCode).
 */
export async function probe(config: VkConfig, client: VkClient, hookUrl: string | null): Promise<{ ok: boolean; detail: string }> {
  const faults: string[] = [];
  try {
    const found = await client.call<Responses.GroupsGetByIdObjectResponse>("groups.getById", {});
    const [group] = list(obj(found)["groups"] ?? found);
    if (int(group?.["id"]) !== config.groupId) {
      return { ok: false, detail: `The access key (token) belongs to the community ${int(group?.["id"]) ?? "?"}, not to ${config.groupId}` };
    }
    const permissions = await client.call<Responses.GroupsGetTokenPermissionsResponse>("groups.getTokenPermissions", {});
    const granted = list(obj(permissions)["permissions"]).map((permission) => str(permission["name"]));
    const lacking = Object.keys(RIGHTS).filter((name) => !granted.includes(name));
    if (lacking.length > 0) faults.push(`The access key lacks the right to ${lacking.map((name) => RIGHTS[name]).join(", ")}: make a new one with it`);
    // The settings below are readable with the management right alone.
    if (!lacking.includes("manage"))
      faults.push(...(config.mode === "polling" ? await pollingFaults(config, client) : await callbackFaults(config, client, hookUrl)));
    const name = str(group?.["name"]);
    if (faults.length > 0) return { ok: false, detail: sentences(faults) };
    return {
      ok: true,
      detail: config.mode === "polling" ? `"${name}" lets us in and its events come by long polling` : `"${name}" lets us in and VK calls us with its events`,
    };
  } catch (error) {
    if (error instanceof ChannelError) return { ok: false, detail: sentences([error.message, ...faults]) };
    throw error;
  }
}

async function pollingFaults(config: VkConfig, client: VkClient): Promise<string[]> {
  const settings = obj(await client.call<Objects.GroupsLongPollSettings>("groups.getLongPollSettings", { group_id: config.groupId }));
  if (settings["is_enabled"] !== true && settings["is_enabled"] !== 1) return ["Long Poll API is switched off in the community's settings (Manage, API usage)"];
  return eventFaults(obj(settings["events"]), "Long Poll API");
}

async function callbackFaults(config: VkConfig, client: VkClient, hookUrl: string | null): Promise<string[]> {
  const servers = list(obj(await client.call<Responses.GroupsGetCallbackServersResponse>("groups.getCallbackServers", { group_id: config.groupId }))["items"]);
  const ours = servers.find((server) => hookUrl !== null && bare(str(server["url"])).startsWith(bare(hookUrl)));
  if (ours === undefined)
    return [`VK has no callback server with the address ${hookUrl}: add it in the community's settings (Manage, API usage, Callback API)`];
  const faults: string[] = [];
  const status = str(ours["status"]);
  if (status !== "ok") faults.push(`VK says that our callback address is "${status}": press "Confirm" there once more`);
  if (str(ours["secret_key"]) !== config.secret) faults.push("The secret key of the callback server in VK is another one than here");
  const code = str(
    obj(await client.call<Responses.GroupsGetCallbackConfirmationCodeResponse>("groups.getCallbackConfirmationCode", { group_id: config.groupId }))["code"],
  );
  if (config.confirmation !== "" && code !== config.confirmation && status !== "ok")
    faults.push(`VK wants the confirmation string "${code}", and here stands another one`);
  const settings = obj(
    await client.call<Objects.GroupsCallbackSettings>("groups.getCallbackSettings", { group_id: config.groupId, server_id: int(ours["id"]) }),
  );
  return [...faults, ...eventFaults(obj(settings["events"]), "the callback server")];
}

function eventFaults(events: Record<string, unknown>, where: string): string[] {
  const off = Object.keys(EVENTS).filter((name) => events[name] !== 1 && events[name] !== true);
  return off.map((name) => `The events ${name} are switched off for ${where}: ${EVENTS[name]} will not arrive`);
}

const bare = (url: string): string => url.replace(/\/+$/, "");
