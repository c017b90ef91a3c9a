import type { Message } from './message.ts';
import type { SourceEvent } from './source-event.ts';

/** What a group asks of its surroundings. None of these may answer before it returns. */
export interface GroupPorts<E extends SourceEvent> {
  /** Milliseconds; only differences count. */
  now(): number;
  /** Read the source from there on, inclusive: answer with `historyRead` or `historyUnreadable`. */
  readHistory(from: number, limit: number): void;
  /** There is room for more parked messages of the running replay: answer with `replay`. */
  readParked(): void;
  /** Store it in the parked stream: answer with `parked` or `notParked`. */
  park(message: Message<E>, reason: string): void;
  /** Remember this position, durably but not urgently. */
  writeCheckpoint(position: number): void;
}

/** The settings that the engine works by; the meaning is that of the group's settings. */
export interface GroupRules {
  readonly messageTimeoutMs: number;
  readonly maxRetryCount: number;
  readonly minCheckpointCount: number;
  readonly maxCheckpointCount: number;
  readonly checkpointAfterMs: number;
  /** 0: any number. */
  readonly maxSubscriberCount: number;
  readonly liveBufferSize: number;
  readonly historyBufferSize: number;
  readonly readBatchSize: number;
}

/** Where a group takes up its source. */
export type StartingPoint =
  /** From this revision or position on, inclusive. */
  | { readonly kind: 'at'; readonly position: number }
  /** Behind a stored checkpoint. */
  | { readonly kind: 'checkpoint'; readonly checkpoint: number; readonly next: number }
  /** Only what is written from now on. */
  | { readonly kind: 'end' };

/** What a client does with messages that it does not acknowledge. */
export type NackAction = 'retry' | 'park' | 'skip';
