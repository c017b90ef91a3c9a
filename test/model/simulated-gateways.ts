import type { CancelAnswer, ConfirmAnswer } from '../../src/runtime/payment-gateway-ports.ts';
import type { Participants } from '../../src/runtime/perform-calls.ts';
import type { World } from './world.ts';

/** What happens to one call on its way. `lost-answer` has its effect; `error-answer` is stored under the key, without effect. */
export type CallFate = 'ok' | 'not-sent' | 'lost-request' | 'lost-answer' | 'error-answer' | 'late';

/** Decides a call's fate before it is made, and hears of it afterwards; a late request takes effect when `deliver` is called. */
export type CallFaults = {
  readonly before: (name: string) => Promise<CallFate>;
  readonly after: (name: string) => Promise<void>;
  readonly later: (deliver: () => void) => void;
  /** Hears of every confirmation that is sent, whatever becomes of it. */
  readonly confirming?: (orderNo: string, paymentKey: string, idempotencyKey: string) => void;
};

/** The gateways' ports over the simulated world, with every way a call can go wrong. */
export const simulatedGateways = (world: World, faults: CallFaults): Participants => {
  const call = async <Answer, Unknown, NotSent>(
    name: string,
    effect: () => Answer,
    sad: {
      readonly unknown: Unknown;
      readonly notSent: NotSent;
      readonly answered?: () => Answer;
    },
  ): Promise<Answer | Unknown | NotSent> => {
    const fate = await faults.before(name);
    switch (fate) {
      case 'not-sent':
        return sad.notSent;
      case 'lost-request':
        return sad.unknown;
      case 'late':
        // The request hangs in the network and arrives when nobody expects it any more.
        faults.later(() => void effect());
        return sad.unknown;
      case 'error-answer': {
        const answered = sad.answered?.() ?? sad.unknown;
        await faults.after(name);
        return answered;
      }
      case 'lost-answer':
        effect();
        await faults.after(name);
        return sad.unknown;
      case 'ok': {
        const answer = effect();
        await faults.after(name);
        return answer;
      }
    }
  };
  const unknown = { kind: 'unknown', reason: 'time-out' } as const;
  const notSent = { kind: 'not-sent', reason: 'no connection' } as const;
  const plain = { unknown, notSent };
  const unavailable = { kind: 'unavailable', reason: 'time-out' } as const;
  const look = { unknown: unavailable, notSent: unavailable };
  const never = (): never => {
    throw new Error('not part of the simulation');
  };
  const { product, payments } = world;

  return {
    product: {
      variants: never,
      deductStock: (orderNo, { items }) =>
        call('deductStock', () => product.deduct(orderNo, items), plain),
      restoreStock: (orderNo) => call('restoreStock', () => product.restore(orderNo), plain),
      returnStock: (orderNo, refundId, items) =>
        call('returnStock', () => product.giveBack(orderNo, refundId, items), plain),
      stockState: (orderNo) =>
        call(
          'stockState',
          () => {
            const row = product.rows.get(orderNo);
            return row
              ? ({ kind: 'found', data: { state: row.state } } as const)
              : ({ kind: 'absent', code: 'NOT_FOUND' } as const);
          },
          look,
        ),
    },
    coupon: {
      coupon: never,
      calculate: never,
      redeem: (orderNo, { couponId }) =>
        call('redeem', () => world.coupon(couponId).redeem(orderNo), plain),
      release: (orderNo, couponId) =>
        call('release', () => world.coupon(couponId).release(orderNo), plain),
      redemption: (orderNo, couponId) =>
        call(
          'redemption',
          () => {
            const row = world.coupon(couponId).redemptions.get(orderNo);
            return row
              ? ({ kind: 'found', data: { state: row.state } } as const)
              : ({ kind: 'absent', code: 'NOT_FOUND' } as const);
          },
          look,
        ),
    },
    member: {
      orderInfo: never,
      usePoints: (orderNo, { memberId, amount }) =>
        call('usePoints', () => world.member(memberId).use(orderNo, amount), plain),
      refundPoints: (orderNo, memberId) =>
        call('refundPoints', () => world.member(memberId).refund(orderNo), plain),
      refundPart: (orderNo, { memberId, refundId, amount }) =>
        call(
          'refundPart',
          () => world.member(memberId).refundPart(orderNo, refundId, amount),
          plain,
        ),
      pointUse: (orderNo, memberId) =>
        call(
          'pointUse',
          () => {
            const use = world.member(memberId).uses.get(orderNo);
            return use
              ? ({ kind: 'found', data: { state: use.state } } as const)
              : ({ kind: 'absent', code: 'NOT_FOUND' } as const);
          },
          look,
        ),
    },
    payment: {
      confirm: ({ paymentKey, orderNo, idempotencyKey }) => {
        faults.confirming?.(orderNo, paymentKey, idempotencyKey);
        return call<ConfirmAnswer, ConfirmAnswer, ConfirmAnswer>(
          'confirm',
          () => payments.confirm(paymentKey, orderNo, idempotencyKey),
          {
            unknown: { ...unknown, answered: false },
            notSent,
            answered: () => {
              const error = { kind: 'unknown', reason: 'PROVIDER_ERROR', answered: true } as const;
              payments.failUnder(idempotencyKey, error);
              return payments.confirm(paymentKey, orderNo, idempotencyKey);
            },
          },
        );
      },
      byKey: (paymentKey) => call('byKey', () => payments.look(paymentKey), look),
      byOrder: (orderNo) => call('byOrder', () => payments.lookByOrder(orderNo), look),
      cancel: (wish) =>
        call<CancelAnswer, CancelAnswer, CancelAnswer>('cancel', () => payments.cancel(wish), {
          unknown: { ...unknown, answered: false },
          notSent,
          answered: () => {
            const error = {
              kind: 'unknown',
              reason: 'FAILED_REFUND_PROCESS',
              answered: true,
            } as const;
            payments.failUnder(wish.idempotencyKey, error);
            return payments.cancel(wish);
          },
        }),
      transactions: never,
    },
  };
};
