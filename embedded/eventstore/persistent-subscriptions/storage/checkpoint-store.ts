import type { Logger } from '../../logger.ts';
import { ANY, type EventStore } from '../../streams/event-store.ts';
import { newEvent } from './new-event.ts';

const CHECKPOINT_TYPE = '$SubscriptionCheckpoint';
/** The name of older servers; such checkpoints are read as well. */
const OLD_CHECKPOINT_TYPE = 'SubscriptionCheckpoint';

/**
 * A group's checkpoint, the newest event of a stream of its own. One write is under way at a time;
 * what is marked meanwhile is written after it, the newest alone.
 */
export class CheckpointStore {
  private readonly store: EventStore;
  private readonly stream: string;
  private readonly logger: Logger;
  private wanted: string | undefined;
  private writing: Promise<void> | undefined;

  constructor(store: EventStore, stream: string, logger: Logger) {
    this.store = store;
    this.stream = stream;
    this.logger = logger;
  }

  /** The text of the newest checkpoint, undefined when there is none. */
  async load(): Promise<string | undefined> {
    await this.written();
    if (this.store.streamState(this.stream).status !== 'live') return undefined;
    const page = await this.store.readStream(this.stream, Number.POSITIVE_INFINITY, 'backwards', 1);
    const [newest] = page.records;
    if (newest === undefined) return undefined;
    if (newest.type !== CHECKPOINT_TYPE && newest.type !== OLD_CHECKPOINT_TYPE) return undefined;
    try {
      const text: unknown = JSON.parse(newest.data.toString('utf8'));
      return typeof text === 'string' ? text : undefined;
    } catch {
      return undefined;
    }
  }

  /** Remembers a checkpoint; it is durable some milliseconds later. */
  write(text: string): void {
    this.wanted = text;
    this.writeWanted();
  }

  /** Writes what is wanted and not written yet, such as what the store refused before. */
  writeWanted(): void {
    if (this.wanted !== undefined) this.writing ??= this.writeNewest();
  }

  /** Resolves when nothing is being written. */
  async written(): Promise<void> {
    await this.writing;
  }

  private async writeNewest(): Promise<void> {
    try {
      for (let text = this.wanted; text !== undefined; text = this.wanted) {
        const event = newEvent(CHECKPOINT_TYPE, JSON.stringify(text), { isJson: true });
        await this.store.append(this.stream, ANY, [event]);
        if (this.wanted === text) this.wanted = undefined;
      }
    } catch (err) {
      // Until it succeeds, more than needed would be delivered again.
      this.logger.warn({ err, stream: this.stream }, 'a checkpoint could not be written');
    }
    this.writing = undefined;
  }
}
