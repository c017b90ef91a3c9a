/** One stored event, read-only. Field getters decode lazily from the log's bytes. */
export interface EventRecord {
  /** Log position; commit and prepare position are equal. */
  readonly position: number;
  /** Revision within its stream; `TOMBSTONE_REVISION` for a tombstone. */
  readonly revision: number;
  readonly stream: string;
  readonly type: string;
  /** Lower-case UUID with dashes. */
  readonly id: string;
  readonly isJson: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly created: number;
  readonly data: Buffer;
  /** Custom metadata, empty when there is none. */
  readonly metadata: Buffer;
  /** The protobuf `RecordedEvent` (of streams.proto and persistent.proto alike) with the id as string. */
  readonly encoded: Buffer;
}
