import type { Clock, EventLog, Feed, Log, Metrics, WakeUps } from '../runtime/ports.ts';

/** A message that a consumer group gave up on and keeps for an operator. */
export type ParkedMessage = {
  readonly group: string;
  readonly eventId: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: string;
  readonly position: string;
  readonly reason: string;
  readonly parkedAt: string;
};

/** How far a consumer group is. */
export type GroupInfo = {
  readonly group: string;
  readonly status: string;
  readonly connections: number;
  readonly inFlight: number;
  readonly parked: number;
  readonly behind: number | null;
};

export type EventStore = {
  readonly log: EventLog;
  readonly feed: Feed;
  readonly wakeUps: WakeUps;
  /** Position of the newest event of the whole store, system events included. */
  readonly head: (signal: AbortSignal) => Promise<bigint>;
  /** Whether the store answers now; `reason` when it does not. Never throws. */
  readonly ready: () => Promise<{ readonly ok: boolean; readonly reason?: string }>;
  readonly parked: {
    readonly list: (group: string, limit: number) => Promise<readonly ParkedMessage[]>;
    /** Brings every parked message of the group back for delivery. */
    readonly replay: (group: string) => Promise<void>;
  };
  readonly groups: () => Promise<readonly GroupInfo[]>;
  /** Ends every call and subscription. Stop their users first: appends under way are rejected. */
  readonly dispose: () => Promise<void>;
};

/** Adapters of one EventStoreDB (or KurrentDB) over one client, which a process must not have two of. */
export declare const createEventStore: (options: {
  /** `esdb://host:port?tls=false` and the like. */
  readonly url: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
}) => EventStore;
