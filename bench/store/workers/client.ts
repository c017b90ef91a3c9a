import { EventStoreDBClient } from '@eventstore/db-client';
import { perform, type Task } from '../tasks.ts';

/** A client in a process of its own: does each task that it is sent and answers what came of it. */
const client = EventStoreDBClient.connectionString(process.argv[2] ?? '');
process.on('message', (task: Task) => {
  perform(client, task).then(
    (done) => process.send?.({ done }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
