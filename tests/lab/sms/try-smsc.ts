import { smsSmpp } from "@kommutator/adapters/sms-smpp";
import { Ledger } from "../../conformance/host.ts";

/** A process of its own, because Node reads NODE_EXTRA_CA_CERTS once: opens the channel given as JSON and prints what the "test" button says. */
const channel = await smsSmpp.open(smsSmpp.parseConfig(JSON.parse(process.argv[2] ?? "{}")), new Ledger().open(new AbortController().signal));
console.log(JSON.stringify(await channel.test?.()));
await channel.close();
