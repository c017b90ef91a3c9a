import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const folders = ['src', 'embedded', 'sandbox'];
const inputs = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'scripts/build.mjs'];

/** @param {string} root @param {string} folder */
const filesIn = (root, folder) => {
  try {
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  } catch {
    return [];
  }
};

/** @param {string} root @param {readonly string[]} files */
const fingerprintOf = (root, files) => {
  const hash = createHash('sha256');
  for (const file of [...inputs, ...files].toSorted()) {
    const { mtimeMs, size } = statSync(join(root, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
};

/** @param {string} file */
const outputOf = (file) => join('dist', file.endsWith('.ts') ? file.replace(/\.ts$/, '.js') : file);

/**
 * Compiles src, embedded and sandbox to dist when a source has changed since the last time, and copies what is not
 * TypeScript (SQL, pages) to the same places. Types are checked by `npm run check`, not here: a start must be quick.
 *
 * @param {string} root the project's folder
 */
export const build = (root) => {
  const stamp = join(root, 'dist', '.built');
  const files = folders.flatMap((folder) => filesIn(root, folder));
  const fingerprint = fingerprintOf(root, files);
  try {
    if (readFileSync(stamp, 'utf8') === fingerprint) return;
  } catch {
    // Never built.
  }
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [compiler, '-p', join(root, 'tsconfig.build.json')];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    process.stderr.write('The build failed.\n');
    process.exit(1);
  }
  for (const file of files.filter((name) => !name.endsWith('.ts'))) {
    mkdirSync(dirname(join(root, outputOf(file))), { recursive: true });
    copyFileSync(join(root, file), join(root, outputOf(file)));
  }
  // What has lost its source would still be loaded or, a migration, be run.
  const expected = new Set(files.map(outputOf));
  for (const file of filesIn(root, 'dist'))
    if (!expected.has(file)) rmSync(join(root, file), { force: true });
  writeFileSync(stamp, fingerprint);
};
