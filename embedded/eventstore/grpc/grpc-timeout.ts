const MILLISECONDS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
};

/** Timers of Node end at 2^31-1 ms; a later deadline is as good as none. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * The `grpc-timeout` header in milliseconds (gRPC over HTTP/2: up to eight digits and a unit).
 * Undefined when absent or unreadable: EventStoreDB ignores what it cannot read.
 */
export function parseGrpcTimeout(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const match = /^(\d{1,8})([HMSmun])$/.exec(header);
  if (!match) return undefined;
  const unit = MILLISECONDS[match[2] ?? ''] ?? 0;
  const milliseconds = Number(match[1]) * unit;
  return milliseconds > LONGEST_TIMER_MS ? undefined : milliseconds;
}
