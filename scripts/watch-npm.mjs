import { readFileSync } from 'node:fs';

/** @param {number} pid @param {string} file */
const proc = (pid, file) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};

/** proc(5): the parent is the second field after the name, which may hold spaces and brackets. */
const parentOf = (pid) => proc(pid, 'stat').split(') ').at(-1)?.split(' ')[1];

/** npm runs a script through a shell, which some shells replace by the program and others stay beside. */
const npmAbove = () =>
  /sh$/.test(proc(process.ppid, 'comm').trim())
    ? `${process.ppid}/${parentOf(process.ppid)}`
    : String(process.ppid);

/**
 * Calls back when this process was started by npm and npm is gone: npm hands on Ctrl-C, but not every other signal, and
 * a killed one hands on nothing. A service left behind would have nobody to stop it.
 *
 * @param {() => void} onGone
 */
export const watchNpm = (onGone) => {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = npmAbove();
  const timer = setInterval(() => {
    if (npmAbove() === npm) return;
    clearInterval(timer);
    onGone();
  }, 250);
  timer.unref();
};
