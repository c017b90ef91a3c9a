import { createEventBuffer, createSession, type Session } from 'better-sse';
import type { Request, Response } from 'express';
import type { StreamEvent } from '../contract.ts';
import { catchUp, type Sink } from './catch-up.ts';
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
  /** A live client that lets more than this lie unread is closed; it resumes where it was. */
  readonly maxUnreadBytes: number;
  /** A client that is sent the past is waited for, but not for longer than this without reading. */
  readonly stallMs: number;
  /** How long a client should wait before it comes back. */
  readonly retryMs: number;
};

export const streamLimits: StreamLimits = {
  heartbeatMs: 15_000,
  maxUnreadBytes: 512 * 1024,
  stallMs: 30_000,
  retryMs: 2_000,
};

/** Of the past: few enough that a page is not held in memory twice. */
const ENTRIES_A_WRITE = 50;

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
    const sink = sinkOf(session, res, limits);
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

/** One write for a run of entries: each write is a chunk and a system call. */
const write = (session: Session, entries: readonly Entry[]): void => {
  const buffer = createEventBuffer();
  for (const entry of entries) buffer.push(eventOf(entry), 'order', String(entry.position));
  void session.batch(buffer);
};

const sinkOf = (
  session: Session,
  res: Response,
  { maxUnreadBytes, stallMs }: StreamLimits,
): Sink => {
  const open = (): boolean => session.isConnected && !res.writableEnded;
  return {
    past: async (entries) => {
      for (let at = 0; at < entries.length && open(); at += ENTRIES_A_WRITE) {
        write(session, entries.slice(at, at + ENTRIES_A_WRITE));
        if (res.writableNeedDrain && !(await drained(res, stallMs))) res.destroy();
      }
      return open();
    },
    live: (entries) => {
      if (entries.length === 0 || !open()) return;
      write(session, entries);
      if (res.writableLength > maxUnreadBytes) res.destroy();
    },
  };
};

/** @returns false when the client has gone, or has read nothing for `stallMs` */
const drained = (res: Response, stallMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (ready: boolean) => (): void => {
      clearTimeout(timer);
      res.off('drain', onDrain);
      res.off('close', onClose);
      resolve(ready);
    };
    const onDrain = end(true);
    const onClose = end(false);
    const timer = setTimeout(onClose, stallMs);
    res.once('drain', onDrain);
    res.once('close', onClose);
  });
