import { cartOperations } from './description/cart-operations.ts';
import type { Operation } from './description/operation.ts';
import { orderOperations } from './description/order-operations.ts';
import {
  eventOperations,
  healthOperations,
  operatorOperations,
} from './description/other-operations.ts';

/** Everything that is offered, in the order in which the documentation shows it. */
export const operations: readonly Operation[] = [
  ...cartOperations,
  ...orderOperations,
  ...eventOperations,
  ...operatorOperations,
  ...healthOperations,
];
