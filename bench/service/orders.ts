import { cpuSecondsOf } from './cpu.ts';
import { printComparison } from './figures.ts';
import { takeSample } from './sample.ts';
import { onStand } from './stand.ts';
import { shoppers } from './tokens.ts';
import { startWorker } from './worker.ts';
import type { BareOrdersQuestion } from './workers/bare-orders.ts';
import type { DriveOrdersQuestion } from './workers/drive-orders.ts';

/** Seconds until all orders waited for payment, and from the first confirmation until all were finished. */
export type OrderTimes = { readonly placing: number; readonly paying: number };

const ROUNDS = 3;
const ORDERS = 300;
const IN_FLIGHT = 32;

/** Whole orders, everything on one machine: stock is deducted and the payment confirmed at the sandbox. */
export const measureOrders = (): Promise<void> =>
  onStand(async (stand) => {
    const members = await shoppers();
    const [first] = members;
    if (!first) throw new Error('no members');
    const { eventStoreUrl, sandboxUrl } = stand;
    const databaseUrl = await stand.database();
    const service = await stand.service({ databaseUrl });
    const common = { sandboxUrl, databaseUrl, inFlight: IN_FLIGHT };
    const sampled = { apiUrl: service.url, eventStoreUrl, shopper: first };
    const sample = await takeSample({ ...common, ...sampled });
    const ours = startWorker<DriveOrdersQuestion, OrderTimes>('drive-orders');
    const bare = startWorker<BareOrdersQuestion, OrderTimes>('bare-orders');
    try {
      const cpu = { ours: [] as number[], floor: [] as number[] };
      const times: { ours: OrderTimes[]; floor: OrderTimes[] } = { ours: [], floor: [] };
      for (let round = 0; round <= ROUNDS; round += 1) {
        // The first round is there to warm up, and short.
        const orders = round === 0 ? ORDERS / 3 : ORDERS;
        const cpuBefore = cpuSecondsOf(service.pid);
        const driven = await ours.ask({ ...common, apiUrl: service.url, orders, members });
        const cpuBetween = [cpuSecondsOf(service.pid), cpuSecondsOf(bare.pid)] as const;
        const floor = await bare.ask({ ...common, eventStoreUrl, orders, sample, round });
        if (round === 0) continue;
        times.ours.push(driven);
        times.floor.push(floor);
        cpu.ours.push(((cpuBetween[0] - cpuBefore) / orders) * 1e6);
        cpu.floor.push(((cpuSecondsOf(bare.pid) - cpuBetween[1]) / orders) * 1e6);
      }
      const rates = (seconds: (time: OrderTimes) => number) => ({
        unit: '/s',
        ours: times.ours.map((time) => ORDERS / seconds(time)),
        floor: times.floor.map((time) => ORDERS / seconds(time)),
        reach: { atLeast: 0.7 },
      });
      const waiting = rates(({ placing }) => placing);
      printComparison({ what: 'orders driven to PAYMENT_WAITING', ...waiting });
      const completed = rates(({ placing, paying }) => placing + paying);
      printComparison({ what: 'orders driven to COMPLETED', ...completed, cpu });
    } finally {
      await Promise.all([ours.stop(), bare.stop(), service.stop()]);
    }
  });
