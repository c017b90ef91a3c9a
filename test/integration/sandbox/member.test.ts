import { expect, test } from 'vitest';
import { type SandboxClient, sandboxForTest } from './support.ts';

const USE = '/member/internal/users/1/point-uses/ORD-1';
const use = (sandbox: SandboxClient, amount: unknown, path = USE) =>
  sandbox.put(path, { sagaId: 's', amount });
const balance = async (sandbox: SandboxClient, userId = 1) =>
  (await sandbox.get(`/member/internal/users/${userId}/order-info`)).body.pointBalance;

test('a member is shown with name, phone number and points', async () => {
  const sandbox = await sandboxForTest();
  expect((await sandbox.get('/member/internal/users/1/order-info')).body).toEqual({
    userId: 1,
    userName: '김민준',
    phoneNumber: '010-1234-0001',
    pointBalance: 10_000,
  });
  expect(await sandbox.get('/member/internal/users/77/order-info')).toMatchObject({
    status: 404,
    body: { code: 'USER_NOT_FOUND' },
  });
});

test('points are used once, and the repetition answers the same with 200', async () => {
  const sandbox = await sandboxForTest();
  const first = await use(sandbox, 4000);
  expect(first).toMatchObject({
    status: 201,
    body: { orderNo: 'ORD-1', amount: 4000, balanceAfter: 6000 },
  });
  await use(sandbox, 1000, '/member/internal/users/1/point-uses/ORD-2');
  expect(await use(sandbox, 4000)).toMatchObject({ status: 200, body: first.body });
  expect(await balance(sandbox)).toBe(5000);
  expect(await use(sandbox, 4001)).toMatchObject({
    status: 422,
    body: { code: 'IDEMPOTENCY_MISMATCH' },
  });
});

test('more points than there are, and points of nobody, are refused', async () => {
  const sandbox = await sandboxForTest();
  expect(await use(sandbox, 10_001)).toMatchObject({
    status: 409,
    body: { code: 'INSUFFICIENT_POINT', balance: 10_000 },
  });
  expect(await use(sandbox, 1, '/member/internal/users/77/point-uses/ORD-1')).toMatchObject({
    status: 404,
    body: { code: 'USER_NOT_FOUND' },
  });
  for (const amount of [0, -1, 1.5, '100', 1e11])
    expect((await use(sandbox, amount)).body.code).toBe('INVALID_REQUEST');
});

test('a refund gives the points back once, and the order cannot use points again', async () => {
  const sandbox = await sandboxForTest();
  await use(sandbox, 4000);
  for (let times = 0; times < 3; times++)
    expect((await sandbox.delete(USE)).body).toEqual({
      orderNo: 'ORD-1',
      state: 'REFUNDED',
      refunded: 4000,
    });
  expect(await balance(sandbox)).toBe(10_000);
  expect(await use(sandbox, 4000)).toMatchObject({
    status: 410,
    body: { code: 'OPERATION_CANCELED' },
  });
  expect((await sandbox.get(USE)).body).toMatchObject({ state: 'REFUNDED', refundable: 0 });
});

test('a refund that comes first leaves a tombstone, even for a member that nobody knows', async () => {
  const sandbox = await sandboxForTest();
  expect((await sandbox.delete(USE)).body).toMatchObject({ state: 'TOMBSTONED', refunded: 0 });
  expect((await use(sandbox, 1)).status).toBe(410);
  const stranger = '/member/internal/users/77/point-uses/ORD-1';
  expect(await sandbox.delete(stranger)).toMatchObject({
    status: 200,
    body: { state: 'TOMBSTONED' },
  });
  expect((await sandbox.get(USE)).body.state).toBe('TOMBSTONED');
});

test('refunds in parts are idempotent and never exceed the use; the rest comes back at the end', async () => {
  const sandbox = await sandboxForTest();
  await use(sandbox, 4000);
  const back = (refundId: string, amount: number) =>
    sandbox.post(`${USE}/refunds/${refundId}`, { amount });
  const first = await back('r1', 1500);
  expect(first).toMatchObject({ status: 200, body: { amount: 1500, balanceAfter: 7500 } });
  expect((await back('r1', 1500)).body).toEqual(first.body);
  expect((await back('r1', 1)).body.code).toBe('IDEMPOTENCY_MISMATCH');
  expect(await back('r2', 2501)).toMatchObject({
    status: 409,
    body: { code: 'REFUND_EXCEEDS_USE', refundable: 2500 },
  });
  expect((await sandbox.delete(USE)).body.refunded).toBe(2500);
  expect(await balance(sandbox)).toBe(10_000);
});

test('nothing can be refunded of an order that used nothing', async () => {
  const sandbox = await sandboxForTest();
  expect((await sandbox.get(USE)).status).toBe(404);
  expect(await sandbox.post(`${USE}/refunds/r1`, { amount: 1 })).toMatchObject({
    status: 404,
    body: { code: 'POINT_USE_NOT_FOUND' },
  });
});

test('the points ledger only grows, and its lines add up to the balance', async () => {
  const sandbox = await sandboxForTest();
  await use(sandbox, 4000);
  await sandbox.post(`${USE}/refunds/r1`, { amount: 1000 });
  await sandbox.delete(USE);
  const [member] = (await sandbox.ledger()).members;
  expect(member).toMatchObject({ memberId: 1, initial: 10_000, balance: 10_000 });
  expect(
    member.entries.map(({ kind, amount, balanceAfter }: Record<string, unknown>) => [
      kind,
      amount,
      balanceAfter,
    ]),
  ).toEqual([
    ['GRANT', 10_000, 10_000],
    ['USE', -4000, 6000],
    ['PARTIAL_REFUND', 1000, 7000],
    ['REFUND', 3000, 10_000],
  ]);
});

test('fifty orders at once cannot spend the same points twice', async () => {
  const sandbox = await sandboxForTest();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      use(sandbox, 3000, `/member/internal/users/1/point-uses/ORD-${index}`),
    ),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
  expect(await balance(sandbox)).toBe(1000);
});
