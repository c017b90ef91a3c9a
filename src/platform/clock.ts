/** Tells the time. Whatever needs the time takes one, so that tests can set it. */
export type Clock = { readonly now: () => Date };

/** The machine's own clock. */
export const systemClock: Clock = { now: () => new Date() };
