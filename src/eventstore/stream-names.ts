import type { EventFamily } from '../domain/kernel/events.ts';

/**
 * How one service's streams and consumer groups are called in the store. Several services, say of two shops or of two
 * runs of the tests, share one store by namespaces: `shop2.order-…` is none of the service's whose streams are `order-…`.
 * What is above the adapter sees names without the namespace.
 */
export type StreamNames = {
  readonly streamOf: (family: EventFamily, id: string) => string;
  /** What the names of a family's streams begin with. */
  readonly prefixOf: (family: EventFamily) => string;
  /** Finds the family of a stream by its name in the store; undefined for a stranger's. */
  readonly familyFinder: (
    families: readonly EventFamily[],
  ) => (stream: string) => EventFamily | undefined;
  /** The name without the namespace. */
  readonly bare: (stream: string) => string;
  readonly groupOf: (group: string) => string;
  /** Whether a group in the store has a name that `groupOf` begins; a shared store holds others' too. */
  readonly ownsGroup: (name: string) => boolean;
};

/** @param namespace letters and digits, no dash; empty for a store of one's own */
export const streamNames = (namespace: string): StreamNames => {
  const begin = namespace === '' ? '' : `${namespace}.`;
  const prefixOf = ({ category }: EventFamily): string => `${begin}${category}-`;
  return {
    streamOf: (family, id) => `${prefixOf(family)}${id}`,
    prefixOf,
    familyFinder: (families) => {
      const byCategory = new Map(families.map((family) => [`${begin}${family.category}`, family]));
      return (stream) => byCategory.get(stream.slice(0, Math.max(stream.indexOf('-'), 0)));
    },
    bare: (stream) => (stream.startsWith(begin) ? stream.slice(begin.length) : stream),
    groupOf: (group) => `${begin}${group}`,
    ownsGroup: (name) => name.startsWith(begin) && !name.slice(begin.length).includes('.'),
  };
};
