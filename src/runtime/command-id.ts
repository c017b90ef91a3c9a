import { v5 } from 'uuid';

/** Any fixed UUID: keeps the ids made here apart from those made of other names. */
const NAMESPACE = 'c9f0a7b2-2f0e-4a53-9e0e-6a8f4f5b7d11';

/**
 * The id of a command that a client may repeat: the same occasion and content are the same command, and its events are
 * written once. For clients' keys only: a saga's appends have an id of their own each time, so that stale drivers collide.
 * @param occasion e.g. the route
 * @param content what makes the wish this one and no other
 * @returns a UUID
 */
export const commandIdOf = (occasion: string, content: unknown): string =>
  v5(`${occasion}/${JSON.stringify(content)}`, NAMESPACE);
