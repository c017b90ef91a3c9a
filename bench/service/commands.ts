import { cpuSecondsOf } from './cpu.ts';
import { alternate, type Measured, printComparison } from './figures.ts';
import { orderBody, takeSample } from './sample.ts';
import { onStand } from './stand.ts';
import { bulkVariants, type Shopper, shoppers } from './tokens.ts';
import { startWorker } from './worker.ts';
import type { FloorServerAnswer, FloorServerQuestion } from './workers/floor-server.ts';
import type { LoadAnswer, LoadQuestion } from './workers/load.ts';

const IN_FLIGHT = [1, 16, 64] as const;
const ROUNDS = 3;
const TIMES = { warmUpMs: 400, measureMs: 1600 };

type Requests = LoadQuestion['requests'];

/** Each member puts every variant into the cart in turn, one unit a time. */
const cartAdds = (members: readonly Shopper[]): Requests =>
  Array.from({ length: 10_000 }, (_, index) => ({
    path: '/carts',
    authorization: members[index % members.length]?.authorization ?? '',
    body: JSON.stringify({
      productVariantId:
        bulkVariants.first + (Math.floor(index / members.length) % bulkVariants.count),
      quantity: 1,
    }),
  }));

const orders = (members: readonly Shopper[]): Requests =>
  members.map(({ authorization }, index) => ({
    path: '/orders',
    authorization,
    body: JSON.stringify(orderBody(index)),
  }));

/**
 * Commands through HTTP. The service plays the API's part alone, as the sagas that placed orders start are measured by
 * another suite; it asks the product service (and for an order the member service) before it appends, the floor nobody.
 */
export const measureCommands = (): Promise<void> =>
  onStand(async (stand) => {
    const members = await shoppers();
    const [first] = members;
    if (!first) throw new Error('no members');
    const { eventStoreUrl, sandboxUrl } = stand;
    const databaseUrl = await stand.database();
    const whole = await stand.service({ databaseUrl });
    const sample = await takeSample({
      apiUrl: whole.url,
      sandboxUrl,
      eventStoreUrl,
      databaseUrl,
      shopper: first,
    });
    await whole.stop();

    const service = await stand.service({ databaseUrl, roles: 'api' });
    const floor = startWorker<FloorServerQuestion, FloorServerAnswer>('floor-server');
    const load = startWorker<LoadQuestion, LoadAnswer>('load');
    try {
      const sampled = (type: string) => {
        const found = sample.events.find((event) => event.type === type);
        if (!found) throw new Error(`the sample has no ${type}`);
        return found;
      };
      const samples = { carts: sampled('CartItemAdded'), orders: sampled('OrderPlaced') };
      const { url: floorUrl } = await floor.ask({ eventStoreUrl, samples });
      const kinds = [
        { what: 'cart add', requests: cartAdds(members) },
        { what: 'order placed', requests: orders(members) },
      ];
      const rate = async (
        server: { readonly url: string; readonly pid: number },
        requests: Requests,
        inFlight: number,
      ): Promise<Measured> => {
        const before = cpuSecondsOf(server.pid);
        const { sent, perSecond } = await load.ask({
          baseUrl: server.url,
          requests,
          inFlight,
          ...TIMES,
        });
        const cpuMicroseconds = ((cpuSecondsOf(server.pid) - before) / sent) * 1e6;
        return { value: perSecond, cpuMicroseconds };
      };
      for (const { what, requests } of kinds)
        for (const inFlight of IN_FLIGHT)
          printComparison({
            what: `${what}, ${inFlight} in flight`,
            unit: '/s',
            ...(await alternate(
              ROUNDS,
              () => rate(service, requests, inFlight),
              () => rate({ url: floorUrl, pid: floor.pid }, requests, inFlight),
            )),
            reach: { atLeast: 0.7 },
          });
    } finally {
      await Promise.all([load.stop(), floor.stop(), service.stop()]);
    }
  });
