import { expect } from 'vitest';
import type { AnyEvent } from '../../src/domain/kernel/events.ts';
import type {
  AnsweredAt,
  Call,
  CallAnswer,
  OperatorWish,
  Owed,
  ProcessManager,
} from '../../src/process-managers/process-manager.ts';
import { deepFreeze } from './specify.ts';

/** The times that tests of sagas live in: one minute after the order was placed. */
export const testTimes: AnsweredAt = {
  now: '2026-03-01T09:01:30.000Z',
  retryAt: (what, attempt, retryAfterMs = 0) => `retry ${what} ${attempt} ${retryAfterMs}`,
};

/** The vocabulary of a process manager's tests: given(history).owes(ids), .when(id, answer).thenRecords(events). */
export const specifyProcess = <State, Event extends AnyEvent, Own extends AnyEvent>(
  process: ProcessManager<State, Event, Own>,
  instance: string,
) => ({
  given: (...history: readonly Event[]) => {
    const state = history.reduce(
      (before, event) => deepFreeze(process.evolve(before, deepFreeze(event))),
      deepFreeze(process.initial(instance)),
    );
    const owed = process.owed(state);
    const byId = (id: string): Owed<Own> => {
      const found = owed.find((each) => each.id === id);
      if (!found) throw new Error(`not owed: ${id}; owed: ${owed.map((each) => each.id)}`);
      return found;
    };
    const answered = (call: Call, answer: CallAnswer, at: AnsweredAt) => {
      const effects = process.answered(state, call, deepFreeze(answer), at);
      const recorded = effects.flatMap((effect) => (effect.kind === 'record' ? effect.events : []));
      const commanded = effects.flatMap((effect) =>
        effect.kind === 'order' ? [effect.command] : [],
      );
      return {
        effects,
        thenRecords: (...events: readonly Own[]) => expect(recorded).toEqual(events),
        thenCommands: (...types: readonly string[]) =>
          expect(commanded.map(({ type }) => type)).toEqual(types),
        thenNothing: () => expect(effects).toEqual([]),
      };
    };
    return {
      state,
      owed,
      /** The ids of everything owed, in the order of urgency; with `@` and the time when it must wait. */
      owes: (...ids: readonly string[]) =>
        expect(
          owed.map(({ id, notBefore }) => (notBefore === null ? id : `${id} @ ${notBefore}`)),
        ).toEqual(ids),
      action: (id: string) => byId(id).action,
      /** The answer to the owed call `id`. */
      when: (id: string, answer: CallAnswer, at: AnsweredAt = testTimes) => {
        const { action } = byId(id);
        if (action.kind !== 'call') throw new Error(`${id} is no call`);
        return answered(action.call, answer, at);
      },
      /** An answer to a call that is not owed any more. */
      whenLate: (call: Call, answer: CallAnswer) => answered(call, answer, testTimes),
      asked: (wish: OperatorWish) => process.operated(wish, state),
    };
  },
});
