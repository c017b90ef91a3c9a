/** What a decider answers: the events to record, or the reason it will not. */
export type Decision<Event, Rejection> =
  | { readonly kind: 'accepted'; readonly events: readonly Event[] }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

/** An aggregate as pure data and functions: `evolve` never refuses (the past has happened), `decide` never throws. */
export type Decider<State, Command, Event, Rejection> = {
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
  readonly decide: (command: Command, state: State) => Decision<Event, Rejection>;
};

/** Accepting with no events means the wish already holds: every command can be sent twice. */
export const accept = <Event>(...events: readonly NoInfer<Event>[]): Decision<Event, never> => ({
  kind: 'accepted',
  events,
});

/** "No" is a value; the API maps each rejection code to one problem. */
export const reject = <Rejection>(rejection: NoInfer<Rejection>): Decision<never, Rejection> => ({
  kind: 'rejected',
  rejection,
});
