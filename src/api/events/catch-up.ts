import type { Entry, FeedHub, Topic } from './feed-hub.ts';

/** Takes entries in order. */
export type Sink = {
  /** Takes as long as the receiver needs; false says that no more are wanted. */
  readonly past: (entries: readonly Entry[]) => Promise<boolean>;
  /** Cannot wait: more entries are on their way. */
  readonly live: (entries: readonly Entry[]) => void;
};

const PAGE = 500;
/** Entries kept from the live feed while the past is read; beyond that the past is simply read further. */
const MAX_WAITING = 1000;

/**
 * Gives `sink` every entry of the topic after `from`, first the past, then what comes, without gap or repeat: the live feed
 * is listened to before the past is read, and what both hold is given once.
 * @param past entries of the topic after a position, oldest first
 * @returns ends the listening
 */
export const catchUp = async (
  hub: Pick<FeedHub, 'listen' | 'following'>,
  past: (position: bigint, limit: number) => Promise<readonly Entry[]>,
  topic: Topic,
  from: bigint,
  sink: Sink,
): Promise<() => void> => {
  await hub.following();
  let cursor = from;
  let live = false;
  let missed = false;
  let waiting: Entry[] = [];

  const unseen = (entries: readonly Entry[]): readonly Entry[] => {
    const fresh = entries.filter(({ position }) => position > cursor);
    cursor = fresh.at(-1)?.position ?? cursor;
    return fresh;
  };
  const stop = hub.listen(topic, (entries) => {
    if (live) sink.live(unseen(entries));
    else if (waiting.length < MAX_WAITING) waiting.push(...entries);
    else missed = true;
  });

  try {
    for (;;) {
      waiting = [];
      missed = false;
      if (
        !(await readPast(
          past,
          () => cursor,
          (page) => sink.past(unseen(page)),
        ))
      )
        return stop;
      // From here to `live` nothing awaits: no entry can come between.
      if (missed) continue;
      live = true;
      sink.live(unseen(waiting));
      waiting = [];
      return stop;
    }
  } catch (error) {
    stop();
    throw error;
  }
};

const readPast = async (
  past: (position: bigint, limit: number) => Promise<readonly Entry[]>,
  cursor: () => bigint,
  give: (entries: readonly Entry[]) => Promise<boolean>,
): Promise<boolean> => {
  for (;;) {
    const page = await past(cursor(), PAGE);
    if (!(await give(page))) return false;
    if (page.length < PAGE) return true;
  }
};
