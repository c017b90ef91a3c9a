import { expect, test } from 'vitest';
import {
  awaiting,
  cancellationRequested,
  completed,
  confirming,
  placed,
  theOrderNo,
} from '../../test/support/order-events.ts';
import { allDeducted, failed, started } from '../../test/support/saga-events.ts';
import { specifyProcess } from '../../test/support/specify-process.ts';
import type { OrderEvent } from '../domain/order/events.ts';
import type { OrderSagaEvent } from '../domain/saga/events.ts';
import { orderSaga } from './order-saga.ts';

const orderNo = theOrderNo;
const { given } = specifyProcess(
  orderSaga({ firstResolveMs: 1_000, reviewAfterMs: 900_000 }),
  orderNo,
);
const wish = (type: 'retry' | 'compensate' | 'annotate') => ({ type, by: 'op', reason: 'why' });
const data = { orderNo, by: 'op', reason: 'why' };

test.each([
  ['PENDING', [placed, started]],
  ['PAYMENT_WAITING', [placed, ...allDeducted, awaiting]],
] as const)(
  'an operator may give up an order that is %s: it fails, and is compensated',
  (_status, history) => {
    expect(given(...history).asked(wish('compensate'))).toMatchObject({
      kind: 'accepted',
      events: [{ type: 'SagaCompensationRequested', data }],
    });
    const asked = given(...history, { type: 'SagaCompensationRequested', data });
    expect(asked.owed[0]).toMatchObject({
      id: 'give-up',
      notBefore: null,
      action: { command: { type: 'Fail', failureCode: 'CANCELED_BY_OPERATOR', reason: 'why' } },
    });
  },
);

test('an order can be given up before its saga has started', () =>
  expect(given(placed, { type: 'SagaCompensationRequested', data }).owed[0]).toMatchObject({
    id: 'give-up',
  }));

test.each<[string, readonly (OrderEvent | OrderSagaEvent)[]]>([
  ['PAYMENT_CONFIRMING', [placed, ...allDeducted, awaiting, confirming]],
  ['COMPLETED', [placed, ...allDeducted, awaiting, confirming, completed]],
  [
    'CANCEL_REQUESTED',
    [placed, ...allDeducted, awaiting, confirming, completed, cancellationRequested('R')],
  ],
])('an order that is %s cannot be given up', (status, history) =>
  expect(given(...history).asked(wish('compensate'))).toEqual({
    kind: 'rejected',
    rejection: { code: 'COMPENSATION_NOT_ALLOWED', status },
  }),
);

test('a wish that comes while a confirmation begins is not carried out', () =>
  expect(
    given(
      placed,
      ...allDeducted,
      awaiting,
      { type: 'SagaCompensationRequested', data },
      confirming,
    ).owed.map(({ id }) => id),
  ).toEqual(['review', 'PAYMENT:do']));

test('a compensation that runs may be asked for again, and retried', () => {
  const running = given(placed, ...allDeducted, failed);
  expect(running.asked(wish('compensate'))).toMatchObject({ kind: 'accepted' });
  expect(running.asked(wish('retry'))).toMatchObject({
    events: [{ type: 'SagaRetryRequested', data }],
  });
});

test('what has ended can only be annotated', () => {
  const over = given(placed, started, failed, {
    type: 'OrderSagaFailed',
    data: { orderNo, failureCode: 'INSUFFICIENT_STOCK' },
  });
  const finished = { kind: 'rejected', rejection: { code: 'SAGA_FINISHED', status: 'FAILED' } };
  expect(over.asked(wish('retry'))).toEqual(finished);
  expect(over.asked(wish('compensate'))).toEqual(finished);
  expect(over.asked(wish('annotate'))).toMatchObject({ events: [{ type: 'SagaAnnotated', data }] });
});

test('an order that nobody placed has no saga', () =>
  expect(given().asked(wish('annotate'))).toMatchObject({ rejection: { code: 'SAGA_NOT_FOUND' } }));
