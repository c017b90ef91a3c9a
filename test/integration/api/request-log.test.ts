import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { requestLog } from '../../../src/api/http/request-log.ts';
import { requestState } from '../../../src/api/http/request-state.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { eventually } from '../../support/eventually.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

const linesAt = async (level: 'debug' | 'info') => {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(
    { level, format: 'json' },
    { write: (line) => lines.push(JSON.parse(line)) },
  );
  const { signal } = new AbortController();
  const app = express();
  app.use(requestState({ stopping: signal, over: signal }), requestLog(logger));
  app.get('/fine', (_req, res) => res.send('fine'));
  app.get('/broken', (_req, res) => res.status(500).send('broken'));
  const listening = createServer(app);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const headers = { authorization: 'Bearer very-secret', 'x-request-id': 'r-1' };
  await (await fetch(`${url}/fine?ticket=very-secret`, { headers })).text();
  await (await fetch(`${url}/broken`, { headers })).text();
  return lines;
};

test('who debugs sees every request, and no secret', async () => {
  const lines = await linesAt('debug');
  await eventually('both lines', () => lines.length === 2);
  expect(lines).toMatchObject([
    { level: 'debug', msg: 'GET 200', req: { method: 'GET', path: '/fine' }, res: { status: 200 } },
    {
      level: 'error',
      msg: 'GET 500',
      req: { method: 'GET', path: '/broken' },
      res: { status: 500 },
    },
  ]);
  expect(JSON.stringify(lines)).not.toContain('very-secret');
});

test('otherwise a request costs no line', async () => {
  expect(await linesAt('info')).toEqual([]);
});
