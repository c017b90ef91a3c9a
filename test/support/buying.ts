import type { Answered, Shop } from './shop.ts';

/** An order of two pieces of variant 1 (15,000 won each), unless said otherwise. */
export const anOrder = (changes: Readonly<Record<string, unknown>> = {}) => ({
  items: [{ productVariantId: 1, quantity: 2 }],
  deliveryAddress: '서울시 중구 세종대로 110',
  pointToUse: 0,
  expectedPrice: 30_000,
  ...changes,
});

/** Places an order and waits until it can be paid (or has failed). */
export const placeOrder = async (
  shop: Shop,
  token: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Answered['body']> => {
  const placed = await shop.call('POST', '/orders', {
    token,
    body: anOrder(changes),
    headers: { prefer: 'wait=10' },
  });
  if (placed.status !== 202) throw new Error(`not placed: ${JSON.stringify(placed.body)}`);
  return placed.body;
};

export const confirm = (
  shop: Shop,
  token: string,
  wish: { readonly orderNo: string; readonly paymentKey: string; readonly amount: number },
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> => shop.call('POST', '/orders/confirm', { token, body: wish, headers });

/** Places an order and pays it. */
export const buy = async (
  shop: Shop,
  token: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Answered['body']> => {
  const { orderNo, finalPaymentAmount: amount } = await placeOrder(shop, token, changes);
  const paymentKey = await shop.pay(orderNo, amount);
  const paid = await confirm(shop, token, { orderNo, paymentKey, amount });
  if (paid.status !== 200) throw new Error(`not paid: ${JSON.stringify(paid.body)}`);
  return paid.body;
};
