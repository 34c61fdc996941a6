import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { until } from "../support/wait.ts";

/** A mail server as companies run it: Dovecot for IMAP, Exim for SMTP, both real, on loopback, with everything in one temporary folder. */
export interface MailServer {
  /** Certificate of both servers for 127.0.0.1, signed by itself, when started with `tls`. */
  certificate: string | null;
  /** IMAP inside TLS from the first byte; 0 without `tls`. */
  imapsPort: number;
  imapPort: number;
  smtpPort: number;
  /** `user@domain`; every user logs in with the whole address and this password. */
  password: string;
  /** Restarts Dovecot as after an upgrade: connections drop. */
  stopImap(): Promise<void>;
  startImap(): Promise<void>;
  stopSmtp(): Promise<void>;
  startSmtp(): Promise<void>;
  setPassword(user: string, password: string): Promise<void>;
  /** The letters of a user as files, oldest first, without talking to the server. */
  letters(user: string): Promise<Buffer[]>;
  /** How many letters the user's program has marked as read. */
  seen(user: string): Promise<number>;
  /** Puts bytes into a mailbox unchanged, past every protocol: also what no MTA would accept. */
  drop(user: string, letter: Buffer | string): Promise<void>;
  /** Makes the server forget its UIDs: UIDVALIDITY changes at the next login. */
  forgetUids(user: string): Promise<void>;
  stop(): Promise<void>;
}

export const MAIL_PASSWORD = "letmein-4711";
const DOVECOT = "/usr/sbin/dovecot";
const EXIM = "/usr/sbin/exim4";

export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts both servers with the given mailboxes (`sales@house.example`, …). Needs root, as any mail server does. */
export async function startMailServer(users: string[], options: { tls?: boolean } = {}): Promise<MailServer> {
  if (userInfo().uid !== 0) throw new Error("The mail laboratory needs root: Dovecot and Exim change users");
  const dir = await mkdtemp(join(tmpdir(), "kommutator-mail-"));
  await chmod(dir, 0o755);
  // An Exim with a configuration of its own gives up root, so its user owns the mailboxes too.
  const { uid, gid } = account("Debian-exim");
  const domains = [...new Set(users.map((user) => user.split("@")[1]))];
  const imapPort = await freePort();
  const imapsPort = options.tls === true ? await freePort() : 0;
  const certificate = options.tls === true ? join(dir, "cert.pem") : null;
  if (certificate !== null) {
    const key = join(dir, "key.pem");
    const args = [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=127.0.0.1",
      "-addext",
      "subjectAltName=IP:127.0.0.1",
      "-keyout",
      key,
      "-out",
      certificate,
    ];
    if (spawnSync("openssl", args).status !== 0) throw new Error("openssl made no certificate");
    await chown(key, uid, gid);
  }
  const smtpPort = await freePort();
  const passwords = new Map(users.map((user) => [user, MAIL_PASSWORD]));
  const home = (user: string): string => join(dir, "mail", user);
  for (const user of users) {
    await mkdir(home(user), { recursive: true });
    for (const folder of ["", "cur", "new", "tmp"]) {
      await mkdir(join(home(user), "Maildir", folder), { recursive: true });
      await chown(join(home(user), "Maildir", folder), uid, gid);
    }
    await chown(home(user), uid, gid);
  }
  await mkdir(join(dir, "spool"));
  await mkdir(join(dir, "log"));
  for (const folder of ["spool", "log"]) await chown(join(dir, folder), uid, gid);
  const writePasswords = async (): Promise<void> => {
    await writeFile(join(dir, "users"), [...passwords].map(([user, password]) => `${user}:{PLAIN}${password}:${uid}:${gid}::${home(user)}::\n`).join(""));
    await writeFile(join(dir, "smtp-users"), [...passwords].map(([user, password]) => `${user}: ${password}\n`).join(""), { mode: 0o644 });
  };
  await writePasswords();
  const common = { DIR: dir, LISTEN: "127.0.0.1", EXIM, DOMAINS: domains.join(" : "), IMAP_PORT: String(imapPort), IMAPS_PORT: String(imapsPort) };
  const tlsImap = imapsPort > 0 ? `ssl = yes\nssl_cert = <${dir}/cert.pem\nssl_key = <${dir}/key.pem` : "ssl = no";
  const tlsSmtp =
    certificate === null ? "tls_advertise_hosts =" : `tls_advertise_hosts = *\ntls_certificate = ${dir}/cert.pem\ntls_privatekey = ${dir}/key.pem`;
  await render("dovecot.conf", { ...common, TLS: tlsImap }, join(dir, "dovecot.conf"));
  await render("exim.conf", { ...common, TLS: tlsSmtp }, join(dir, "exim.conf"));

  let imap: ChildProcess | null = null;
  let smtp: ChildProcess | null = null;
  const startImap = async (): Promise<void> => {
    imap = spawn(DOVECOT, ["-F", "-c", join(dir, "dovecot.conf")], { stdio: "ignore" });
    await until("Dovecot answers", () => answers(imapPort));
  };
  const startSmtp = async (): Promise<void> => {
    smtp = spawn(EXIM, ["-C", join(dir, "exim.conf"), "-bdf", "-q1s", "-oX", `127.0.0.1.${smtpPort}`], { stdio: "ignore" });
    await until("Exim answers", () => answers(smtpPort));
  };
  await startImap();
  await startSmtp();
  return {
    certificate,
    imapsPort,
    imapPort,
    smtpPort,
    password: MAIL_PASSWORD,
    startImap,
    startSmtp,
    stopImap: async () => end(imap),
    stopSmtp: async () => end(smtp),
    async setPassword(user, password) {
      passwords.set(user, password);
      await writePasswords();
    },
    async letters(user) {
      const found: { name: string; path: string }[] = [];
      for (const folder of ["new", "cur"]) {
        for (const name of await readdir(join(home(user), "Maildir", folder))) found.push({ name, path: join(home(user), "Maildir", folder, name) });
      }
      return Promise.all(found.sort((a, b) => order(a.name) - order(b.name)).map((file) => readFile(file.path)));
    },
    async seen(user) {
      return (await readdir(join(home(user), "Maildir", "cur"))).filter((name) => /:2,[A-Z]*S/.test(name)).length;
    },
    async drop(user, letter) {
      const name = `${Math.floor(Date.now() / 1_000)}.M${String((Date.now() % 1_000) * 1_000 + (counter++ % 1_000)).padStart(6, "0")}P${process.pid}Q${counter}.lab`;
      const waiting = join(home(user), "Maildir", "tmp", name);
      await writeFile(waiting, letter);
      await chown(waiting, uid, gid);
      await rename(waiting, join(home(user), "Maildir", "new", name));
    },
    async forgetUids(user) {
      for (const name of await readdir(join(home(user), "Maildir"))) {
        if (name.startsWith("dovecot")) await rm(join(home(user), "Maildir", name), { recursive: true });
      }
    },
    async stop() {
      await end(imap);
      await end(smtp);
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

let counter = 0;

/** Maildir names begin with the second and carry the microsecond as `M…`. */
function order(name: string): number {
  return Number(name.split(".")[0]) * 1_000_000 + Number(/M(\d{1,6})/.exec(name)?.[1] ?? 0);
}

function account(name: string): { uid: number; gid: number } {
  const id = (flag: string): number => Number(spawnSync("id", [flag, name], { encoding: "utf8" }).stdout);
  return { uid: id("-u"), gid: id("-g") };
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("data", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}

async function end(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

/** Writes one of the shipped configuration files (gateway/deploy/mail) with its @NAME@ marks filled in. */
async function render(name: string, marks: Record<string, string>, target: string): Promise<void> {
  const template = await readFile(new URL(`../../../gateway/deploy/mail/${name}`, import.meta.url), "utf8");
  await writeFile(
    target,
    template.replace(/@([A-Z_]+)@/g, (_, mark: string) => marks[mark] ?? ""),
    { mode: 0o644 },
  );
}
