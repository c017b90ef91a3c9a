/** A message that a consumer group gave up on and keeps for an operator. */
export type ParkedMessage = {
  readonly group: string;
  readonly eventId: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: string;
  readonly position: string;
  readonly reason: string;
  /** ISO 8601 UTC. */
  readonly parkedAt: string;
};

/** How far a consumer group is. */
export type GroupInfo = {
  readonly group: string;
  readonly status: string;
  readonly connections: number;
  readonly inFlight: number;
  readonly parked: number;
  /** Log distance (bytes) between the newest event it knows and what it has dealt with; null before the first. */
  readonly behind: number | null;
};

/** Consumer groups as operators see them; groups of older releases (other filters) count as the same group. */
export type ConsumerGroups = {
  readonly parked: {
    readonly list: (group: string, limit: number) => Promise<readonly ParkedMessage[]>;
    /** Brings every parked message of the group back for delivery. */
    readonly replay: (group: string) => Promise<void>;
  };
  readonly groups: () => Promise<readonly GroupInfo[]>;
};
