import { expect, test } from 'vitest';
import { sandboxForTest } from './support.ts';

const DEDUCTION = '/product/internal/stock-deductions/ORD-1';

test('a variant is shown with its price in whole won, its stock and its options', async () => {
  const sandbox = await sandboxForTest();
  const { status, body } = await sandbox.get('/product/internal/variants/6');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    productVariantId: 6,
    status: 'ON_SALE',
    unitPrice: { originalPrice: 100, discountRate: 29, discountAmount: 29, discountedPrice: 71 },
    stockQuantity: 1000,
    itemOptions: [],
  });
});

test('an unknown variant is 404 alone and absent in bulk', async () => {
  const sandbox = await sandboxForTest();
  const alone = await sandbox.get('/product/internal/variants/999');
  expect(alone).toMatchObject({ status: 404, body: { code: 'VARIANT_NOT_FOUND', status: 404 } });
  expect(alone.headers.get('content-type')).toBe('application/problem+json');
  const bulk = await sandbox.post('/product/internal/variants/by-ids', { ids: [2, 999, 1] });
  expect(
    bulk.body.map((variant: { productVariantId: number }) => variant.productVariantId),
  ).toEqual([2, 1]);
});

test('the bulk look-up takes variantIds as an alias of ids, and refuses none, twice and too many', async () => {
  const sandbox = await sandboxForTest();
  const path = '/product/internal/variants/by-ids';
  expect((await sandbox.post(path, { variantIds: [1] })).body).toHaveLength(1);
  for (const ids of [[], [1, 1], Array.from({ length: 201 }, (_, index) => index + 1), ['x']])
    expect(await sandbox.post(path, { ids })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    });
});

test('a deduction is done once, and its repetition answers the same with 200', async () => {
  const sandbox = await sandboxForTest();
  const first = await sandbox.deduct('ORD-1', 12, 4);
  const again = await sandbox.deduct('ORD-1', 12, 4);
  expect(first).toMatchObject({
    status: 201,
    body: { orderNo: 'ORD-1', state: 'DEDUCTED', items: [{ productVariantId: 12, quantity: 4 }] },
  });
  expect(again).toMatchObject({ status: 200, body: first.body });
  expect((await sandbox.get('/product/internal/variants/12')).body.stockQuantity).toBe(6);
  expect(await sandbox.get(DEDUCTION)).toMatchObject({ status: 200, body: { state: 'DEDUCTED' } });
});

test('the same order with other items is 422 and changes nothing', async () => {
  const sandbox = await sandboxForTest();
  await sandbox.deduct('ORD-1', 12, 4);
  expect(await sandbox.deduct('ORD-1', 12, 5)).toMatchObject({
    status: 422,
    body: { code: 'IDEMPOTENCY_MISMATCH' },
  });
  expect((await sandbox.get('/product/internal/variants/12')).body.stockQuantity).toBe(6);
});

test('the order of the items does not matter for the repetition', async () => {
  const sandbox = await sandboxForTest();
  const items = [
    { productVariantId: 2, quantity: 1 },
    { productVariantId: 1, quantity: 2 },
  ];
  const body = { sagaId: 's', userId: 1, items };
  expect((await sandbox.put(DEDUCTION, body)).status).toBe(201);
  expect((await sandbox.put(DEDUCTION, { ...body, items: items.toReversed() })).status).toBe(200);
});

test.each([
  [[{ productVariantId: 999, quantity: 1 }], 404, 'VARIANT_NOT_FOUND'],
  [[{ productVariantId: 13, quantity: 1 }], 409, 'VARIANT_NOT_ON_SALE'],
  [[{ productVariantId: 15, quantity: 1 }], 409, 'VARIANT_NOT_ON_SALE'],
  [[{ productVariantId: 17, quantity: 1 }], 409, 'VARIANT_NOT_ON_SALE'],
  [[{ productVariantId: 11, quantity: 1 }], 409, 'INSUFFICIENT_STOCK'],
])('a deduction of %j is refused with %i %s and leaves no row', async (items, status, code) => {
  const sandbox = await sandboxForTest();
  const answer = await sandbox.put(DEDUCTION, { sagaId: 's', userId: 1, items });
  expect(answer).toMatchObject({ status, body: { code } });
  expect((await sandbox.get(DEDUCTION)).status).toBe(404);
});

test('one line that is short refuses all lines, and all shortages are named', async () => {
  const sandbox = await sandboxForTest();
  const items = [
    { productVariantId: 1, quantity: 1 },
    { productVariantId: 9, quantity: 2 },
    { productVariantId: 10, quantity: 9 },
  ];
  const answer = await sandbox.put(DEDUCTION, { sagaId: 's', userId: 1, items });
  expect(answer.body.shortages).toEqual([
    { productVariantId: 9, requested: 2, available: 1 },
    { productVariantId: 10, requested: 9, available: 3 },
  ]);
  expect((await sandbox.get('/product/internal/variants/1')).body.stockQuantity).toBe(1000);
});

test('a restoration gives the stock back once, and the order cannot deduct again', async () => {
  const sandbox = await sandboxForTest();
  await sandbox.deduct('ORD-1', 12, 4);
  for (let times = 0; times < 3; times++)
    expect(await sandbox.delete(DEDUCTION)).toMatchObject({
      status: 200,
      body: { orderNo: 'ORD-1', state: 'RESTORED' },
    });
  expect((await sandbox.get('/product/internal/variants/12')).body.stockQuantity).toBe(10);
  expect(await sandbox.deduct('ORD-1', 12, 4)).toMatchObject({
    status: 410,
    body: { code: 'OPERATION_CANCELED' },
  });
  expect((await sandbox.get(DEDUCTION)).body.state).toBe('RESTORED');
});

test('a restoration that comes first leaves a tombstone, and the late deduction is refused', async () => {
  const sandbox = await sandboxForTest();
  for (let times = 0; times < 2; times++)
    expect((await sandbox.delete(DEDUCTION)).body.state).toBe('TOMBSTONED');
  expect((await sandbox.deduct('ORD-1', 12, 4)).status).toBe(410);
  expect((await sandbox.get('/product/internal/variants/12')).body.stockQuantity).toBe(10);
  expect((await sandbox.get(DEDUCTION)).body.state).toBe('TOMBSTONED');
});

test('returns in parts are idempotent by refund id and never exceed the deduction', async () => {
  const sandbox = await sandboxForTest();
  await sandbox.deduct('ORD-1', 12, 4);
  const back = (refundId: string, quantity: number) =>
    sandbox.post(`${DEDUCTION}/returns/${refundId}`, {
      items: [{ productVariantId: 12, quantity }],
    });
  expect((await back('r1', 3)).status).toBe(200);
  expect((await back('r1', 3)).status).toBe(200);
  expect(await back('r1', 1)).toMatchObject({
    status: 422,
    body: { code: 'IDEMPOTENCY_MISMATCH' },
  });
  expect(await back('r2', 2)).toMatchObject({
    status: 409,
    body: { code: 'RETURN_EXCEEDS_DEDUCTION', held: [{ productVariantId: 12, quantity: 1 }] },
  });
  expect((await sandbox.get('/product/internal/variants/12')).body.stockQuantity).toBe(9);
  await sandbox.delete(DEDUCTION);
  expect((await sandbox.get('/product/internal/variants/12')).body.stockQuantity).toBe(10);
  expect((await back('r1', 3)).status).toBe(200);
  expect((await back('r3', 1)).body.code).toBe('RETURN_EXCEEDS_DEDUCTION');
});

test('nothing can be returned of an order that deducted nothing', async () => {
  const sandbox = await sandboxForTest();
  const answer = await sandbox.post(`${DEDUCTION}/returns/r1`, {
    items: [{ productVariantId: 12, quantity: 1 }],
  });
  expect(answer).toMatchObject({ status: 404, body: { code: 'DEDUCTION_NOT_FOUND' } });
});

test('a hundred orders at once on a stock of ten sell exactly ten', async () => {
  const sandbox = await sandboxForTest();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => sandbox.deduct(`ORD-${index}`, 12, 1)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(answers.filter(({ body }) => body.code === 'INSUFFICIENT_STOCK')).toHaveLength(90);
  const [variant] = (await sandbox.ledger()).variants.filter(
    ({ productVariantId }: { productVariantId: number }) => productVariantId === 12,
  );
  expect(variant).toMatchObject({ initial: 10, available: 0, held: 10 });
  expect(variant.orders).toHaveLength(10);
});

test('deductions and restorations of one order at once end with the stock whole', async () => {
  const sandbox = await sandboxForTest();
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? sandbox.deduct('ORD-1', 12, 2) : sandbox.delete(DEDUCTION),
    ),
  );
  expect((await sandbox.get('/product/internal/variants/12')).body.stockQuantity).toBe(10);
  const { operations } = await sandbox.ledger('ORD-1');
  const { do: done, undo } = operations[0].effects;
  expect(undo).toBe(done);
});

test.each([
  ['no items', { sagaId: 's', userId: 1, items: [] }],
  [
    'a quantity of nothing',
    { sagaId: 's', userId: 1, items: [{ productVariantId: 1, quantity: 0 }] },
  ],
  [
    'a broken quantity',
    { sagaId: 's', userId: 1, items: [{ productVariantId: 1, quantity: 1.5 }] },
  ],
  [
    'a variant twice',
    {
      sagaId: 's',
      userId: 1,
      items: [
        { productVariantId: 1, quantity: 1 },
        { productVariantId: 1, quantity: 1 },
      ],
    },
  ],
  ['no member', { sagaId: 's', items: [{ productVariantId: 1, quantity: 1 }] }],
])('a deduction with %s does not fit', async (_what, body) => {
  const sandbox = await sandboxForTest();
  const answer = await sandbox.put(DEDUCTION, body);
  expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  expect(answer.body.errors[0].pointer).toMatch(/^#\//);
});
