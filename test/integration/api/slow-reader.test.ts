import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { streamEvents } from '../../../src/api/events/event-stream.ts';
import type { Entry } from '../../../src/api/events/feed-hub.ts';
import { eventually } from '../../support/eventually.ts';

const limits = { heartbeatMs: 20, maxUnreadBytes: 64 * 1024, stallMs: 300, retryMs: 100 };
const orderNo = 'ORD-20260301-AAAAAAAAAAAAAAAA';
const entry = (position: bigint): Entry => ({
  position,
  memberId: '1',
  orderNo,
  type: 'OrderPlaced',
  status: 'PENDING',
  row: {
    orderNo,
    memberId: '1',
    type: 'OrderPlaced',
    status: 'PENDING',
    at: '2026-03-01T00:00:00.000Z',
    failureCode: null,
    orderName: '긴 이름 '.repeat(200),
  },
});

let close: () => void = () => undefined;
afterEach(() => close());

/** A server with one stream whose past is as long as asked for. */
const serve = async (pastLength: bigint) => {
  let listener: ((entries: readonly Entry[]) => void) | undefined;
  let ended = 0;
  const app = express();
  app.get('/events', async (req, res) => {
    const source = {
      hub: {
        following: () => Promise.resolve(),
        listen: (_topic: unknown, to: (entries: readonly Entry[]) => void) => {
          listener = to;
          return () => {
            listener = undefined;
          };
        },
      },
      head: () => Promise.resolve(pastLength),
      past: async (_topic: unknown, from: bigint, limit: number) => {
        const rest = Math.min(limit, Number(pastLength - from));
        return Array.from({ length: rest }, (_, index) => entry(from + BigInt(index) + 1n));
      },
      snapshot: () => Promise.resolve({ position: pastLength, data: {} }),
    };
    await streamEvents(req, res, { memberId: '1' }, source, new AbortController().signal, limits);
    ended += 1;
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return {
    port: (server.address() as AddressInfo).port,
    tell: (position: bigint) => listener?.([entry(position)]),
    listening: () => listener !== undefined,
    ended: () => ended,
  };
};

const ask = (port: number, lastEventId?: string): Socket => {
  const socket = connect(port, '127.0.0.1');
  const resume = lastEventId === undefined ? '' : `Last-Event-ID: ${lastEventId}\r\n`;
  socket.write(`GET /events HTTP/1.1\r\nHost: x\r\n${resume}\r\n`);
  socket.on('error', () => undefined);
  return socket;
};

test('a client that does not read what comes is closed, and its place is freed', async () => {
  const server = await serve(0n);
  const socket = ask(server.port);
  socket.pause();
  await eventually('the stream to be live', server.listening);
  let position = 0n;
  await eventually('the server to hang up', () => {
    for (let count = 0; count < 100; count += 1) {
      position += 1n;
      server.tell(position);
    }
    return server.ended() === 1;
  });
  expect(server.listening()).toBe(false);
  socket.destroy();
});

test('a client that reads slowly gets a long past in full: the server waits for it', async () => {
  const server = await serve(3_000n);
  const socket = ask(server.port, '0');
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
    socket.pause();
    setImmediate(() => socket.resume());
  });
  await eventually('the last event', () => text.includes('id:3000\n'));
  expect(text.match(/^id:\d+$/gm)).toHaveLength(3_000);
  await eventually('a heartbeat', () => /\n:\n/.test(text.slice(-2_000)));
  expect(server.ended()).toBe(0);
  socket.destroy();
  await eventually('the server to notice', () => server.ended() === 1);
});

test('a client that reads nothing of a long past is given up', async () => {
  const server = await serve(100_000n);
  const socket = ask(server.port, '0');
  socket.pause();
  await eventually('the server to hang up', () => server.ended() === 1);
  expect(server.listening()).toBe(false);
  socket.destroy();
});
