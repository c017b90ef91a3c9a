/**
 * Gives what `source` gives, but already asks for the next item while the present one is being worked on.
 * @param stop makes a `source` that waits for its next item end; called when the iteration is left
 */
export async function* oneAhead<T>(source: AsyncIterable<T>, stop: () => void): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]();
  let next = items.next();
  try {
    for (;;) {
      const item = await next;
      if (item.done) return;
      next = items.next();
      // Told to whoever asks for the next item, not to the process, in case nobody does.
      next.catch(() => {});
      yield item.value;
    }
  } finally {
    stop();
    await items.return?.();
  }
}
