import {
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

/** What the proxy does to the answers to appends. */
export type Fault = 'none' | 'twice' | 'never';

const BATCH_APPEND = '/event_store.client.streams.Streams/BatchAppend';

/** Takes complete gRPC messages (5 bytes of head, then the body) out of a stream of bytes. */
const createSplitter = () => {
  let rest = Buffer.alloc(0);
  return (chunk: Buffer): Buffer[] => {
    rest = Buffer.concat([rest, chunk]);
    const messages: Buffer[] = [];
    while (rest.length >= 5) {
      const size = 5 + rest.readUInt32BE(1);
      if (rest.length < size) break;
      messages.push(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
    return messages;
  };
};

const withoutPseudo = (headers: IncomingHttpHeaders): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(':') && name !== ':status' ? [] : value === undefined ? [] : [[name, value]],
    ),
  );

/** Stands between a client and an event store, and spoils the answers to appends as told. */
export const startStoreProxy = async (storeUrl: string) => {
  const { host } = new URL(storeUrl);
  const upstream = connect(`http://${host}`);
  upstream.on('error', () => {});
  const sessions = new Set<ServerHttp2Session>();
  let fault: Fault = 'none';
  let times = 0;

  const relay = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void => {
    const path = String(headers[':path']);
    const request = upstream.request(
      {
        ...withoutPseudo(headers),
        ':method': 'POST',
        ':path': path,
        ':scheme': 'http',
        ':authority': host,
      },
      { endStream: false },
    );
    let trailers: IncomingHttpHeaders = {};
    const split = createSplitter();
    request.on('response', (answer) => {
      if (stream.closed || stream.destroyed) return;
      stream.respond(withoutPseudo(answer), { waitForTrailers: true });
    });
    stream.on('wantTrailers', () => stream.sendTrailers(withoutPseudo(trailers)));
    request.on('trailers', (found) => {
      trailers = found;
    });
    request.on('data', (chunk: Buffer) => {
      for (const message of split(chunk)) {
        const spoiled = path === BATCH_APPEND && fault !== 'none' && times > 0;
        if (spoiled) times -= 1;
        if (spoiled && fault === 'never') continue;
        stream.write(message);
        if (spoiled && fault === 'twice') stream.write(message);
      }
    });
    request.on('end', () => stream.end());
    request.on('error', () => stream.destroy());
    stream.on('data', (chunk: Buffer) => request.write(chunk));
    stream.on('end', () => request.end());
    stream.on('error', () => request.close());
    stream.on('close', () => request.close());
  };

  const server = createServer();
  server.on('stream', relay);
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `esdb://127.0.0.1:${port}?tls=false`,
    /** Spoils the next `count` answers to appends. */
    spoil: (next: Fault, count = 1) => {
      fault = next;
      times = count;
    },
    /** How many answers are still to be spoiled. */
    left: () => times,
    /** Cuts every connection, in the middle of whatever it carries. */
    cut: () => {
      for (const session of sessions) session.destroy();
    },
    stop: async () => {
      for (const session of sessions) session.destroy();
      upstream.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
