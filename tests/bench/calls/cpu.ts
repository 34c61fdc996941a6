import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks of /proc (proc(5): sysconf(_SC_CLK_TCK), 100 on Linux). */
const TICKS = 100;

/** Processor seconds of one process so far, user and system (proc(5), stat fields 14 and 15); 0 when it is gone. */
export function cpuSeconds(pid: number | undefined): number {
  const fields = statOf(pid);
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}

/** Processor seconds of the children of a process that live now, and of itself with the children it has waited for (fields 16 and 17). */
export function familySeconds(parent: number): number {
  const own = statOf(parent);
  let sum = cpuSeconds(parent) + (Number(own[13] ?? 0) + Number(own[14] ?? 0)) / TICKS;
  for (const name of readdirSync("/proc")) if (/^\d+$/.test(name) && Number(statOf(Number(name))[1]) === parent) sum += cpuSeconds(Number(name));
  return sum;
}

/** The fields of /proc/PID/stat behind the command's name: [0] is the state, [1] the parent. */
export function statOf(pid: number | undefined): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
