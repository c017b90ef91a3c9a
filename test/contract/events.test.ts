import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { families } from '../../src/domain/families.ts';
import { decodeEvent } from '../../src/domain/kernel/events.ts';

const golden = new URL('./events/', import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, golden), 'utf8'));
const files = readdirSync(golden).flatMap((category) =>
  readdirSync(new URL(`${category}/`, golden)).map((file) => {
    const [type = '', version = ''] = file.split('.');
    return { category, type, version: Number(version.slice(1)), path: `${category}/${file}` };
  }),
);
const everyVersion = families.flatMap(({ category, definitions }) =>
  Object.entries(definitions).flatMap(([type, { version }]) =>
    Array.from({ length: version }, (_, i) => `${category}/${type}.v${i + 1}.json`),
  ),
);

describe('stored events', () => {
  test('every version of every type has a golden file, and no golden file was orphaned', () =>
    expect(files.map(({ path }) => path).sort()).toEqual(everyVersion.sort()));

  test.each(files)('$path decodes', ({ category, type, version, path }) => {
    const family = families.find((each) => each.category === category);
    if (!family) throw new Error(`no family ${category}`);
    const { data } = decodeEvent(family, type, version, read(path));
    if (version === family.definitions[type]?.version) expect(data).toEqual(read(path));
    else expect(data).toBeDefined();
  });

  test('no golden file but that of OrderPlaced holds personal data', () => {
    const personal = files.filter(({ path }) => JSON.stringify(read(path)).includes('orderer'));
    expect(personal.map(({ type }) => type)).toEqual(['OrderPlaced']);
  });
});

test('docs/events.md names every event with its version and data, and no other', () => {
  const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| [^|]+ \| ([^|]+) \|$/gm)].map(
    ([, type, version, fields]) => `${type} v${version}: ${fields}`,
  );
  const defined = families.flatMap(({ definitions }) =>
    Object.entries(definitions).map(
      ([type, { version, data }]) =>
        `${type} v${version}: ${Object.keys((data as z.ZodObject).shape).join(', ')}`,
    ),
  );
  expect(documented).toEqual(defined);
});
