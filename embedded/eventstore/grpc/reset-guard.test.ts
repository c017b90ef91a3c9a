import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ResetGuard } from './reset-guard.ts';

let now: number;
let asked: number;
let guard: ResetGuard;
beforeEach(() => {
  vi.useFakeTimers();
  now = 0;
  asked = 0;
  guard = new ResetGuard(
    () => asked++,
    () => now,
  );
});
afterEach(() => vi.useRealTimers());

const reset = (times: number): void => {
  for (let i = 0; i < times; i++) guard.callReset();
};
const pass = (ms: number): void => {
  now += ms;
  vi.advanceTimersByTime(ms);
};

describe('a connection whose client resets many calls', () => {
  test('is asked to be replaced once it is calm, once', () => {
    reset(700);
    expect(asked).toBe(0);
    pass(60);
    expect(asked).toBe(1);
    reset(5000);
    pass(1000);
    expect(asked).toBe(1);
  });

  test('is left alone while calls are opened, but not beyond the patience of the library below', () => {
    reset(700);
    for (let i = 0; i < 10; i++) {
      guard.callOpened();
      pass(30);
    }
    expect(asked).toBe(0);
    reset(250);
    expect(asked).toBe(1);
  });

  test('may go on for ever if it is a few a second', () => {
    for (let i = 0; i < 5000; i++) {
      reset(1);
      pass(50);
    }
    expect(asked).toBe(0);
  });

  test('is not asked any more when it is gone', () => {
    reset(700);
    guard.stop();
    pass(1000);
    expect(asked).toBe(0);
  });
});
