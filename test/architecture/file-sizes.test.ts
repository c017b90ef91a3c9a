import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folders = ['src', 'embedded', 'sandbox', 'bench', 'scripts', 'test'];
const most = 300;

const sources = folders.flatMap((folder) => {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mjs|cjs)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
});

test(`no source file is longer than ${most} lines`, () => {
  expect(sources.length).toBeGreaterThan(50);
  const tooLong = sources
    .map((path) => ({ path, lines: readFileSync(path, 'utf8').trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > most);
  expect(tooLong).toEqual([]);
});
