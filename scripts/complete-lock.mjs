// Run after every change of dependencies: adds to package-lock.json the other platforms' binary packages that the registry
// used for `npm install` did not offer. npm leaves such optional packages out of the lock, and `npm ci` then refuses it.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const SYSTEMS = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32", "aix"];
const CPUS = ["arm64", "arm", "x64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x"];
let added = 0;
for (const owner of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] !== undefined) continue;
    const words = name.split(/[/-]/);
    const os = SYSTEMS.find((s) => words.includes(s));
    const cpu = CPUS.find((c) => words.includes(c));
    if (os === undefined || cpu === undefined || !/^\d/.test(version)) continue;
    const libc = words.some((w) => w.startsWith("musl")) ? ["musl"] : os === "linux" && words.some((w) => w.startsWith("gnu")) ? ["glibc"] : undefined;
    lock.packages[key] = { version, cpu: [cpu], ...(owner.dev ? { dev: true } : {}), ...(libc ? { libc } : {}), optional: true, os: [os] };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added`);
