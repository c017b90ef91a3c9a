import { expect } from 'vitest';
import { accept, type Decider, reject } from '../../src/domain/kernel/decider.ts';

/** Freezes a value all the way down, so that a fold or a decision that mutates its input throws. */
export const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
};

/** The vocabulary of a decider's tests: given(history).when(command).thenRecords(events). */
export const specify = <State, Command, Event, Rejection>(
  decider: Decider<State, Command, Event, Rejection>,
) => ({
  given: (...history: readonly Event[]) => {
    const state = history.reduce(
      (before, event) => deepFreeze(decider.evolve(before, deepFreeze(event))),
      deepFreeze(decider.initial),
    );
    return {
      state,
      when: (command: Command) => {
        const decision = decider.decide(deepFreeze(command), state);
        return {
          decision,
          thenRecords: (...events: readonly Event[]) => expect(decision).toEqual(accept(...events)),
          thenNothing: () => expect(decision).toEqual(accept()),
          thenRefuses: (rejection: Rejection) => expect(decision).toEqual(reject(rejection)),
        };
      },
    };
  },
});
