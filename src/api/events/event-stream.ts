import { createEventBuffer, createSession, type Session } from 'better-sse';
import type { Request, Response } from 'express';
import type { StreamEvent } from '../contract.ts';
import { catchUp } from './catch-up.ts';
import type { Entry, FeedHub, Topic } from './feed-hub.ts';

/** What a new listener is shown first: the state at `position`, from where events follow. */
export type Snapshot = { readonly position: bigint; readonly data: object };

export type StreamSource = {
  readonly hub: Pick<FeedHub, 'listen' | 'following'>;
  readonly past: (topic: Topic, position: bigint, limit: number) => Promise<readonly Entry[]>;
  /** Position of the newest entry of the feed. */
  readonly head: () => Promise<bigint>;
  readonly snapshot: () => Promise<Snapshot>;
};

export type StreamLimits = {
  /** A comment is sent this often, so that proxies see life. */
  readonly heartbeatMs: number;
  /** A client that lets more than this lie unread is closed; it resumes where it was. */
  readonly maxUnreadBytes: number;
  /** How long a client should wait before it comes back. */
  readonly retryMs: number;
};

export const streamLimits: StreamLimits = {
  heartbeatMs: 15_000,
  maxUnreadBytes: 512 * 1024,
  retryMs: 2_000,
};

const eventOf = ({ row: { memberId: _owner, ...row }, status }: Entry): StreamEvent => ({
  ...row,
  status,
});

/**
 * Where the client was: the browser sends Last-Event-ID by itself when it comes back, others may use `?lastEventId=`.
 * @returns undefined for a first connection, 'unknown' for an id that was never given out
 */
export const lastEventIdOf = (req: Request): bigint | 'unknown' | undefined => {
  const { lastEventId } = req.query;
  const raw =
    req.get('last-event-id') ?? (typeof lastEventId === 'string' ? lastEventId : undefined);
  if (raw === undefined || raw === '') return undefined;
  return /^\d{1,19}$/.test(raw) ? BigInt(raw) : 'unknown';
};

/**
 * Sends a topic's events until the client goes, `until` aborts, or it stops reading. A first connection gets a snapshot,
 * a resumed one exactly what followed its last id, an unknown id a `reset` and a snapshot.
 * @returns when the stream has ended
 */
export const streamEvents = async (
  req: Request,
  res: Response,
  topic: Topic,
  source: StreamSource,
  until: AbortSignal,
  limits: StreamLimits = streamLimits,
): Promise<void> => {
  const start = await startOf(req, source);
  const session = await open(req, res, limits);
  const ended = endOf(session, res);
  const hangUp = (): void => {
    // A client that does not read would keep an orderly end waiting for ever.
    if (res.writableLength === 0) res.end();
    else res.destroy();
  };
  // A heartbeat may meet a stream that has just ended; nobody is left to be told.
  res.on('error', () => undefined);
  until.addEventListener('abort', hangUp, { once: true });
  if (until.aborted) hangUp();
  let stop = (): void => undefined;
  try {
    if (start.reset) session.push({ reason: 'unknown event id' }, 'reset', '');
    if (start.snapshot)
      session.push(start.snapshot.data, 'snapshot', String(start.snapshot.position));
    const sink = (entries: readonly Entry[]) => send(session, res, entries, limits);
    const past = (position: bigint, limit: number) => source.past(topic, position, limit);
    stop = await catchUp(source.hub, past, topic, start.from, sink);
    await ended;
  } catch (error) {
    // The answer has begun: all that can be done is to end it, and the client resumes.
    if (session.isConnected) res.destroy(error instanceof Error ? error : undefined);
    throw error;
  } finally {
    stop();
    until.removeEventListener('abort', hangUp);
  }
};

type Start = { readonly from: bigint; readonly reset: boolean; readonly snapshot?: Snapshot };

const startOf = async (req: Request, source: StreamSource): Promise<Start> => {
  const last = lastEventIdOf(req);
  if (last !== undefined && last !== 'unknown' && last <= (await source.head()))
    return { from: last, reset: false };
  const snapshot = await source.snapshot();
  return { from: snapshot.position, reset: last !== undefined, snapshot };
};

const open = (req: Request, res: Response, limits: StreamLimits): Promise<Session> =>
  createSession(req, res, {
    retry: limits.retryMs,
    keepAlive: limits.heartbeatMs,
    trustClientEventId: false,
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    },
  });

const endOf = (session: Session, res: Response): Promise<void> =>
  new Promise((resolve) => {
    if (!session.isConnected || res.closed) resolve();
    session.once('disconnected', () => resolve());
  });

const send = (
  session: Session,
  res: Response,
  entries: readonly Entry[],
  { maxUnreadBytes }: StreamLimits,
): boolean | Promise<boolean> => {
  if (!session.isConnected || res.writableEnded) return false;
  const buffer = createEventBuffer();
  for (const entry of entries) buffer.push(eventOf(entry), 'order', String(entry.position));
  // One write for a run of entries: each write is a chunk and a system call.
  void session.batch(buffer);
  if (res.writableLength > maxUnreadBytes) {
    res.destroy();
    return false;
  }
  return res.writableNeedDrain ? drained(res) : true;
};

const drained = (res: Response): Promise<boolean> =>
  new Promise((resolve) => {
    const onDrain = (): void => {
      res.off('close', onClose);
      resolve(true);
    };
    const onClose = (): void => {
      res.off('drain', onDrain);
      resolve(false);
    };
    res.once('drain', onDrain);
    res.once('close', onClose);
  });
