/**
 * Gives what `source` gives, but already asks for the next item while the present one is being worked on.
 * @param worth whether that is worth it after an item; a source whose items grow while it is not asked is better left alone
 * @param stop makes a `source` that waits for its next item end; called when the iteration is left
 */
export async function* oneAhead<T>(
  source: AsyncIterable<T>,
  stop: () => void,
  worth: (item: T) => boolean = () => true,
): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]();
  let asked: Promise<IteratorResult<T>> | undefined;
  try {
    for (;;) {
      const item = await (asked ?? items.next());
      if (item.done) return;
      asked = worth(item.value) ? items.next() : undefined;
      // Told to whoever asks for the next item, not to the process, in case nobody does.
      asked?.catch(() => {});
      yield item.value;
    }
  } finally {
    stop();
    await items.return?.();
  }
}
