import type { Log, Metrics } from '../runtime/ports.ts';

const ANSWERED_TWICE = /undefined is not iterable/;
// Where it was thrown; a process that reads source maps sees the client's sources instead of its build.
const IN_BATCH_APPEND =
  /db-client[\\/](?:dist|src)[\\/]streams[\\/]appendToStream[\\/]batchAppend\.[jt]s/;

/**
 * Keeps the process alive through two defects of @eventstore/db-client 6.2.1's batch append, and nothing else:
 * a second answer to one append (a server that timed out, then finished) makes its listener throw
 * `undefined is not iterable`; and when the append stream breaks while writes are queued, the queue's rejection has no handler.
 * The append itself has been settled, or is settled by the same error. But a listener that threw leaves the append stream
 * unread: no later answer would ever come, so the stream is broken off, and the appends on it are repeated on a new one.
 */
export const installBatchAppendGuard = (options: {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Breaks the append stream off, so that every append on it fails as undecided. */
  readonly breakAppends: () => void;
}): {
  /** Tells the guard the raw error of a failed append, which may come again as an unhandled rejection. */
  readonly expect: (error: unknown) => void;
  readonly uninstall: () => void;
} => {
  const settled = new WeakSet<object>();
  const isAnsweredTwice = (reason: unknown): boolean =>
    reason instanceof TypeError &&
    ANSWERED_TWICE.test(reason.message) &&
    IN_BATCH_APPEND.test(reason.stack ?? '');
  const onRejection = (reason: unknown): void => {
    const kind = isAnsweredTwice(reason)
      ? 'answered_twice'
      : typeof reason === 'object' && reason !== null && settled.has(reason)
        ? 'queued_write'
        : undefined;
    // Having a listener at all switches Node's own crash off: what is not ours must crash as before.
    if (kind === undefined) throw reason;
    options.metrics.count('eventstore_client_defects_total', { kind });
    if (kind === 'answered_twice') options.breakAppends();
    options.log.warn({ kind }, 'lived through a defect of the event store client');
  };
  process.on('unhandledRejection', onRejection);
  return {
    expect: (error) => {
      if (typeof error !== 'object' || error === null) return;
      settled.add(error);
      if ('_raw' in error && typeof error._raw === 'object' && error._raw !== null)
        settled.add(error._raw);
    },
    uninstall: () => {
      process.off('unhandledRejection', onRejection);
    },
  };
};
