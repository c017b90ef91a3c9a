import { expect, test, vi } from 'vitest';
import { createLogger } from './logger.ts';

const collect = () => {
  const lines: string[] = [];
  return { lines, destination: { write: (line: string) => void lines.push(line) } };
};

test('a log line is one JSON object with its level by name and the time in ISO 8601', () => {
  const { lines, destination } = collect();
  createLogger({ level: 'info', format: 'json' }, destination).info({ orderNo: 'ORD-1' }, 'placed');
  const entry = JSON.parse(lines[0] ?? '');
  expect(entry).toMatchObject({ level: 'info', msg: 'placed', orderNo: 'ORD-1' });
  expect(new Date(entry.time).toISOString()).toBe(entry.time);
});

test('lines below the level are dropped', () => {
  const { lines, destination } = collect();
  createLogger({ level: 'warn', format: 'json' }, destination).info('too quiet');
  expect(lines).toEqual([]);
});

test('secrets are blanked wherever they are logged', () => {
  const { lines, destination } = collect();
  createLogger({ level: 'info', format: 'json' }, destination).info({
    req: { headers: { authorization: 'Bearer abc' } },
    toss: { secretKey: 'test_sk_abc' },
    password: 'abc',
  });
  expect(lines.join('')).not.toContain('abc');
  expect(lines.join('').match(/\[redacted\]/g)).toHaveLength(3);
});

test('the text format is a line for people', async () => {
  const { lines, destination } = collect();
  createLogger({ level: 'info', format: 'text' }, destination).warn({ port: 3001 }, 'port taken');
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}port taken \{"port":3001\}\n$/);
});
