import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';

/** What a subscription has to say, in the order of the log. */
export type Pulled =
  | { readonly kind: 'event'; readonly event: AllStreamResolvedEvent }
  | { readonly kind: 'checkpoint'; readonly position: bigint }
  | { readonly kind: 'caught-up' };

type Mark = { readonly afterEvents: number; readonly pulled: Pulled };

/** Events held ready while the consumer is busy; beyond it the subscription is paused and the server has to wait. */
const PAUSE_AT = 1_024;
const RESUME_AT = 256;

/**
 * Lets a subscription be pulled. Checkpoints and `caughtUp` arrive as callbacks while events before them may still lie in
 * the stream's buffer; here each comes out behind exactly the events that were delivered before it.
 */
export const createPuller = () => {
  let subscription: AllStreamSubscription | undefined;
  let arrived = 0;
  let pulledEvents = 0;
  let failure: unknown;
  let ended = false;
  let waiting: AllStreamResolvedEvent[] = [];
  let head = 0;
  const marks: Mark[] = [];
  let wake = (): void => {};
  let wakingSoon = false;
  /** Messages arrive one by one but many in one turn of the event loop: one waking for all of them. */
  const wakeSoon = (): void => {
    if (wakingSoon) return;
    wakingSoon = true;
    setImmediate(() => {
      wakingSoon = false;
      wake();
    });
  };

  const mark = (pulled: Pulled): void => {
    marks.push({ afterEvents: arrived + (subscription?.readableLength ?? 0), pulled });
    wakeSoon();
  };

  const take = (): AllStreamResolvedEvent | undefined => {
    const event = waiting[head];
    if (event === undefined) return undefined;
    head += 1;
    pulledEvents += 1;
    if (head === waiting.length) {
      waiting = [];
      head = 0;
    }
    if (subscription?.isPaused() && waiting.length - head <= RESUME_AT) subscription.resume();
    return event;
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
      to.on('data', (event: AllStreamResolvedEvent) => {
        waiting.push(event);
        arrived += 1;
        if (waiting.length - head >= PAUSE_AT) to.pause();
        wakeSoon();
      });
      to.on('error', (error: unknown) => {
        failure ??= error;
        wakeSoon();
      });
      const end = (): void => {
        ended = true;
        wakeSoon();
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
      const event = take();
      if (event) return { kind: 'event', event };
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
        const due = marks[0] !== undefined && marks[0].afterEvents <= pulledEvents;
        if (waiting.length > head || due || failure !== undefined || ended || signal.aborted)
          done();
      }),
  };
};
