import { expect, test } from 'vitest';
import { outcomeAt, parseOutcome } from './outcome.ts';

test.each([
  ['approve', { works: true, delivery: 'answer' }],
  ['virtual-account', { works: true, delivery: 'answer' }],
  ['REJECT_CARD_COMPANY', { code: 'REJECT_CARD_COMPANY', works: false, delivery: 'answer' }],
  ['slow:250', { works: true, delivery: 'answer', delayMs: 250 }],
  ['timeout-after-approve', { works: true, delivery: 'hang' }],
  ['timeout-before-approve', { works: false, delivery: 'hang' }],
  ['reset-after-cancel', { works: true, delivery: 'reset' }],
  ['malformed-after-cancel', { works: true, delivery: 'malformed' }],
  [
    'error-after-approve',
    {
      works: true,
      delivery: 'answer',
      codeAfterwards: 'FAILED_INTERNAL_SYSTEM_PROCESSING',
    },
  ],
])('the word %s means %j', (word, outcome) => {
  expect(parseOutcome(word)).toEqual(outcome);
});

test('a word that falsifies shows something else than the truth', () => {
  const truth = { amount: 1000, orderId: 'O'.repeat(64) };
  expect(parseOutcome('approve-other-amount')?.falsified?.(truth)).toEqual({ totalAmount: 1001 });
  expect(parseOutcome('approve-other-currency')?.falsified?.(truth)).toEqual({ currency: 'USD' });
  const other = parseOutcome('approve-other-order')?.falsified?.(truth).orderId;
  expect(other).toHaveLength(64);
  expect(other).not.toBe(truth.orderId);
});

test.each(['', 'yes', 'slow:', 'slow:x', 'timeout-after-lunch', 'lower_case', 'X'])(
  '%j is no outcome',
  (word) => {
    expect(parseOutcome(word)).toBeUndefined();
  },
);

test('a script is taken word by word, and its last word goes on for ever', () => {
  const script = ['PROVIDER_ERROR', 'slow:1', 'approve'];
  expect([0, 1, 2, 3, 9].map((n) => outcomeAt(script, n))).toEqual([
    parseOutcome('PROVIDER_ERROR'),
    parseOutcome('slow:1'),
    parseOutcome('approve'),
    parseOutcome('approve'),
    parseOutcome('approve'),
  ]);
});
