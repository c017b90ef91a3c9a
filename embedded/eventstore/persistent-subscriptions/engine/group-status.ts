/** The status flags of a group; more than one may hold. */
export interface GroupFlags {
  readonly ready: boolean;
  readonly live: boolean;
  readonly pageRequested: boolean;
  readonly replaying: boolean;
}

/** The text of the info's `status`: names of the flags in the order of the server's enumeration. */
export function statusText(flags: GroupFlags): string {
  const names = [];
  if (!flags.ready) names.push('NotReady');
  if (flags.ready && !flags.live) names.push('Behind');
  if (flags.pageRequested) names.push('OutstandingPageRequest');
  if (flags.replaying) names.push('ReplayingParkedMessages');
  if (flags.live) names.push('Live');
  return names.join(', ');
}

/** The figures of a group, for its info. */
export interface GroupFigures {
  readonly status: string;
  readonly readBufferCount: number;
  readonly liveBufferCount: number;
  readonly retryBufferCount: number;
  readonly inFlight: number;
  /** In flight, or on the way into the parked stream. */
  readonly outstanding: number;
  readonly totalItems: number;
  /** Positions; -1 when there is none. */
  readonly lastCheckpoint: number;
  readonly lastKnown: number;
}
