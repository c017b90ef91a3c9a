import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { json } from '../http/reply.ts';
import type { Route } from '../http/route.ts';
import { SERVICES } from '../http/services.ts';
import type { Store } from '../store/store.ts';
import { FAULT_MODES, type FaultRule } from './state.ts';

const Rule = z.strictObject({
  target: z.enum(SERVICES),
  operation: z.string().optional(),
  orderNo: z.string().optional(),
  mode: z.enum(FAULT_MODES),
  status: z.int().min(400).max(599).optional(),
  code: z.string().optional(),
  delayMs: z.int().min(0).max(600_000).optional(),
  probability: z.number().min(0).max(1).optional(),
  times: z.int().min(1).optional(),
  seed: z.int().optional(),
});
const FaultsBody = z.union([
  Rule.transform((rule) => ({ whole: false, rules: [rule] })),
  z.array(Rule).transform((rules) => ({ whole: true, rules })),
  z
    .strictObject({ faults: z.array(Rule) })
    .transform(({ faults }) => ({ whole: true, rules: faults })),
]);

const scopeOf = ({ target, operation, orderNo }: Omit<FaultRule, 'id'>) => [
  target,
  operation,
  orderNo,
];

const listed = (store: Store) =>
  json(200, {
    faults: store.world.control.faults.map(({ rule, fired }) => ({ ...rule, fired })),
  });

function setRules(store: Store, rules: readonly FaultRule[]) {
  store.transact((emit) => emit({ service: 'control', type: 'FaultsSet', rules }));
  return listed(store);
}

/** Controls of what goes wrong. A list replaces all; a single fault replaces only the one of the same scope. */
export const faultRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/faults',
    operation: 'getFaults',
    handle: (_call, store) => listed(store),
  },
  {
    method: 'PUT',
    path: '/faults',
    operation: 'setFaults',
    handle: (call, store) => {
      const { whole, rules } = FaultsBody.parse(call.body);
      const added = rules.map((rule) => ({ id: randomUUID(), ...rule }));
      const kept = store.world.control.faults
        .map(({ rule }) => rule)
        .filter(
          (old) => !whole && !added.some((rule) => isDeepStrictEqual(scopeOf(rule), scopeOf(old))),
        );
      return setRules(store, [...kept, ...added]);
    },
  },
  {
    method: 'DELETE',
    path: '/faults',
    operation: 'clearFaults',
    handle: (_call, store) => setRules(store, []),
  },
];
