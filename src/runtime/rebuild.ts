import type { EventFamily } from '../domain/kernel/events.ts';
import type { Clock, Feed } from './ports.ts';
import type { AnyProjection, Difference, RebuildStore } from './read-store.ts';

/** Reported about every second, and at each change of phase. */
export type RebuildProgress = {
  readonly phase: 'reading' | 'indexing' | 'catching-up' | 'comparing' | 'swapping' | 'done';
  /** Events folded so far in this run. */
  readonly events: number;
  /** Log position reached, and the one the log ended at when the rebuild began. */
  readonly position: bigint;
  readonly goal: bigint;
  /** 0..1 */
  readonly fraction: number;
  readonly eventsPerSecond: number;
  readonly etaSeconds: number | null;
};

export type RebuildResult = {
  readonly events: number;
  readonly seconds: number;
  /** What `compare` found; empty when not asked for. At most 1,000. */
  readonly differences: readonly Difference[];
  readonly swapped: boolean;
};

/**
 * Builds tables beside the live ones and swaps them in. A run that was broken off goes on where it was, unless `restart`.
 * `compare` looks for differences with the live tables at the same position; `swap: false` throws the build away after that.
 */
export declare const rebuild: (options: {
  readonly feed: Feed;
  readonly store: RebuildStore;
  readonly projections: readonly AnyProjection[];
  readonly families: readonly EventFamily[];
  /** The log's end now: the goal that progress is measured against. */
  readonly head: (signal: AbortSignal) => Promise<bigint>;
  readonly compare: boolean;
  readonly swap: boolean;
  readonly restart?: boolean;
  readonly clock: Clock;
  readonly onProgress: (progress: RebuildProgress) => void;
  readonly signal: AbortSignal;
}) => Promise<RebuildResult>;
