import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../embedded/eventstore/logger.ts';
import { ANY, NO_STREAM, StoreFailure } from '../../../embedded/eventstore/streams/event-store.ts';
import type { LogStore } from '../../../embedded/eventstore/streams/log-store.ts';
import { openStore, type StoreOptions } from '../../../embedded/eventstore/streams/open-store.ts';
import {
  addBytes,
  cutTo,
  FailingDisk,
  lastSegment,
  numbered,
  RecordingLogger,
  segmentFiles,
  sizeOf,
  streamRecords,
  userRecords,
} from '../../support/event-log.ts';

let dataDir: string;
const opened: LogStore[] = [];

const open = async (options: Partial<StoreOptions> = {}): Promise<LogStore> => {
  const store = await openStore({ dataDir, logger: silentLogger(), ...options });
  opened.push(store);
  return store;
};

/** As after a crash: no index file, no clean end. */
const forgetIndex = async (): Promise<void> => {
  for (const file of await segmentFiles(dataDir))
    await rm(file.replace(/log$/, 'index'), { force: true });
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'event-log-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

describe('a restart', () => {
  test.each(['with', 'without'])('%s index files finds everything as it was', async (kind) => {
    const store = await open({ segmentBytes: 2000 });
    for (let n = 0; n < 30; n++)
      await store.append(`s${n % 3}`, ANY, [numbered(n), numbered(100 + n)]);
    await store.append('$$s0', ANY, [numbered(900, '{"$maxCount":2}', '$metadata')]);
    await store.deleteStream('s1', ANY);
    await store.tombstoneStream('s2', ANY);
    const before = [await userRecords(store), await streamRecords(store, 's0'), store.lastPosition];
    await store.close();
    if (kind === 'without') await forgetIndex();

    const again = await open({ segmentBytes: 2000 });
    expect([
      await userRecords(again),
      await streamRecords(again, 's0'),
      again.lastPosition,
    ]).toEqual(before);
    expect(await streamRecords(again, 's1')).toEqual(['not-found']);
    expect(await streamRecords(again, 's2')).toEqual(['deleted']);
    expect(await again.append('s0', ANY, [numbered(0)])).toMatchObject({ revision: 0 });
    expect(await again.append('s0', ANY, [numbered(999)])).toMatchObject({ revision: 20 });
  });

  test('finds what came after the index file was written', async () => {
    const first = await open();
    await first.append('a', ANY, [numbered(1)]);
    await first.close();
    const index = (await lastSegment(dataDir)).replace(/log$/, 'index');
    const early = await readFile(index);
    const second = await open();
    await second.append('a', ANY, [numbered(2)]);
    await second.close();
    await writeFile(index, early);

    const third = await open();
    expect(await userRecords(third)).toEqual(['a 0 {"n":1}', 'a 1 {"n":2}']);
  });

  test('does not believe a damaged index file', async () => {
    const first = await open();
    await first.append('a', ANY, [numbered(1)]);
    await first.close();
    const index = (await lastSegment(dataDir)).replace(/log$/, 'index');
    const bytes = await readFile(index);
    bytes[bytes.length - 10] = (bytes[bytes.length - 10] ?? 0) ^ 0xff;
    await writeFile(index, bytes);
    expect(await userRecords(await open())).toEqual(['a 0 {"n":1}']);
  });
});

describe('a torn tail', () => {
  test('is cut at whatever byte it was torn, is logged, and takes no whole append with it', async () => {
    const store = await open();
    await store.append('a', ANY, [numbered(1)]);
    await store.close();
    const file = await lastSegment(dataDir);
    const whole = await sizeOf(file);
    const again = await open();
    await again.append('a', ANY, [numbered(2), numbered(3)]);
    await again.close();
    const bytes = await readFile(file);

    for (let size = whole + 1; size < bytes.length; size += 23) {
      await forgetIndex();
      await writeFile(file, bytes);
      await cutTo(file, size);
      const logger = new RecordingLogger();
      const torn = await open({ logger });
      expect(await userRecords(torn)).toEqual(['a 0 {"n":1}']);
      expect(logger.entries).toContainEqual(
        expect.objectContaining({ details: expect.objectContaining({ bytes: size - whole }) }),
      );
      expect(await torn.append('a', ANY, [numbered(2)])).toMatchObject({ revision: 1 });
      await torn.close();
    }
  });

  test('of garbage behind the last append is cut too', async () => {
    const store = await open();
    await store.append('a', ANY, [numbered(1)]);
    await store.close();
    await addBytes(await lastSegment(dataDir), Buffer.alloc(5000, 0xab));
    expect(await userRecords(await open())).toEqual(['a 0 {"n":1}']);
  });

  test('in a file that is not the last is damage: the store says so and does not start', async () => {
    const store = await open({ segmentBytes: 500 });
    for (let n = 0; n < 5; n++) await store.append('a', ANY, [numbered(n)]);
    await store.close();
    await forgetIndex();
    const [first = ''] = await segmentFiles(dataDir);
    await cutTo(first, (await sizeOf(first)) - 1);
    await expect(open()).rejects.toThrow(/is damaged at offset/);
  });

  test('a segment that was only begun is begun again', async () => {
    const store = await open({ segmentBytes: 500 });
    for (let n = 0; n < 3; n++) await store.append('a', ANY, [numbered(n)]);
    await store.close();
    await writeFile(join(dataDir, 'segment-0000000000099999.log'), Buffer.alloc(10));
    expect(await userRecords(await open())).toHaveLength(3);
  });
});

describe('a failing disk', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
  });

  test.each([0, 10, 200])(
    'that is full after %i bytes answers an error, and nothing was written',
    async (afterBytes) => {
      const disk = new FailingDisk();
      const store = await open({ disk });
      await store.append('a', ANY, [numbered(1)]);
      const lastPosition = store.lastPosition;
      disk.failWrites = { afterBytes, error: full };
      const failed = await Promise.allSettled([
        store.append('a', ANY, [numbered(2)]),
        store.append('b', NO_STREAM, [numbered(3)]),
        store.append('$$a', ANY, [numbered(4, '{"$tb":1}', '$metadata')]),
        store.tombstoneStream('a', ANY),
        store.append('a', ANY, [numbered(2)]),
      ]);
      expect(failed.map(({ status }) => status)).toEqual(new Array(5).fill('rejected'));
      expect(failed[0]).toMatchObject({ reason: expect.any(StoreFailure) });
      expect(await userRecords(store)).toEqual(['a 0 {"n":1}']);
      expect(store.lastPosition).toBe(lastPosition);
      expect(store.streamState('b').status).toBe('missing');

      disk.failWrites = undefined;
      expect(await store.append('a', NO_STREAM, [numbered(1)])).toMatchObject({ revision: 0 });
      expect(await store.append('a', ANY, [numbered(2)])).toMatchObject({ revision: 1 });
      expect(await store.append('b', NO_STREAM, [numbered(3)])).toMatchObject({ revision: 0 });
      await store.close();
      await forgetIndex();
      expect(await userRecords(await open())).toEqual([
        'a 0 {"n":1}',
        'a 1 {"n":2}',
        'b 0 {"n":3}',
      ]);
    },
  );

  test('that cannot sync answers an error, also while its tail cannot be cut', async () => {
    const disk = new FailingDisk();
    const store = await open({ disk });
    await store.append('a', ANY, [numbered(1)]);
    disk.failSyncs = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    for (let i = 0; i < 2; i++)
      await expect(store.append('a', ANY, [numbered(2)])).rejects.toThrow(/EIO/);
    disk.failSyncs = undefined;
    expect(await store.append('a', ANY, [numbered(2)])).toMatchObject({ revision: 1 });
    expect(await userRecords(store)).toEqual(['a 0 {"n":1}', 'a 1 {"n":2}']);
  });

  test('that fails at the first byte of a new segment takes the segment back', async () => {
    const disk = new FailingDisk();
    const store = await open({ disk, segmentBytes: 600 });
    for (let n = 100; (await segmentFiles(dataDir)).length < 2; n++)
      await store.append('a', ANY, [numbered(n)]);
    const files = await segmentFiles(dataDir);
    disk.failWrites = { afterBytes: 0, error: full };
    for (let i = 0; i < 3; i++)
      await expect(store.append('b', ANY, [numbered(10 + i)])).rejects.toThrow(/ENOSPC/);
    disk.failWrites = undefined;
    expect(await segmentFiles(dataDir)).toEqual(files);
    await store.append('b', ANY, [numbered(20)]);
    expect(await streamRecords(store, 'b')).toEqual(['b 0 {"n":20}']);
  });
});

describe('readers', () => {
  test('never see an event before its sync', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const disk = new FailingDisk();
    const store = await open({ disk });
    const write = disk.write.bind(disk);
    disk.write = async (...call) => {
      await write(...call);
      await held;
    };
    const committed: string[] = [];
    store.onCommitted((records) => committed.push(...records.map(({ type }) => type)));
    let answered = false;
    const appended = store.append('a', ANY, [numbered(1)]).then(() => {
      answered = true;
    });
    await store.readAll(0, 'forwards', 10);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await userRecords(store)).toEqual([]);
    expect(await streamRecords(store, 'a')).toEqual(['not-found']);
    expect([answered, committed]).toEqual([false, []]);
    release();
    await appended;
    expect(committed).toEqual(['Tested']);
    expect(await userRecords(store)).toEqual(['a 0 {"n":1}']);
  });

  test('many appends of one turn share a write', async () => {
    const disk = new FailingDisk();
    const store = await open({ disk });
    const before = disk.writes;
    await Promise.all(Array.from({ length: 200 }, (_, n) => store.append('a', ANY, [numbered(n)])));
    expect(disk.writes - before).toBe(1);
  });
});

describe('a data directory', () => {
  test('in use is refused to a second store, with a message that names the process', async () => {
    await open();
    await expect(openStore({ dataDir, logger: silentLogger() })).rejects.toThrow(
      `in use by process ${process.pid}`,
    );
  });

  test('of a process that was killed is taken over', async () => {
    const holder = fork(
      join(import.meta.dirname, '../../support/processes/hold-lock.mjs'),
      [dataDir],
      {
        execArgv: ['--import', 'tsx'],
      },
    );
    await new Promise((resolve) => holder.once('message', resolve));
    await expect(open()).rejects.toThrow(`in use by process ${holder.pid}`);
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    expect((await open()).lastPosition).toBeGreaterThan(0);
  });
});
