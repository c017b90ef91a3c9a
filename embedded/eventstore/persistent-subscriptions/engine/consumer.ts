import type { Latencies } from './latencies.ts';
import type { SourceEvent } from './source-event.ts';

/**
 * Un-acknowledged bytes that one consumer may hold, whatever its buffer size is: what is in flight
 * stays in memory for redelivery.
 */
const MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024;

/** What one message costs beside its event. */
const MESSAGE_OVERHEAD_BYTES = 256;

/** The connection behind a consumer. */
export interface ConsumerPort<E> {
  deliver(event: E, retryCount: number): void;
  /** The group gives the consumer up: the group was updated, deleted, restarted, or failed. */
  drop(): void;
  /** Whether the client does not read what was sent, so that no more should be sent for now. */
  isSaturated(): boolean;
}

/** One connected consumer of a group. */
export class Consumer<E extends SourceEvent> {
  readonly connectionName: string;
  /** Most messages that may be un-acknowledged at a time. */
  readonly bufferSize: number;
  readonly port: ConsumerPort<E>;
  readonly latencies: Latencies | undefined;
  inFlight = 0;
  totalItems = 0;
  /** `totalItems` when somebody last asked for the group's info. */
  measuredItems = 0;
  private bytesInFlight = 0;

  constructor(
    port: ConsumerPort<E>,
    options: {
      readonly bufferSize: number;
      readonly connectionName: string;
      readonly latencies?: Latencies | undefined;
    },
  ) {
    this.port = port;
    this.bufferSize = options.bufferSize;
    this.connectionName = options.connectionName;
    this.latencies = options.latencies;
  }

  get availableSlots(): number {
    return this.bufferSize - this.inFlight;
  }

  /** Whether another message may be sent now. */
  hasSlot(): boolean {
    return (
      this.inFlight < this.bufferSize &&
      this.bytesInFlight < MAX_BYTES_IN_FLIGHT &&
      !this.port.isSaturated()
    );
  }

  deliver(event: E, retryCount: number): void {
    this.inFlight++;
    this.totalItems++;
    this.bytesInFlight += event.bytes + MESSAGE_OVERHEAD_BYTES;
    this.port.deliver(event, retryCount);
  }

  /** A message is no longer in flight here: acknowledged, timed out, parked or skipped. */
  release(event: E): void {
    this.inFlight--;
    this.bytesInFlight -= event.bytes + MESSAGE_OVERHEAD_BYTES;
  }
}
