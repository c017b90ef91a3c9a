import { setMaxListeners } from 'node:events';
import { type Dispatcher, Pool } from 'undici';
import { retryAfterMs } from './retry-after.ts';

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with `/`; every part already percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
};

/** What came of one request. Never an exception: how far it got decides what the caller may conclude. */
export type HttpOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfterMs: number | null;
      /** Undefined when there was none or it was not JSON. */
      readonly body: unknown;
    }
  | {
      /** `lost`: it may have been received. `not-sent`: not one byte of it left. */
      readonly kind: 'lost' | 'not-sent';
      readonly reason: string;
      readonly retryAfterMs: number | null;
    };

/** The caller went away, or the process stops: says nothing about the other side. */
export const ABORTED = 'ABORTED';
/** No complete answer within the call's time. */
export const TIMED_OUT = 'TIMED_OUT';

export type HttpOptions = {
  /** Scheme, host, port, and a path that goes before every request's path. */
  readonly baseUrl: string;
  /** Most connections kept to this origin. */
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** From the call to the last byte of its answer, connecting included, in ms. */
  readonly timeoutMs: number;
  readonly now: () => Date;
};

export type Http = {
  readonly call: (request: HttpRequest) => Promise<HttpOutcome>;
  readonly close: () => Promise<void>;
};

/** Far above any answer of the contracts; keeps a stray download from filling the memory. */
const MAX_BODY_BYTES = 4 * 1024 ** 2;

/** One pool of kept-alive connections to one origin. */
export const createHttp = (options: HttpOptions): Http => {
  const { origin, pathname } = new URL(options.baseUrl);
  const prefix = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    connections: options.connections,
    connect: { timeout: options.connectTimeoutMs },
    // The deadline of the whole call covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    call: (request) => exchange(pool, { ...request, path: `${prefix}${request.path}` }, options),
    close: () => pool.destroy(),
  };
};

const exchange = (pool: Pool, request: HttpRequest, options: HttpOptions): Promise<HttpOutcome> =>
  new Promise((resolve) => {
    const { signal } = request;
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;
    const settle = (outcome: HttpOutcome): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(outcome);
    };
    const giveUp = (reason: string): void => {
      settle({ kind: controller ? 'lost' : 'not-sent', reason, retryAfterMs: null });
      controller?.abort(new Error(reason));
    };
    const onAbort = (): void => giveUp(ABORTED);
    const timer = setTimeout(() => giveUp(TIMED_OUT), options.timeoutMs);
    if (signal.aborted) return giveUp(ABORTED);
    // One signal may end any number of calls under way; more than ten listeners are no leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', onAbort, { once: true });
    const answer = { status: 0, retryAfterMs: null as number | null, chunks: [] as Buffer[] };
    let bytes = 0;
    pool.dispatch(requestOf(request), {
      // Called right before the first byte is written: what fails earlier was never sent, and what was given up
      // meanwhile is not sent any more.
      onRequestStart: (started) => {
        if (settled) started.abort(new Error(ABORTED));
        else controller = started;
      },
      onResponseStart: (_controller, status, headers) => {
        answer.status = status;
        answer.retryAfterMs = retryAfterMs(headers['retry-after'], options.now());
      },
      onResponseData: (_controller, chunk) => {
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) giveUp('BODY_TOO_LARGE');
        else answer.chunks.push(chunk);
      },
      onResponseEnd: () => {
        const { status, chunks } = answer;
        const body = parsed(Buffer.concat(chunks).toString());
        settle({ kind: 'answered', status, retryAfterMs: answer.retryAfterMs, body });
      },
      onResponseError: (_controller, error) => giveUp(reasonOf(error)),
    });
  });

const requestOf = ({
  method,
  path,
  headers,
  body,
}: HttpRequest): Dispatcher.DispatchOptions & { path: string } => ({
  method,
  path,
  headers: {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A code such as ECONNREFUSED; never a message, which may hold an address or a credential. */
const reasonOf = (error: Error): string => {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : error.name;
};
