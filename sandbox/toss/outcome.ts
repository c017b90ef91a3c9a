import type { Delivery } from '../http/reply.ts';
import { ERROR_CODE } from './errors.ts';
import type { Falsified } from './payment.ts';

/** What one execution of a confirmation or cancellation does, and how its answer reaches the caller. */
export interface Outcome {
  /** An error code instead of the work. */
  readonly code?: string;
  /** How long the provider takes before it does anything, in ms. */
  readonly delayMs?: number;
  /** Whether the work is done; false loses the request before it has any effect. */
  readonly works: boolean;
  readonly delivery: Delivery;
  /** The work is done, and yet the provider answers this code. */
  readonly codeAfterwards?: string;
  readonly falsified?: (truth: { readonly amount: number; readonly orderId: string }) => Falsified;
}

const AFTER = '(?:approve|cancel)';
const LOST = new RegExp(`^(timeout|reset)-(before|after)-${AFTER}$`);
const DELIVERY_OF = { timeout: 'hang', reset: 'reset' } as const;

const FALSIFIED: Readonly<Record<string, NonNullable<Outcome['falsified']>>> = {
  'approve-other-amount': ({ amount }) => ({ totalAmount: amount + 1 }),
  'approve-other-order': ({ orderId }) => ({ orderId: `${orderId.slice(0, 58)}-OTHER` }),
  'approve-other-currency': () => ({ currency: 'USD' }),
};

const WORKS: Outcome = { works: true, delivery: 'answer' };

/**
 * Reads an outcome word (the README lists them); undefined if it is none. The words of the payment window
 * (`ready`, `expired`, `aborted`, `virtual-account`) are not outcomes of a confirmation and read as success.
 */
export function parseOutcome(word: string): Outcome | undefined {
  if (ERROR_CODE.test(word)) return { code: word, works: false, delivery: 'answer' };
  if (/^(approve|cancel|ready|expired|aborted|virtual-account)$/.test(word)) return WORKS;
  const slow = /^slow:(\d{1,6})$/.exec(word);
  if (slow) return { ...WORKS, delayMs: Number(slow[1]) };
  const lost = LOST.exec(word);
  if (lost) {
    const delivery = DELIVERY_OF[lost[1] === 'reset' ? 'reset' : 'timeout'];
    return { works: lost[2] === 'after', delivery };
  }
  if (new RegExp(`^error-after-${AFTER}$`).test(word))
    return { ...WORKS, codeAfterwards: 'FAILED_INTERNAL_SYSTEM_PROCESSING' };
  if (new RegExp(`^malformed-after-${AFTER}$`).test(word))
    return { ...WORKS, delivery: 'malformed' };
  const falsified = FALSIFIED[word];
  return falsified && { ...WORKS, falsified };
}

/** The outcome of the n-th execution (from 0) of a script; the last word goes on for ever. */
export function outcomeAt(script: readonly string[], n: number): Outcome {
  const word = script[Math.min(n, script.length - 1)];
  return (word === undefined ? undefined : parseOutcome(word)) ?? WORKS;
}
