// What the tests need of the machine, and how a fresh one gets it. Plain Node: this runs before anything is installed.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export const ROOT = new URL("..", import.meta.url).pathname;
/** Where the private Asterisk is unpacked; shared by all checkouts of this machine. */
export const ASTERISK_PREFIX = process.env.AST_PREFIX ?? join(tmpdir(), "kommutator-lab", "ast");

/** Where Kannel's SMPP server is built; shared likewise. */
const SMPPBOX_PREFIX = process.env.SMPPBOX_PREFIX ?? join(tmpdir(), "kommutator-lab", "smppbox");

const DEBIAN = [
  { part: "sipp (callers and desk phones)", program: "sipp", packages: ["sip-tester"] },
  { part: "Chromium (the workspace, the browser phone)", program: "chromium", packages: ["chromium", "fonts-dejavu-core"] },
  { part: "tcpdump (proof of sound)", program: "tcpdump", packages: ["tcpdump"] },
  { part: "Redis (several nodes)", program: "redis-server", packages: ["redis-server"] },
  { part: "Dovecot (mailboxes)", program: "dovecot", packages: ["dovecot-imapd"] },
  { part: "Exim (mail transfer)", program: "exim4", packages: ["exim4-daemon-light"] },
  { part: "Kannel (SMS gateway)", program: "bearerbox", packages: ["kannel"], service: "kannel" },
  { part: "Kannel's SMS centre", program: "drive_smpp", packages: ["kannel-extras"] },
  { part: "a C compiler (Kannel's SMPP server)", program: "gcc", packages: ["gcc", "libc6-dev"] },
  { part: "espeak-ng (what callers are told)", program: "espeak-ng", packages: ["espeak-ng"] },
  { part: "sox (sound files)", program: "sox", packages: ["sox"] },
  { part: "openssl (certificates for the browser phone)", program: "openssl", packages: ["openssl"] },
  { part: "ip (network namespaces)", program: "ip", packages: ["iproute2"] },
];

const onPath = (program) =>
  [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin", "/usr/lib/kannel/test"].some((dir) => existsSync(join(dir, program)));

/** Installs npm packages when they are missing or older than the lock file. */
export function ensurePackages() {
  const marker = join(ROOT, "node_modules", ".package-lock.json");
  if (existsSync(marker)) return;
  console.log("Installing npm packages …");
  run("npm", ["ci", "--no-audit", "--no-fund"]);
}

/** Installs the Debian packages and the private Asterisk that are missing; returns the names of what is still missing. */
export function ensureMachine() {
  let missing = DEBIAN.filter((p) => !onPath(p.program));
  if (missing.length > 0 && process.getuid?.() === 0 && onPath("apt-get")) {
    const packages = missing.flatMap((p) => p.packages);
    console.log(`Installing Debian packages: ${packages.join(" ")} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-qq"], { stdio: "inherit", env });
    withoutStarting(() =>
      spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { stdio: ["ignore", "ignore", "inherit"], env }),
    );
    // The tests start programs of their own; as a service of the machine it would only take their ports.
    for (const { service } of missing) if (service !== undefined) spawnSync("update-rc.d", [service, "disable"], { stdio: "ignore" });
    missing = DEBIAN.filter((p) => !onPath(p.program));
  }
  const names = missing.map((p) => `${p.part}: apt-get install ${p.packages.join(" ")}`);
  const setup = join(ROOT, "tests", "lab", "setup-asterisk.sh");
  if (!existsSync(join(ASTERISK_PREFIX, ".done"))) {
    console.log("Unpacking Asterisk 22 into a private folder …");
    const done = spawnSync("bash", [setup], { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, AST_PREFIX: ASTERISK_PREFIX } });
    if (done.status !== 0) names.push("Asterisk 22: tests/lab/setup-asterisk.sh (needs apt-get)");
  }
  if (!existsSync(join(SMPPBOX_PREFIX, ".done"))) {
    console.log("Building Kannel's SMPP server in a private folder …");
    const box = join(ROOT, "tests", "lab", "setup-smppbox.sh");
    const done = spawnSync("bash", [box], { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, SMPPBOX_PREFIX } });
    if (done.status !== 0) names.push("Kannel's SMPP server: tests/lab/setup-smppbox.sh (needs apt-get)");
  }
  return names;
}

/** Debian's way to install without starting: policy-rc.d answers 101, "action forbidden", while `work` runs. */
function withoutStarting(work) {
  const policy = "/usr/sbin/policy-rc.d";
  if (existsSync(policy)) return work();
  writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return work();
  } finally {
    rmSync(policy, { force: true });
  }
}

export function run(command, args, env = {}) {
  execFileSync(command, args, { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...env } });
}
