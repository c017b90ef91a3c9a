import { expect, test } from 'vitest';
import { recordingLog, recordingMetrics } from '../../test/support/observing.ts';
import { createClientHolder } from './client-holder.ts';

const hold = () => {
  let time = 0;
  const { metrics, counted } = recordingMetrics();
  const holder = createClientHolder({
    url: 'esdb://127.0.0.1:1?tls=false',
    log: recordingLog().log,
    metrics,
    now: () => time,
  });
  return {
    holder,
    pass: (ms: number) => {
      time += ms;
    },
    replaced: () => counted('eventstore_client_replaced_total'),
  };
};

test('a client that answers now and then is kept', async () => {
  const { holder, pass, replaced } = hold();
  const first = holder.current();
  for (let i = 0; i < 10; i++) {
    holder.failed();
    pass(5_000);
    holder.failed();
    holder.answered();
    pass(5_000);
  }
  expect(holder.current()).toBe(first);
  expect(replaced()).toBe(0);
  await holder.dispose();
});

test('a client that has not answered for long enough is replaced, once', async () => {
  const { holder, pass, replaced } = hold();
  const first = holder.current();
  holder.failed();
  pass(12_000);
  holder.failed();
  expect(holder.current()).toBe(first);
  pass(1_000);
  holder.failed();
  expect(holder.current()).not.toBe(first);
  holder.failed();
  expect(replaced()).toBe(1);
  await holder.dispose();
});

test('idle time before the first failure does not count', async () => {
  const { holder, pass, replaced } = hold();
  pass(3_600_000);
  for (let i = 0; i < 5; i++) holder.failed();
  expect(replaced()).toBe(0);
  await holder.dispose();
});
