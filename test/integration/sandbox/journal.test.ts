import { appendFile, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { JournalCorrupted, openJournal } from '../../../sandbox/store/journal.ts';

async function journalPath() {
  const directory = await mkdtemp(join(tmpdir(), 'journal-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, 'deep', 'journal.jsonl');
}

async function reopened(path: string) {
  const lines: unknown[] = [];
  const { journal, cutBytes } = await openJournal(path, (line) => lines.push(line));
  onTestFinished(() => journal.close());
  return { journal, lines, cutBytes };
}

test('what was settled is read back in order', async () => {
  const path = await journalPath();
  const { journal } = await reopened(path);
  for (let n = 0; n < 100; n++) journal.append(JSON.stringify({ n }), true);
  await journal.settled();
  const { lines, cutBytes } = await reopened(path);
  expect(lines).toEqual(Array.from({ length: 100 }, (_, n) => ({ n })));
  expect(cutBytes).toBe(0);
});

test('lines that arrive while a sync is under way share the next one', async () => {
  const path = await journalPath();
  const { journal } = await reopened(path);
  const probe = await open(path, 'r');
  const datasync = vi.spyOn(Object.getPrototypeOf(probe), 'datasync');
  onTestFinished(() => {
    datasync.mockRestore();
    return probe.close();
  });
  journal.append('1', true);
  const first = journal.settled();
  await Promise.resolve();
  for (let n = 2; n <= 50; n++) journal.append(String(n), true);
  await Promise.all([first, journal.settled()]);
  expect(datasync).toHaveBeenCalledTimes(2);
  expect((await reopened(path)).lines).toHaveLength(50);
});

test('a line that nobody waits for comes with the next one, or by itself before long, or at the close', async () => {
  const path = await journalPath();
  const { journal } = await reopened(path);
  journal.append('1', false);
  journal.append('2', true);
  await journal.settled();
  expect(await readFile(path, 'utf8')).toBe('1\n2\n');
  journal.append('3', false);
  await expect.poll(() => readFile(path, 'utf8')).toBe('1\n2\n3\n');
  journal.append('4', false);
  await journal.close();
  expect(await readFile(path, 'utf8')).toBe('1\n2\n3\n4\n');
});

test.each(['{"half":', '{"whole":"but no end of line"}', 'garbage\n'])(
  'an unfinished last line %j is cut off, and writing goes on behind the last good one',
  async (tail) => {
    const path = await journalPath();
    const { journal } = await reopened(path);
    journal.append('{"n":1}', true);
    await journal.close();
    await appendFile(path, tail);
    const torn = await reopened(path);
    expect(torn.cutBytes).toBe(Buffer.byteLength(tail));
    torn.journal.append('{"n":2}', true);
    await torn.journal.settled();
    expect((await reopened(path)).lines).toEqual([{ n: 1 }, { n: 2 }]);
  },
);

test('damage before the last line is refused, not forgotten', async () => {
  const path = await journalPath();
  await (await reopened(path)).journal.close();
  await writeFile(path, '{"n":1}\ngarbage\n{"n":3}\n');
  await expect(openJournal(path, () => undefined)).rejects.toThrow(JournalCorrupted);
});

test('lines of any length across the chunks of the reader are whole', async () => {
  const path = await journalPath();
  const { journal } = await reopened(path);
  const texts = Array.from({ length: 40 }, (_, n) => '가'.repeat(n * 3000));
  for (const text of texts) journal.append(JSON.stringify(text), true);
  await journal.settled();
  expect((await reopened(path)).lines).toEqual(texts);
});

test('after a write that failed nothing counts as settled any more', async () => {
  const path = await journalPath();
  const { journal } = await reopened(path);
  const probe = await open(path, 'r');
  onTestFinished(() => probe.close());
  const datasync = vi
    .spyOn(Object.getPrototypeOf(probe), 'datasync')
    .mockRejectedValueOnce(new Error('no space left'));
  journal.append('1', true);
  await expect(journal.settled()).rejects.toThrow('no space left');
  datasync.mockRestore();
  journal.append('2', true);
  await expect(journal.settled()).rejects.toThrow('no space left');
});
