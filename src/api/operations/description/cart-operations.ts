import * as contract from '../../contract.ts';
import * as requests from '../../requests.ts';
import { productFaults, quantities } from './common-problems.ts';
import type { Operation } from './operation.ts';

const cart = { text: 'The cart', schema: contract.Cart };
const done = { text: 'Done' };

export const cartOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/carts',
    tag: 'Carts',
    summary:
      "The member's cart with live products; answers also while the product service is away (degraded)",
    answers: { 200: cart },
    problems: [],
  },
  {
    method: 'post',
    path: '/carts',
    tag: 'Carts',
    summary: 'Adds one product, or several ({items: […]}); sums into a line that is there',
    body: requests.AddOne.or(requests.AddMany),
    takes: ['idempotency', 'if-match'],
    answers: {
      201: {
        text: 'The line, or {items} with the lines',
        schema: contract.CartItem.or(contract.CartItems),
      },
    },
    problems: [
      ...quantities,
      ...productFaults,
      'CART_FULL',
      'CART_QUANTITY_LIMIT',
      'IDEMPOTENCY_KEY_REUSED',
      'PRECONDITION_FAILED',
    ],
  },
  {
    method: 'delete',
    path: '/carts',
    tag: 'Carts',
    summary: 'Removes some lines, or all',
    query: requests.RemoveQuery,
    takes: ['if-match'],
    answers: { 204: done },
    problems: ['VALIDATION_FAILED', 'PRECONDITION_FAILED'],
  },
  {
    method: 'patch',
    path: '/carts/{cartItemId}',
    tag: 'Carts',
    summary: 'Sets the quantity of a line',
    params: ['cartItemId'],
    body: requests.ChangeQuantity,
    takes: ['if-match'],
    answers: { 200: { text: 'The line', schema: contract.CartItem } },
    problems: [...quantities, ...productFaults, 'CART_ITEM_NOT_FOUND', 'PRECONDITION_FAILED'],
  },
  {
    method: 'delete',
    path: '/carts/{cartItemId}',
    tag: 'Carts',
    summary: 'Removes a line',
    params: ['cartItemId'],
    takes: ['if-match'],
    answers: { 204: done },
    problems: ['VALIDATION_FAILED', 'PRECONDITION_FAILED'],
  },
];
