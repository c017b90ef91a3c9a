import type { EventFamily } from '../domain/kernel/events.ts';
import type { Feed, Log, Metrics } from './ports.ts';
import type { AnyProjection, ReadStore } from './read-store.ts';

/** What health and metrics may know of the projector in this process. */
export type ProjectorState = {
  /** `standby` while another process is the active one. */
  readonly role: 'standby' | 'active' | 'stopped';
  /** True once the end of the log was reached. */
  readonly live: boolean;
  /** Names of the projections that stand still on a poison event. */
  readonly poisoned: readonly string[];
};

/**
 * Feeds all live tables from one catch-up subscription until `signal` aborts; after any failure it starts over from the checkpoints.
 * A poison event stops the one projection that cannot take it.
 */
export declare const createProjector: (options: {
  readonly feed: Feed;
  readonly store: ReadStore;
  readonly projections: readonly AnyProjection[];
  readonly families: readonly EventFamily[];
  readonly log: Log;
  readonly metrics: Metrics;
}) => {
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly state: () => ProjectorState;
};
