import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../support/processes/root.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const inFolder = (...parts: readonly string[]) => join(folder.path, ...parts);

const build = () => {
  const script = pathToFileURL(inFolder('scripts', 'build.mjs')).href;
  const program = `import { build } from ${JSON.stringify(script)}; build(process.argv[1]);`;
  execFileSync(process.execPath, ['--input-type=module', '-e', program, folder.path]);
};
const builtAt = async (file: string) => (await stat(inFolder('dist', file))).mtimeMs;

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'package.json'])
    await cp(join(root, file), inFolder(file));
  await cp(join(root, 'scripts'), inFolder('scripts'), { recursive: true });
  await symlink(join(root, 'node_modules'), inFolder('node_modules'));
  await mkdir(inFolder('src', 'sql'), { recursive: true });
  await writeFile(inFolder('src', 'one.ts'), "import './two.ts';\nexport const one: number = 1;\n");
  await writeFile(inFolder('src', 'two.ts'), 'export const two = 2;\n');
  await writeFile(inFolder('src', 'two.test.ts'), 'export const tested = true;\n');
  await writeFile(inFolder('src', 'sql', '001.sql'), 'select 1;\n');
  build();
});
afterAll(() => folder.remove());

test('sources are compiled so that Node finds their imports', async () =>
  expect(await readFile(inFolder('dist', 'src', 'one.js'), 'utf8')).toContain("'./two.js'"));

test('what is not TypeScript is copied, and tests are left out', async () => {
  expect(await readFile(inFolder('dist', 'src', 'sql', '001.sql'), 'utf8')).toBe('select 1;\n');
  await expect(stat(inFolder('dist', 'src', 'two.test.js'))).rejects.toThrow('ENOENT');
});

test('nothing is done when nothing has changed', async () => {
  const before = await builtAt('src/two.js');
  build();
  expect(await builtAt('src/two.js')).toBe(before);
});

test('a changed source is compiled again', async () => {
  await writeFile(inFolder('src', 'two.ts'), 'export const two = 22;\n');
  await utimes(inFolder('src', 'two.ts'), new Date(), new Date(Date.now() + 1000));
  build();
  expect(await readFile(inFolder('dist', 'src', 'two.js'), 'utf8')).toContain('22');
});

test('what has lost its source is removed, migrations too', async () => {
  await rm(inFolder('src', 'sql', '001.sql'));
  build();
  await expect(stat(inFolder('dist', 'src', 'sql', '001.sql'))).rejects.toThrow('ENOENT');
});
