import type { AnyEvent, EventFamily, Recorded } from '../domain/kernel/events.ts';

/** Something that must be carried out: now, or once `notBefore` has passed. */
export type Owed<Action> = {
  /** Stable within one instance: the same state owes the same id, so a repeat is recognised downstream. */
  readonly id: string;
  readonly action: Action;
  /** ISO 8601 UTC; null means now. The runtime compares it with the clock; a state never does. */
  readonly notBefore: string | null;
};

/**
 * A long-running flow as a pure value. What is owed depends on the state alone, so a redelivery, a restart,
 * a timer or an operator can drive an instance at any time and gets the same intents with the same ids.
 *
 * The state is folded from several streams: the subject's (e.g. the order) and the process's own. As nothing orders two
 * streams, `evolve` must keep what it learns from each apart, so that any interleaving gives the same state.
 */
export type ProcessManager<State, Event extends AnyEvent, Action, Answer> = {
  readonly name: string;
  /** The family of the process's own stream, which only this process writes (and operators, through it). */
  readonly own: EventFamily;
  /** Which events start or wake an instance, and which instance: the subscription's filter is the keys. */
  readonly wakes: Readonly<Record<string, (event: Recorded<AnyEvent>) => string>>;
  /** The streams to fold for an instance, the own one last. */
  readonly streams: (
    instance: string,
  ) => readonly { readonly family: EventFamily; readonly id: string }[];
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
  readonly owed: (state: State) => readonly Owed<Action>[];
  /** Turns the answer to an action into the events of the own stream that record it; `at` is now, ISO 8601 UTC. */
  readonly answered: (
    state: State,
    owed: Owed<Action>,
    answer: Answer,
    at: { readonly now: string; readonly retryAt: (attempt: number) => string },
  ) => readonly Event[];
};
