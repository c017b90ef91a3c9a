import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cancelReasonOf, findCancel } from './cancel-reason.ts';

const refundId = 'ORD-20260101-ABCDEFGHIJ-KLMNOPQRST';
const cancel = (reason: string) => ({
  amount: 1_000,
  reason,
  transactionKey: `T-${reason.length}`,
  canceledAt: null,
  done: true,
});

test('the reason ends with the id of the refund', () => {
  expect(cancelReasonOf('변심', refundId)).toBe(`변심 [${refundId}]`);
});

test('an empty reason is the id alone', () => {
  expect(cancelReasonOf('  ', refundId)).toBe(`[${refundId}]`);
});

test('a cut never splits a character', () => {
  const reason = cancelReasonOf('😀'.repeat(200), refundId);
  // encodeURIComponent throws at half a surrogate pair.
  expect(() => encodeURIComponent(reason)).not.toThrow();
  expect(reason.length).toBeLessThanOrEqual(200);
});

test('whatever the reason, it fits and our cancellation is found again', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.stringMatching(/^[A-Za-z0-9_-]{1,100}$/),
      (words, id) => {
        const reason = cancelReasonOf(words, id);
        expect(reason.length).toBeLessThanOrEqual(200);
        expect(findCancel({ cancels: [cancel(reason)] }, id)?.reason).toBe(reason);
      },
    ),
  );
});

test('the cancellation of another refund is not ours, even when one id ends like the other', () => {
  const cancels = [cancel(cancelReasonOf('변심', `X${refundId}`)), cancel('상담원 취소')];
  expect(findCancel({ cancels }, refundId)).toBeUndefined();
});
