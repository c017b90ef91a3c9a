import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folders = ['src', 'embedded', 'sandbox', 'bench', 'scripts', 'test'];
const most = 300;
/** A table of cases may be long without being hard to read. */
const mostOfTests = 450;
const limitOf = (path: string): number => (path.endsWith('.test.ts') ? mostOfTests : most);

const sources = folders.flatMap((folder) => {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mjs|cjs)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
});

test(`no source file is longer than ${most} lines, and no test longer than ${mostOfTests}`, () => {
  expect(sources.length).toBeGreaterThan(50);
  const tooLong = sources
    .map((path) => ({ path, lines: readFileSync(path, 'utf8').trimEnd().split('\n').length }))
    .filter(({ path, lines }) => lines > limitOf(path));
  expect(tooLong).toEqual([]);
});
