import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Variables } from '../../src/platform/variables.ts';

const page = readFileSync('docs/configuration.md', 'utf8');
const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (.+?) \|/gm)].map(([, name, text]) => ({
  name: name ?? '',
  default: text ?? '',
}));
const names = Object.keys(Variables.shape).toSorted();

/** The text that stands for an unset variable, or undefined when there is none. */
const defaultOf = (name: string): string | undefined => {
  const { def } = Variables.shape[name as keyof typeof Variables.shape];
  return def.type === 'prefault' ? String(def.defaultValue) : undefined;
};

test('the page lists exactly the variables that the service reads', () =>
  expect(rows.map(({ name }) => name).toSorted()).toEqual(names));

test('the page gives the default of each variable', () => {
  for (const { name, default: text } of rows) {
    const known = defaultOf(name);
    if (known === undefined || known === '') expect(text, name).not.toContain('`');
    else expect(text, name).toBe(`\`${known}\``);
  }
});

test('every variable says in the code what it is for', () => {
  for (const [name, schema] of Object.entries(Variables.shape))
    expect(schema.description, name).toMatch(/\w/);
});

test('the container settings use no variable that the service does not read', () => {
  const compose = readFileSync('docker-compose.yml', 'utf8');
  const service = /^ {2}order-service:\n((?: {4}.*\n|\n)+)/m.exec(compose)?.[1] ?? '';
  const used = [...service.matchAll(/^ {6}([A-Z][A-Z_]+):/gm)].map(([, name]) => name);
  expect(used).toContain('EVENTSTORE_URL');
  expect(used.filter((name) => !names.includes(name ?? ''))).toEqual([]);
});
