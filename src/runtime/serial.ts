/** Runs pieces of work with the same key one after the other, different keys at the same time. */
export type Serial = {
  readonly run: <T>(key: string, work: () => Promise<T>) => Promise<T>;
  readonly busy: (key: string) => boolean;
};

/** A failed piece of work does not keep the next one from running. */
export const serial = (): Serial => {
  const last = new Map<string, Promise<unknown>>();
  return {
    busy: (key) => last.has(key),
    run: async (key, work) => {
      const before = last.get(key) ?? Promise.resolve();
      const mine = before.then(work, work);
      last.set(key, mine);
      try {
        return await mine;
      } finally {
        if (last.get(key) === mine) last.delete(key);
      }
    },
  };
};
