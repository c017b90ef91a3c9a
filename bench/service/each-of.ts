/** Does `work` for 0 to `count` - 1, at most `inFlight` at a time. */
export const eachOf = async (
  count: number,
  inFlight: number,
  work: (index: number) => Promise<void>,
): Promise<void> => {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(inFlight, count) }, async () => {
      while (next < count) {
        const index = next;
        next += 1;
        await work(index);
      }
    }),
  );
};
