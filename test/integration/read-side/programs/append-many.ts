import { randomUUID } from 'node:crypto';
import { cartEvents } from '../../../../src/domain/cart/events.ts';
import { createEventStore } from '../../../../src/eventstore/event-store.ts';
import { testContext } from '../../../support/command-context.ts';
import { recordingLog, recordingMetrics } from '../../../support/observing.ts';

/**
 * Appends one event to each of 50 streams, then says what came of it: a process of its own, as what is tested is whether
 * it lives. Arguments: the store's url, and `stray` for an unhandled rejection that is nobody's.
 */
const [, , url = '', stray] = process.argv;
const { metrics, counted } = recordingMetrics();
const store = createEventStore({ url, log: recordingLog().log, metrics });
const appended = await Promise.all(
  Array.from({ length: 50 }, async () => {
    const memberId = `m-${randomUUID()}`;
    const event = { type: 'CartCleared', data: { memberId } } as const;
    const context = testContext();
    const done = await store.log.append(
      cartEvents,
      memberId,
      [event],
      'no-stream',
      randomUUID(),
      context,
    );
    return done.kind;
  }),
);
if (stray === 'stray') void Promise.reject(new Error('nobody caught this'));
// Answers that come a second time arrive after the first.
await new Promise((resolve) => setTimeout(resolve, 200));
process.stdout.write(
  JSON.stringify({ appended, defects: counted('eventstore_client_defects_total') }),
);
await store.dispose();
