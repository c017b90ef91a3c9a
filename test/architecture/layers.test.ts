import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { expect, test } from 'vitest';

const { forbidden, options } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');

const folders = ['src', 'embedded', 'sandbox'];

const violations = async (baseDir: string) => {
  const { output } = await cruise(
    folders,
    { ...options, baseDir, validate: true, ruleSet: { forbidden } },
    { ...options.enhancedResolveOptions, modules: [join(process.cwd(), 'node_modules')] },
  );
  const { summary, modules } = output as ICruiseResult;
  const seenIn = (folder: string) =>
    modules.filter(({ source }) => source.startsWith(`${folder}/`) && source.endsWith('.ts'))
      .length;
  return {
    seen: folders.map(seenIn),
    broken: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
  };
};

test('every import goes the way the layer table allows', async () => {
  const { seen, broken } = await violations(process.cwd());
  expect(broken).toEqual([]);
  // A parser that reads no TypeScript finds nothing wrong either.
  for (const count of seen) expect(count).toBeGreaterThan(10);
}, 60_000);

test('the layer table can say no', async () => {
  const { broken } = await violations('test/architecture/fixtures');
  expect(broken.toSorted()).toEqual([
    'domain: npm: src/domain/reads-files.ts -> fs',
    'domain: ours: src/domain/leak.ts -> src/api/api.ts',
    'embedded: a stand-in shares nothing with the service: embedded/eventstore/shares.ts -> src/domain/leak.ts',
    'no cycles: src/runtime/one.ts -> src/runtime/two.ts',
    'runtime: npm: src/runtime/serves.ts -> ../../../node_modules/express/index.js',
    'sandbox: a stand-in shares nothing with the service: sandbox/shares.ts -> src/domain/leak.ts',
  ]);
});
