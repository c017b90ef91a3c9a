import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ZodError } from 'zod';
import type { FaultInjector } from '../control/fault-injector.ts';
import type { FaultRule } from '../control/state.ts';
import type { Store } from '../store/store.ts';
import { tossError } from '../toss/errors.ts';
import { BodyRefused, readJson } from './body.ts';
import { problem, type Reply } from './reply.ts';
import { type Call, createMatcher, type Route } from './route.ts';

/** What the exchange needs to answer requests. */
export interface ExchangeOptions {
  readonly routes: readonly Route[];
  readonly store: Store;
  readonly faults: FaultInjector;
  /** Aborted when the sandbox stops. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly serviceToken: string | undefined;
}

/** Answers requests: route, body, faults, work, journal, answer, in this order. */
export function createExchange(options: ExchangeOptions): RequestListener {
  const match = createMatcher(options.routes);
  return (request, response) => {
    answer(options, match, request, response).catch((error: unknown) => {
      if (!options.signal.aborted)
        options.log(`${request.method} ${request.url}: ${String(error)}`);
      if (response.headersSent || options.signal.aborted) response.destroy();
      else send(request, response, problem(500, 'INTERNAL_ERROR', 'the sandbox failed'));
    });
  };
}

async function answer(
  options: ExchangeOptions,
  match: ReturnType<typeof createMatcher>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '/', query = ''] = splitUrl(request.url ?? '/');
  const method = request.method ?? 'GET';
  const found = match(method, path);
  if (found.kind !== 'found') {
    request.resume();
    const reply =
      found.kind === 'not-found'
        ? problem(404, 'NOT_FOUND', `there is nothing at ${path}`)
        : {
            ...problem(405, 'METHOD_NOT_ALLOWED', method),
            headers: { allow: found.allow.join(', ') },
          };
    return send(request, response, reply);
  }
  const { route, params } = found;
  let reply: Reply;
  try {
    const body = method === 'GET' || method === 'DELETE' ? undefined : await readJson(request);
    const call: Call = {
      method,
      path,
      params,
      query: new URLSearchParams(query),
      headers: request.headers,
      body,
    };
    reply = await run(options, route, call);
  } catch (error) {
    reply = refusalOf(error, route);
  }
  await options.store.settled();
  send(request, response, reply);
}

async function run(options: ExchangeOptions, route: Route, call: Call): Promise<Reply> {
  const { store, faults, signal, serviceToken } = options;
  const { service, operation } = route;
  if (service === undefined) return route.handle(call, store);
  if (
    serviceToken !== undefined &&
    service !== 'toss' &&
    call.headers.authorization !== `Bearer ${serviceToken}`
  )
    return problem(401, 'UNAUTHORIZED', 'a service token is needed');
  const orderNo = route.orderNo?.(call, store);
  if (orderNo !== undefined)
    store.note({
      service: 'control',
      type: 'CallReceived',
      call: `${service}.${operation}`,
      orderNo: orderNo.slice(0, 64),
    });
  const fault = faults.strike({ target: service, operation, orderNo });
  if (!fault) return route.handle(call, store);
  const wait = () =>
    pause(fault.delayMs ?? (fault.mode.startsWith('slow') ? 1000 : 0), undefined, { signal });
  switch (fault.mode) {
    case 'slow':
      await wait();
      return route.handle(call, store);
    case 'error':
    case 'unavailable':
      await wait();
      return failure(fault);
    case 'reset':
    case 'hang':
      await wait();
      return { status: 0, body: null, delivery: fault.mode };
    case 'slow-after-effect': {
      const reply = await route.handle(call, store);
      await wait();
      return reply;
    }
    case 'malformed':
    case 'error-after-effect':
    case 'reset-after-effect':
    case 'hang-after-effect': {
      const reply = await route.handle(call, store);
      await wait();
      return spoilt(reply, fault);
    }
  }
}

function spoilt(reply: Reply, fault: FaultRule): Reply {
  if (fault.mode === 'error-after-effect') return failure(fault);
  if (fault.mode === 'malformed') return { ...reply, delivery: 'malformed' };
  return { ...reply, delivery: fault.mode === 'reset-after-effect' ? 'reset' : 'hang' };
}

function failure({ target, mode, status, code }: FaultRule): Reply {
  if (mode === 'unavailable')
    return {
      ...problem(status ?? 503, code ?? 'SERVICE_UNAVAILABLE', 'the service is unavailable'),
      headers: { 'retry-after': '1' },
    };
  if (target !== 'toss')
    return problem(status ?? 500, code ?? 'INTERNAL_ERROR', 'an injected fault');
  const reply = tossError(code ?? 'FAILED_INTERNAL_SYSTEM_PROCESSING');
  return { ...reply, status: status ?? reply.status };
}

function refusalOf(error: unknown, route: Route): Reply {
  if (error instanceof BodyRefused)
    return route.service === 'toss'
      ? tossError('INVALID_REQUEST')
      : problem(error.status, error.code, error.message);
  if (!(error instanceof ZodError)) throw error;
  if (route.service === 'toss') return tossError('INVALID_REQUEST');
  return problem(400, 'INVALID_REQUEST', 'the request does not fit', {
    errors: error.issues.map((issue) => ({
      pointer: `#/${issue.path.map(String).join('/')}`,
      code: issue.code,
      detail: issue.message,
    })),
  });
}

function splitUrl(url: string): [path: string, query: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  switch (reply.delivery) {
    case 'hang':
      return; // until the caller gives up or the sandbox stops
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'malformed':
    case 'answer':
    case undefined:
      break;
  }
  const json = JSON.stringify(reply.body);
  const text = reply.delivery === 'malformed' ? json.slice(0, Math.ceil(json.length / 2)) : json;
  const requestId = request.headers['x-request-id'];
  response.writeHead(reply.status, {
    'content-type': reply.contentType ?? 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...(requestId !== undefined && { 'x-request-id': requestId }),
    ...reply.headers,
  });
  response.end(text);
}
