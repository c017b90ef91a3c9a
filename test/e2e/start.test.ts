import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { type ProcessIdentity, stillRuns } from '../../embedded/launch/process-identity.ts';
import { createDatabase } from '../support/database.ts';
import { startService, type TestService } from '../support/processes/service.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: TestService | undefined;

const start = async (env: Readonly<Record<string, string>> = {}): Promise<TestService> => {
  service = await startService(join(folder.path, 'data'), env);
  return service;
};

const readiness = async (url: string): Promise<number> =>
  (await fetch(`${url}/health/ready`)).status;

const children = async (): Promise<readonly ProcessIdentity[]> => {
  const run = join(folder.path, 'data', 'run');
  const notes = (await readdir(run)).filter((name) => name.endsWith('.pid'));
  return Promise.all(
    notes.map(async (name) => JSON.parse(await readFile(join(run, name), 'utf8'))),
  );
};

const running = async (all: readonly ProcessIdentity[]): Promise<readonly ProcessIdentity[]> => {
  const answers = await Promise.all(all.map(stillRuns));
  return all.filter((_, index) => answers[index]);
};

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await service?.stop('SIGKILL');
  service = undefined;
  await folder.remove();
});

describe('the service as it is started on a bare machine', () => {
  test('answers, says how to use it, and stops on Ctrl-C with everything it started', async () => {
    const { apiUrl, output, stop, sandboxUrl } = await start();
    expect(output()).toContain(`${sandboxUrl}/tokens`);
    expect(output()).toContain(`${apiUrl}/docs`);
    await vi.waitFor(async () => expect(await readiness(apiUrl)).toBe(200), 10_000);
    const started = await children();
    expect(started).toHaveLength(3);
    expect(await running(started)).toEqual(started);
    expect(await stop('SIGINT')).toBe(0);
    expect(await running(started)).toEqual([]);
  });

  test('leaves nothing running when it is killed, and starts again on its data', async () => {
    const { stop } = await start();
    const started = await children();
    await stop('SIGKILL');
    const { apiUrl } = await start();
    expect(await running(started)).toEqual([]);
    await vi.waitFor(async () => expect(await readiness(apiUrl)).toBe(200), 10_000);
  });

  test('lives on when an embedded part is killed, and is ready again when that is back', async () => {
    const { apiUrl, output } = await start();
    const run = join(folder.path, 'data', 'run', 'event-store.pid');
    process.kill(JSON.parse(await readFile(run, 'utf8')).pid, 'SIGKILL');
    await vi.waitFor(() => expect(output()).toContain('an embedded part runs again'), 15_000);
    await vi.waitFor(async () => expect(await readiness(apiUrl)).toBe(200), 15_000);
  });
});

describe('the service with real parts named by their addresses', () => {
  test('starts neither embedded part, and behaves the same', async () => {
    const database = await createDatabase('by_url');
    const { apiUrl, connections, stop } = await start({
      EVENTSTORE_URL: inject('eventStoreUrl'),
      DATABASE_URL: database.url,
    });
    await vi.waitFor(async () => expect(await readiness(apiUrl)).toBe(200), 10_000);
    expect(connections.EVENTSTORE_URL).toBe(inject('eventStoreUrl'));
    expect(await readdir(join(folder.path, 'data', 'run'))).toEqual([
      'environment.json',
      'sandbox.pid',
    ]);
    expect(await stop()).toBe(0);
    await database.drop();
  });
});

describe('a start that cannot be', () => {
  test('names the process that has the data directory', async () => {
    const { pid } = await start();
    await expect(startService(join(folder.path, 'data'))).rejects.toThrow(
      `is in use by process ${pid}: stop that one, or set DATA_DIR`,
    );
  });

  test('names every variable at fault and starts nothing', async () => {
    const attempt = start({ PORT: 'high', EVENTSTORE_URL: 'http://store', LOG_LEVEL: 'loud' });
    await expect(attempt).rejects.toThrow(/PORT: [\s\S]*EVENTSTORE_URL: [\s\S]*LOG_LEVEL: /);
    await expect(readdir(join(folder.path, 'data'))).rejects.toThrow('ENOENT');
  });

  test('says that a port that was asked for is busy', async () => {
    const somebody = createServer().listen(0, '127.0.0.1');
    await once(somebody, 'listening');
    const address = somebody.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(start({ PORT: String(port) })).rejects.toThrow(`port ${port} is busy`);
    somebody.close();
  });
});
