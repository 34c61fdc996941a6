import { readFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { startMailServer } from "../lab/mail/server.ts";
import { until } from "../lab/support/wait.ts";
import { seedCompany } from "../support/company.ts";
import { testDatabase } from "../support/database.ts";
import { ApiClient, startHouseProcess } from "../support/house.ts";
import type { BenchResult } from "./run.ts";

const OURS = "sales@house.example";
const CUSTOMERS = 400;
const LETTERS_EACH = 5;
const BUDGET_PER_SECOND = 200;

/**
 * Letters out of a real mailbox through the whole house: a Dovecot full of unread letters is connected to a running
 * house; the clock runs from the order to connect until the last letter is a message in its dialog, files included.
 * Every fifth letter carries a file of 20 KB; every customer's last one forges the References of a stranger's thread.
 */
export default async function mail(): Promise<BenchResult> {
  const server = await startMailServer([OURS]);
  const db = await testDatabase();
  const company = await seedCompany(db.sql);
  const file = Buffer.alloc(15_000, 65).toString("base64").replace(/.{76}/g, "$&\r\n");
  const total = CUSTOMERS * (LETTERS_EACH + 1);
  for (let n = 0; n <= LETTERS_EACH; n++) {
    for (let c = 0; c < CUSTOMERS; c++) await server.drop(OURS, letter(c, n, file));
  }
  const house = await startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: "none" } });
  try {
    const admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
    const cpuBefore = await cpuMs(house.child.pid);
    const started = performance.now();
    await admin.post("/channels", {
      kind: "email",
      name: "Sales",
      queueId: company.queueId,
      config: {
        address: OURS,
        imapHost: "127.0.0.1",
        imapPort: server.imapPort,
        imapSecurity: "none",
        imapUser: OURS,
        imapPassword: server.password,
        smtpHost: "127.0.0.1",
        smtpPort: server.smtpPort,
        smtpSecurity: "none",
      },
    });
    const count = async (): Promise<number> => (await db.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM message WHERE direction = 'in'`)[0]?.n ?? 0;
    await until("every letter is in its dialog", async () => (await count()) >= total, { timeoutMs: 240_000, everyMs: 25 });
    const seconds = (performance.now() - started) / 1_000;
    const houseCpu = (await cpuMs(house.child.pid)) - cpuBefore;
    const [threads] = await db.sql<{ good: number; stray: number; forged: number; files: number; dialogs: number }[]>`
      WITH own AS (SELECT d.id, d.identity_value, m.message_key, m.meta->>'from' AS sender FROM message m JOIN dialog d ON d.id = m.dialog_id WHERE m.direction = 'in')
      SELECT count(*) FILTER (WHERE sender = identity_value AND message_key NOT LIKE '%forged%')::int AS good,
        count(*) FILTER (WHERE sender <> identity_value)::int AS stray,
        count(*) FILTER (WHERE message_key LIKE '%forged%' AND sender = identity_value)::int AS forged,
        (SELECT count(*)::int FROM message_attachment) AS files, (SELECT count(*)::int FROM dialog) AS dialogs FROM own`;
    const genuine = await db.sql`
      SELECT m.meta->>'from' FROM message m WHERE m.message_key NOT LIKE '%forged%' GROUP BY 1 HAVING count(DISTINCT m.dialog_id) <> 1 OR count(*) <> ${LETTERS_EACH}`;
    const perSecond = total / seconds;
    return {
      name: "letters out of a real mailbox, parsed, threaded, with attachments",
      conditions: { imap: "Dovecot on loopback", fsync: (await db.sql`SHOW fsync`)[0]?.["fsync"], letters: total, customers: CUSTOMERS },
      figures: {
        lettersPerSecond: Math.round(perSecond),
        seconds: Math.round(seconds * 100) / 100,
        houseCpuMsPerLetter: Math.round((houseCpu / total) * 100) / 100,
        loadAverage: loadavg()[0]?.toFixed(1),
        ...threads,
        customersWithABrokenThread: genuine.length,
      },
      budgets: [
        { name: "letters per second", limit: `>= ${BUDGET_PER_SECOND}`, measured: perSecond.toFixed(0), pass: perSecond >= BUDGET_PER_SECOND },
        { name: "customers whose genuine letters are not in one thread", limit: "0", measured: String(genuine.length), pass: genuine.length === 0 },
        { name: "letters in a stranger's thread", limit: "0", measured: String(threads?.stray), pass: threads?.stray === 0 },
      ],
    };
  } finally {
    await house.close();
    await db.drop();
    await server.stop();
  }
}

/** Processor time of a process so far: utime and stime of proc(5), in ticks of 10 ms. */
async function cpuMs(pid: number | undefined): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function letter(customer: number, n: number, file: string): string {
  const id = (c: number, k: number): string => `<c${c}.${k}@client.example>`;
  const forged = n === LETTERS_EACH;
  const stranger = (customer + 1) % CUSTOMERS;
  const references = forged ? id(stranger, 0) : Array.from({ length: n }, (_, k) => id(customer, k)).join(" ");
  const head = [
    `From: Customer ${customer} <c${customer}@client.example>`,
    `To: ${OURS}`,
    `Subject: ${forged ? `Other ${customer}` : `${n > 0 ? "Re: " : ""}Question ${customer}`}`,
    `Date: Mon, 3 Jun 2024 12:3${n}:00 +0600`,
    `Message-ID: ${forged ? `<forged.${customer}@client.example>` : id(customer, n)}`,
    ...(references === "" ? [] : [`In-Reply-To: ${references.split(" ").at(-1)}`, `References: ${references}`]),
    "MIME-Version: 1.0",
  ];
  const text = `Letter ${n} of customer ${customer}.\r\n\r\n${"Some words of an ordinary letter, line by line.\r\n".repeat(12)}\r\n${n > 0 ? "On Mon, 3 Jun 2024 at 12:30, Sales <sales@house.example> wrote:\r\n> old words\r\n> more of them\r\n" : ""}`;
  if ((customer + n) % 5 !== 0) return [...head, "Content-Type: text/plain; charset=utf-8", "", text].join("\r\n");
  const parts = [
    "--b",
    "Content-Type: text/plain; charset=utf-8",
    "",
    text,
    "--b",
    'Content-Type: application/pdf; name="offer.pdf"',
    'Content-Disposition: attachment; filename="offer.pdf"',
    "Content-Transfer-Encoding: base64",
    "",
    file,
    "--b--",
    "",
  ];
  return [...head, "Content-Type: multipart/mixed; boundary=b", "", ...parts].join("\r\n");
}
