import { Ledger } from "../host.ts";

/** A process that opens VK's channel as soon as its code is there, and is busy with other things for longer than the first request may take. */
const { vk } = await import("@kommutator/adapters/vk");
const channel = await vk.open(vk.parseConfig(JSON.parse(process.env["VK_CONFIG"] as string)), new Ledger().open(new AbortController().signal));
// Far enough for the request to have been asked for, and not so far that anything has been read from disk or wire.
for (let step = 0; step < 200; step++) await null;
for (const end = performance.now() + 500; performance.now() < end; );
await new Promise((resolve) => setTimeout(resolve, 500));
await channel.close();
process.stdout.write("ready\n");
