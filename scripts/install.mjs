import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param {string} path */
const packagesIn = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
};

/**
 * Whether node_modules holds what the lockfile says. npm writes down what it installed, as the last thing it does, in
 * node_modules/.package-lock.json; packages for other machines are missing there by right.
 *
 * @param {string} root the project's folder
 */
export const isInstalled = (root) => {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const present = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (optional && !(path in present)) || present[path]?.version === version,
  );
};

/**
 * Installs from the lockfile when node_modules is missing or stale.
 *
 * @param {string} root the project's folder
 */
export const install = (root) => {
  if (isInstalled(root)) return;
  process.stderr.write('Installing the packages of package-lock.json …\n');
  // Under `npm start` the same npm is used that was started; it is a script for Node.
  const npm = process.env.npm_execpath;
  const run = (...args) => {
    const options = { cwd: root, stdio: ['ignore', 2, 2] };
    return npm?.endsWith('.js')
      ? spawnSync(process.execPath, [npm, ...args], options)
      : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  };
  const flags = ['--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  if (run('ci', ...flags).status === 0) return;
  // `npm ci` insists on looking up packages for other machines, which not every registry has; this takes the same
  // versions from the lockfile and leaves it alone.
  process.stderr.write('npm ci failed; trying npm install …\n');
  if (run('install', '--no-save', ...flags).status === 0) return;
  process.stderr.write('The packages could not be installed.\n');
  process.exit(1);
};
