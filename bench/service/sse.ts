import { printComparison, quantile } from './figures.ts';
import { takeSample } from './sample.ts';
import { onStand } from './stand.ts';
import { shoppers } from './tokens.ts';
import { startWorker } from './worker.ts';
import type { AppendNotifyAnswer, AppendNotifyQuestion } from './workers/append-notify.ts';
import type { AppendPacedAnswer, AppendPacedQuestion } from './workers/append-paced.ts';
import type { ListenSseAnswer, ListenSseQuestion } from './workers/listen-sse.ts';

const CLIENTS_PER_MEMBER = 5;
const ROUNDS = 3;
const PACE = { perSecond: 50, seconds: 5 };
const WARM_UP = { perSecond: 50, seconds: 1 };
const ALL_WITHIN_MS = 20_000;

/** From the beginning of an append to the event at the clients, 1,000 of them open. */
export const measureSse = (): Promise<void> =>
  onStand(async (stand) => {
    const members = await shoppers();
    const [shopper] = members;
    if (!shopper) throw new Error('no members');
    const { eventStoreUrl, sandboxUrl } = stand;
    const databaseUrl = await stand.database();
    const whole = await stand.service({ databaseUrl });
    const urls = { apiUrl: whole.url, sandboxUrl, eventStoreUrl, databaseUrl };
    const sample = await takeSample({ ...urls, shopper });
    await whole.stop();

    // No sagas here: they would react to the orders that are made up.
    const service = await stand.service({ databaseUrl, roles: 'api,projector' });
    const clients = startWorker<ListenSseQuestion, ListenSseAnswer>('listen-sse');
    const appending = startWorker<AppendPacedQuestion, AppendPacedAnswer>('append-paced');
    const bare = startWorker<AppendNotifyQuestion, AppendNotifyAnswer>('append-notify');
    const memberIds = members.map(({ memberId }) => memberId);
    let from = 0;
    const ours = async (pace: typeof PACE): Promise<readonly number[]> => {
      const events = pace.perSecond * pace.seconds;
      const begun = await appending.ask({ eventStoreUrl, sample, memberIds, ...pace, from });
      from += events;
      const deliveries = events * CLIENTS_PER_MEMBER;
      const arrived = await clients.ask({ kind: 'collect', deliveries, withinMs: ALL_WITHIN_MS });
      return arrived.flatMap(({ id, at }) => {
        const since = begun.get(id);
        return since === undefined ? [] : [at - since];
      });
    };
    const floor = (pace: typeof PACE): Promise<readonly number[]> =>
      bare.ask({ eventStoreUrl, databaseUrl, sample, ...pace });
    try {
      await clients.ask({
        kind: 'open',
        apiUrl: service.url,
        members,
        clientsPerMember: CLIENTS_PER_MEMBER,
      });
      await ours(WARM_UP);
      await floor(WARM_UP);
      const latencies = { ours: [] as (readonly number[])[], floor: [] as (readonly number[])[] };
      for (let round = 0; round < ROUNDS; round += 1) {
        latencies.ours.push(await ours(PACE));
        latencies.floor.push(await floor(PACE));
      }
      const clientCount = members.length * CLIENTS_PER_MEMBER;
      for (const [name, share] of [
        ['p50', 0.5],
        ['p99', 0.99],
      ] as const)
        printComparison({
          what: `SSE, append to ${clientCount} clients, ${name}`,
          unit: 'ms',
          ours: latencies.ours.map((values) => quantile(values, share)),
          floor: latencies.floor.map((values) => quantile(values, share)),
          reach: { atMost: 3 },
        });
    } finally {
      await Promise.all([clients.stop(), appending.stop(), bare.stop(), service.stop()]);
    }
  });
