import { EventStoreDBClient } from '@eventstore/db-client';
import { silentLogger } from '../../embedded/eventstore/logger.ts';
import { type EventStoreOptions, startEventStore } from '../../embedded/eventstore/server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The embedded event store in this process, in a folder of its own, with a client. */
export interface TestEventStore {
  readonly url: string;
  readonly client: EventStoreDBClient;
  /** Another client of the same server; dispose of it when nothing is in flight. */
  newClient(): EventStoreDBClient;
  /** Stops the server and starts it again on the same port and folder. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server on a free port. */
export async function startTestEventStore(
  options: Partial<EventStoreOptions> = {},
): Promise<TestEventStore> {
  const folder = await temporaryFolder();
  const start = (port: number) =>
    startEventStore({ port, dataDir: folder.path, logger: silentLogger(), ...options });
  let server = await start(0);
  const newClient = () => EventStoreDBClient.connectionString(server.url);
  const client = newClient();
  return {
    url: server.url,
    client,
    newClient,
    restart: async () => {
      await server.stop();
      server = await start(server.port);
    },
    stop: async () => {
      await client.dispose();
      await server.stop();
      await folder.remove();
    },
  };
}
