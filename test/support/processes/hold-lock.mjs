// Opens the event log of a directory and keeps it, until it is killed.
import { silentLogger } from '../../../embedded/eventstore/logger.ts';
import { openStore } from '../../../embedded/eventstore/streams/open-store.ts';

await openStore({ dataDir: process.argv[2], logger: silentLogger() });
process.send?.('open');
setInterval(() => undefined, 1000);
