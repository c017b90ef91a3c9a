import { readFileSync } from 'node:fs';

/** Ticks a second of /proc, the same on every Linux (USER_HZ). */
const USER_HZ = 100;

/**
 * CPU time that a process has used, user and system, in seconds: unlike a rate it hardly depends on who else is busy on the
 * machine. NaN where there is no /proc.
 */
export const cpuSecondsOf = (pid: number): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc(5): the name in brackets may hold anything; utime and stime are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / USER_HZ;
  } catch {
    return Number.NaN;
  }
};

/** CPU time of this process since `before`, in seconds. */
export const ownCpuSeconds = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};
