import { z } from 'zod';
import { json } from '../http/reply.ts';
import type { Route } from '../http/route.ts';
import { plantCatalogue } from '../seed/catalogue.ts';
import { expireAll } from '../toss/sessions.ts';
import { buyerRoutes } from './buyer.ts';
import { CatalogueBody, changeCatalogue } from './catalogue.ts';
import { faultRoutes } from './faults.ts';
import { ledger } from './ledger.ts';
import { type TokenOptions, tokenRoute } from './tokens.ts';

const ClockBody = z.strictObject({ offsetMs: z.int() });

/** The sandbox's own controls: identity, buyer, faults, clock, catalogue and the books. */
export const controlRoutes = (tokens: TokenOptions): readonly Route[] => [
  {
    method: 'GET',
    path: '/health/live',
    operation: 'live',
    handle: () => json(200, { status: 'up' }),
  },
  tokenRoute(tokens),
  ...buyerRoutes,
  ...faultRoutes,
  {
    method: 'GET',
    path: '/ledger',
    operation: 'getLedger',
    handle: (call, store) => json(200, ledger(store, call.query.get('orderNo') ?? undefined)),
  },
  {
    method: 'GET',
    path: '/clock',
    operation: 'getClock',
    handle: (_call, store) =>
      json(200, { now: store.now(), offsetMs: store.world.control.clockOffsetMs }),
  },
  {
    method: 'PUT',
    path: '/clock',
    operation: 'setClock',
    handle: (call, store) => {
      const { offsetMs } = ClockBody.parse(call.body);
      store.transact((emit) => emit({ service: 'control', type: 'ClockSet', offsetMs }));
      expireAll(store);
      return json(200, { now: store.now(), offsetMs });
    },
  },
  {
    method: 'GET',
    path: '/catalogue',
    operation: 'getCatalogue',
    handle: (_call, { world }) =>
      json(200, {
        variants: [...world.product.variants.values()].map(({ definition, available }) => ({
          ...definition,
          stockQuantity: available,
        })),
        members: [...world.member.members.values()].map(({ definition, balance }) => ({
          ...definition,
          points: balance,
        })),
        coupons: [...world.coupon.coupons.values()].map(({ definition }) => definition),
      }),
  },
  {
    method: 'PUT',
    path: '/catalogue',
    operation: 'changeCatalogue',
    handle: (call, store) => changeCatalogue(store, CatalogueBody.parse(call.body)),
  },
  {
    method: 'POST',
    path: '/reset',
    operation: 'reset',
    handle: (_call, store) => {
      store.transact((emit) => {
        emit({ service: 'control', type: 'Reset' });
        plantCatalogue(emit, store.now());
      });
      return json(200, { status: 'reset' });
    },
  },
];
