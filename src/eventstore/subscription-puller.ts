import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';

/** What a subscription has to say, in the order of the log. */
export type Pulled =
  | { readonly kind: 'event'; readonly event: AllStreamResolvedEvent }
  | { readonly kind: 'checkpoint'; readonly position: bigint }
  | { readonly kind: 'caught-up' };

type Mark = { readonly afterEvents: number; readonly pulled: Pulled };

/**
 * Pulls a subscription by hand. Checkpoints and `caughtUp` arrive as callbacks while events before them still lie in the
 * stream's buffer; here each comes out behind exactly the events that were delivered before it. What is not pulled stays
 * in the buffer, and a full buffer stops the server.
 */
export const createPuller = () => {
  let subscription: AllStreamSubscription | undefined;
  let pulledEvents = 0;
  let failure: unknown;
  let ended = false;
  const marks: Mark[] = [];
  let wake = (): void => {};

  const mark = (pulled: Pulled): void => {
    marks.push({ afterEvents: pulledEvents + (subscription?.readableLength ?? 0), pulled });
    wake();
  };

  return {
    /**
     * While catching up the store also names a place just before a record (`prepare` below `commit`). As a single number it
     * would stand for the record itself, which need not have been delivered, so it is passed over: only less is skipped on reopening.
     */
    checkpointReached: (position: { readonly commit: bigint; readonly prepare: bigint }): void => {
      if (position.prepare === position.commit)
        mark({ kind: 'checkpoint', position: position.commit });
    },

    attach: (to: AllStreamSubscription): void => {
      subscription = to;
      to.on('caughtUp', () => mark({ kind: 'caught-up' }));
      to.on('readable', () => wake());
      to.on('error', (error: unknown) => {
        failure ??= error;
        wake();
      });
      const end = (): void => {
        ended = true;
        wake();
      };
      to.on('end', end);
      to.on('close', end);
    },

    /** The next thing at hand, without waiting. @throws what the subscription failed with, once nothing is left before it */
    next: (): Pulled | undefined => {
      const first = marks[0];
      if (first && first.afterEvents <= pulledEvents) {
        marks.shift();
        return first.pulled;
      }
      const event = subscription?.read() as AllStreamResolvedEvent | null | undefined;
      if (event) {
        pulledEvents += 1;
        return { kind: 'event', event };
      }
      if (failure !== undefined) throw failure;
      if (ended) throw new Error('the subscription ended');
      return undefined;
    },

    /** Resolves when there may be something to pull, `ms` have passed (never when absent) or `signal` aborts. */
    wait: (signal: AbortSignal, ms?: number): Promise<void> =>
      new Promise((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          wake = () => {};
          resolve();
        };
        if (ms !== undefined) timer = setTimeout(done, ms);
        signal.addEventListener('abort', done, { once: true });
        wake = done;
        const buffered = (subscription?.readableLength ?? 0) > 0 || marks.length > 0;
        if (buffered || failure !== undefined || ended || signal.aborted) done();
      }),
  };
};
