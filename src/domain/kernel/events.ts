import type { z } from 'zod';

export type AnyEvent = { readonly type: string; readonly data: unknown };

/** Who caused an event: a member, an operator (with a login) or the service itself. */
export type Actor = {
  readonly kind: 'member' | 'operator' | 'system';
  readonly id: string;
};

/** What travels beside an event's data, as stored. */
export type EventMetadata = {
  readonly $correlationId: string;
  readonly $causationId: string;
  readonly schemaVersion: number;
  readonly actor: Actor;
};

/** An event as it lies in a stream: the fact, and what the log adds to it. */
export type Recorded<Event extends AnyEvent> = Event & {
  /** UUID, derived from what caused the event: a repeated append is the same append. */
  readonly id: string;
  /** When the store wrote it, ISO 8601 UTC. */
  readonly at: string;
  readonly stream: string;
  readonly revision: bigint;
  /** Commit position in `$all`; strictly increasing over the whole store. */
  readonly position: bigint;
  readonly metadata: EventMetadata;
};

/** The stored shape of one event type, its newest version and the way up from older ones. */
export type EventDefinition = {
  readonly version: number;
  readonly data: z.ZodType;
  /** `upcast[n]` turns the data of version n into that of version n + 1. It renames and regroups, it invents nothing. */
  readonly upcast?: Readonly<Record<number, (old: never) => unknown>>;
};

export type EventFamily = {
  /** Streams of this family are `<category>-<id>`. */
  readonly category: string;
  readonly definitions: Readonly<Record<string, EventDefinition>>;
};

export type EventOf<Family extends EventFamily> = {
  [Type in keyof Family['definitions'] & string]: {
    readonly type: Type;
    readonly data: Readonly<z.output<Family['definitions'][Type]['data']>>;
  };
}[keyof Family['definitions'] & string];

export const defineEvents = <const Definitions extends Readonly<Record<string, EventDefinition>>>(
  category: string,
  definitions: Definitions,
): { readonly category: string; readonly definitions: Definitions } => ({ category, definitions });

/** A stored event that no release of this service can have written: wrong type, version or shape. */
export class UnreadableEventError extends Error {
  readonly code = 'UNREADABLE_EVENT';
  readonly retryable = false;
  constructor(what: string, cause?: unknown) {
    super(`unreadable event ${what}`, { cause });
    this.name = 'UnreadableEventError';
  }
}

/**
 * Brings stored data to the newest version of its type.
 * @param version the event's `schemaVersion`
 * @returns the event with validated data
 * @throws UnreadableEventError when the type is unknown, the version newer than this release, or the data does not fit
 */
export const decodeEvent = (
  family: EventFamily,
  type: string,
  version: number,
  data: unknown,
): AnyEvent => {
  const definition = family.definitions[type];
  if (!definition) throw new UnreadableEventError(`${family.category}/${type}: unknown type`);
  if (version > definition.version || version < 1)
    throw new UnreadableEventError(
      `${type} v${version}: this release knows v${definition.version}`,
    );
  let current = data;
  for (let v = version; v < definition.version; v++) {
    const up = definition.upcast?.[v] as ((old: unknown) => unknown) | undefined;
    if (!up) throw new UnreadableEventError(`${type} v${v}: no upcaster`);
    current = up(current);
  }
  const parsed = definition.data.safeParse(current);
  if (!parsed.success) throw new UnreadableEventError(`${type} v${version}`, parsed.error);
  return { type, data: parsed.data };
};
