import { createServer } from 'node:net';

/** A program that gives its process number to whoever connects, and ends with its parent. */
const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
const server = createServer((socket) => socket.end(String(process.pid)));
server.listen(port, '127.0.0.1', () =>
  process.send?.({ type: 'ready', port, url: `tcp://127.0.0.1:${port}` }),
);
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
