import type { Composition, Dependencies } from './composition.ts';

const breakerValue = { closed: 0, 'half-open': 0.5, open: 1 } as const;

/** A scrape must not wait for what is away. */
const PATIENCE_MS = 2_000;

/**
 * Reads what only a look tells: breakers, sagas that run or are stuck, how far read models and consumer groups are behind.
 * @param stuckAfterMs a saga is stuck once it has been put off for this long
 */
export const gaugeReader =
  (
    { metrics, gateways, postgres, eventStore }: Composition,
    { logger, clock }: Dependencies,
    stuckAfterMs: number,
  ) =>
  async (): Promise<void> => {
    for (const { participant, breaker, inFlight } of gateways.status()) {
      metrics.gauge('participant_breaker', breakerValue[breaker], { participant });
      metrics.gauge('participant_calls_in_flight', inFlight, { participant });
    }
    const stuckSince = new Date(clock.now().getTime() - stuckAfterMs).toISOString();
    const looks = [
      postgres.sagas.counts(stuckSince).then(({ running, stuck }) => {
        metrics.gauge('sagas', running, { state: 'running' });
        metrics.gauge('sagas', stuck, { state: 'stuck' });
      }),
      Promise.all([
        postgres.projections.list(),
        eventStore.head(AbortSignal.timeout(PATIENCE_MS)),
      ]).then(([list, head]) => {
        for (const { name, state, position } of list)
          if (state === 'live')
            metrics.gauge('projection_behind_bytes', Number(head - (position ?? 0n)), {
              projection: name,
            });
      }),
      eventStore.groups().then((groups) => {
        for (const { group, parked, inFlight } of groups) {
          metrics.gauge('consumer_group_parked', parked, { group });
          metrics.gauge('consumer_group_in_flight', inFlight, { group });
        }
      }),
    ];
    for (const look of await Promise.allSettled(looks))
      if (look.status === 'rejected') logger.debug({ err: look.reason }, 'a gauge kept its value');
  };
