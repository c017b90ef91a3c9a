import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { hasProgram, startChild, type TestChild } from './processes/child.ts';
import { freePort } from './processes/free-port.ts';
import { root } from './processes/root.ts';
import { temporaryFolder } from './temporary-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The event store that all test files share. */
    eventStoreUrl: string;
    /** A PostgreSQL where databases may be made. */
    databaseUrl: string;
  }
}

type Servers = {
  readonly eventStoreUrl: string;
  readonly databaseUrl: string;
  readonly stop: () => Promise<void>;
};

/** Data of tests need not survive a power cut, and waiting for the disk is most of what a small transaction costs. */
const hasty = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=300',
];

const startServers = async (): Promise<Servers> => {
  execFileSync(process.execPath, [join(root, 'scripts', 'build-only.mjs')]);
  const { EVENTSTORE_URL: eventStore, DATABASE_URL: database } = process.env;
  const folder = await temporaryFolder();
  const started: TestChild[] = [];
  const start = async (...call: Parameters<typeof startChild>): Promise<string> => {
    if (!hasProgram(call[0])) return '';
    const child = await startChild(...call);
    started.push(child);
    return child.url;
  };
  const inFolder = (name: string) => ['--data-dir', `${folder.path}/${name}`];
  const postgresPort = database ? 0 : await freePort();
  const [eventStoreUrl, databaseUrl] = await Promise.all([
    eventStore || start('embedded/eventstore/main', ['--port', '0', ...inFolder('eventstore')]),
    database ||
      start('embedded/postgres/main', [
        '--port',
        String(postgresPort),
        ...inFolder('postgres'),
        ...hasty.flatMap((setting) => ['--set', setting]),
      ]),
  ]);
  return {
    eventStoreUrl,
    databaseUrl,
    stop: async () => {
      await Promise.all(started.map((child) => child.stop()));
      await folder.remove();
    },
  };
};

// Several projects ask for the servers, each with its own copy of this module; one set serves them all.
type Shared = { servers: Promise<Servers>; users: number };
const shelf = globalThis as { [key: symbol]: Shared | undefined };
const key = Symbol.for('order-service test servers');

/**
 * Gives the test files one event store and one PostgreSQL: those of EVENTSTORE_URL and DATABASE_URL, or embedded ones
 * in processes of their own.
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const shared = shelf[key] ?? { servers: startServers(), users: 0 };
  shelf[key] = shared;
  shared.users += 1;
  const servers = await shared.servers;
  project.provide('eventStoreUrl', servers.eventStoreUrl);
  project.provide('databaseUrl', servers.databaseUrl);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    shelf[key] = undefined;
    await servers.stop();
  };
};
