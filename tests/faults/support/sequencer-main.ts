import { connect } from "@kommutator/gateway/db/pool";
import { createStream } from "@kommutator/gateway/dialogs/stream";

/** The stream's sequencer as a process that can be killed. */
const sql = connect(process.env["URL"] as string, { max: 3 });
const log = { warn: () => undefined, error: () => undefined };
const stream = createStream({ sql, leaseSql: connect(process.env["URL"] as string, { max: 1 }), holder: `sequencer-${process.pid}`, log });
await stream.start();
process.stdout.write("ready\n");
