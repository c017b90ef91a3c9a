import type { Logger } from './logger.ts';

/** Something long-lived that is started before others and stopped after them. */
export type Part = {
  readonly name: string;
  readonly start: () => Promise<void> | void;
  readonly stop: () => Promise<void> | void;
};

/** Starts and stops a list of parts as one thing. */
export type Lifecycle = {
  /** Starts the parts in order; if one fails, stops those before it and throws what it threw. */
  readonly start: () => Promise<void>;
  /** Stops what was started, in reverse. Calling it again gives the same promise. */
  readonly stop: () => Promise<void>;
};

/** A stop did not end cleanly: some part failed or took too long. */
export class StopError extends AggregateError {
  override readonly name = 'StopError';
  readonly code = 'stop-failed';
}

const within = async (work: Promise<void>, name: string, timeoutMs: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${name} did not stop within ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * @param parts in the order in which they start
 * @param stopTimeoutMs how long one part may take to stop before the next one is stopped anyway
 */
export const createLifecycle = (
  parts: readonly Part[],
  { logger, stopTimeoutMs }: { readonly logger: Logger; readonly stopTimeoutMs: number },
): Lifecycle => {
  const started: Part[] = [];
  let starting: Promise<void> = Promise.resolve();
  let stopping: Promise<void> | undefined;

  const stopAll = async (): Promise<void> => {
    await starting.catch(() => undefined);
    const failures: unknown[] = [];
    for (let part = started.pop(); part !== undefined; part = started.pop()) {
      const { name, stop } = part;
      try {
        await within(Promise.resolve().then(stop), name, stopTimeoutMs);
      } catch (error) {
        logger.error({ err: error, part: name }, 'a part did not stop cleanly');
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new StopError(failures, 'not everything stopped cleanly');
  };

  const startAll = async (): Promise<void> => {
    for (const part of parts) {
      if (stopping !== undefined) return;
      await part.start();
      started.push(part);
    }
  };

  const stop = (): Promise<void> => {
    stopping ??= stopAll();
    return stopping;
  };

  return {
    start: async () => {
      starting = startAll();
      try {
        await starting;
      } catch (error) {
        // What the failed start threw matters more than an unclean stop, which is logged.
        await stop().catch(() => undefined);
        throw error;
      }
    },
    stop,
  };
};

/** The part of `process` that signals need; a test gives its own. */
export type SignalSource = {
  readonly on: (signal: 'SIGINT' | 'SIGTERM', listener: () => void) => unknown;
  readonly exit: (code: number) => void;
};

/**
 * Stops at SIGINT or SIGTERM and ends the process: 0 after a clean stop, 1 after an unclean one.
 * A second signal means that somebody has lost patience: 130 at once.
 */
export const stopOnSignals = (
  stop: () => Promise<void>,
  { logger, source = process }: { readonly logger: Logger; readonly source?: SignalSource },
): void => {
  let signalled = false;
  const onSignal = (signal: string) => () => {
    if (signalled) {
      source.exit(130);
      return;
    }
    signalled = true;
    logger.info({ signal }, 'stopping');
    stop().then(
      () => source.exit(0),
      () => source.exit(1),
    );
  };
  source.on('SIGINT', onSignal('SIGINT'));
  source.on('SIGTERM', onSignal('SIGTERM'));
};
