import { startHouse } from "@kommutator/gateway/compose";
import { readConfig } from "@kommutator/gateway/config";
import { lineAdapter } from "./line-adapter.ts";

/** The whole house with the adapter of LineProvider in the place of the web chat; started as a process and killed. */
const house = await startHouse(readConfig(process.env), { registry: { "web-chat": { exclusive: true, load: async () => lineAdapter } } });
process.on("SIGTERM", () => void house.close().then(() => process.exit(0)));
process.stdout.write("ready\n");
