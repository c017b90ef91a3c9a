import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gateways } from '../../../src/gateways/gateways.ts';
import { GatewayError } from '../../../src/runtime/gateway-ports.ts';
import { aContext, gatewaysAt } from '../../support/gateways.ts';
import {
  answer,
  hangUp,
  type Script,
  type ScriptedServer,
  saysNothing,
  startScriptedServer,
} from '../../support/scripted-server.ts';

const orderNo = 'ORD-20260101-ABCDEFGHIJ';
const deduction = {
  sagaId: orderNo,
  memberId: '7',
  items: [{ productVariantId: 1, quantity: 2 }],
};
const problem = (status: number, code: string, extra: object = {}) =>
  answer(status, { type: 'about:blank', title: 'No', status, code, detail: `${code}!`, ...extra });

let server: ScriptedServer;
/** Long enough for a busy machine, except where silence is what is waited for. */
const PATIENT_MS = 10_000;
const HASTY_MS = 200;
let patienceMs = PATIENT_MS;
const play = (script: Script, ms = script === saysNothing ? HASTY_MS : PATIENT_MS): void => {
  server.play(script);
  patienceMs = ms;
};
// The breaker has tests of its own: here a fresh one serves every case.
const withGateways = async <T>(use: (gateways: Gateways) => Promise<T>): Promise<T> => {
  const gateways = gatewaysAt(server.url, { timeoutMs: patienceMs, serviceToken: 'service-token' });
  try {
    return await use(gateways);
  } finally {
    await gateways.close();
  }
};
const deduct = () =>
  withGateways(({ product }) => product.deductStock(orderNo, deduction, aContext()));
const restore = () => withGateways(({ product }) => product.restoreStock(orderNo, aContext()));

beforeAll(async () => {
  server = await startScriptedServer(answer(200, {}));
});
afterAll(() => server.stop());

describe('a call that changes something', () => {
  test.each([200, 201])('%i is done', async (status) => {
    play(answer(status, { orderNo, state: 'DEDUCTED', brandNew: true }));
    expect(await deduct()).toEqual({ kind: 'done', data: { state: 'DEDUCTED' } });
  });

  test('names its order, its key, its request and its sender', async () => {
    play(answer(201, { state: 'DEDUCTED' }));
    await deduct();
    expect(server.seen.at(-1)).toMatchObject({
      method: 'PUT',
      path: `/product/internal/stock-deductions/${orderNo}`,
      headers: {
        'idempotency-key': `${orderNo}:PRODUCT:do`,
        authorization: 'Bearer service-token',
        'x-request-id': '0190f0a0-0000-7000-8000-000000000001',
        traceparent: expect.stringMatching(/^00-0190f0a0000070008000000000000001-/),
        'content-type': 'application/json',
      },
      body: { sagaId: orderNo, userId: '7', items: [{ productVariantId: 1, quantity: 2 }] },
    });
  });

  test.each([
    [409, 'INSUFFICIENT_STOCK'],
    [409, 'VARIANT_OUT_OF_STOCK'],
    [409, 'VARIANT_NOT_ON_SALE'],
    [404, 'VARIANT_NOT_FOUND'],
    [410, 'OPERATION_CANCELED'],
  ])('%i %s is a definite refusal', async (status, code) => {
    play(problem(status, code));
    expect(await deduct()).toEqual({
      kind: 'refused',
      code,
      detail: `${code}!`,
      definite: true,
    });
  });

  test('a refusal keeps the data that came with it', async () => {
    const shortages = [{ productVariantId: 1, requested: 2, available: 1 }];
    play(problem(409, 'INSUFFICIENT_STOCK', { shortages }));
    expect(await deduct()).toMatchObject({ data: { shortages } });
  });

  test.each([
    [400, 'VALIDATION'],
    [401, 'UNAUTHORIZED'],
    [403, 'FORBIDDEN'],
    [404, 'NO_SUCH_ROUTE'],
    [409, 'SOMETHING_NEW'],
    [410, 'GONE'],
    [418, 'TEAPOT'],
    [422, 'IDEMPOTENCY_MISMATCH'],
  ])('%i %s is a fault of ours: refused, but undone to be sure', async (status, code) => {
    play(problem(status, code));
    expect(await deduct()).toMatchObject({ kind: 'refused', code, definite: false });
  });

  test('a refusal without a body is named by its status', async () => {
    play(answer(404, ''));
    expect(await deduct()).toMatchObject({ kind: 'refused', code: 'HTTP_404', definite: false });
  });

  test.each([408, 425, 429, 500, 502, 503, 504])('%i is unknown', async (status) => {
    play(answer(status, '<html>busy</html>'));
    expect(await deduct()).toEqual({ kind: 'unknown', reason: `HTTP_${status}` });
  });

  test('409 OPERATION_IN_PROGRESS is unknown', async () => {
    play(problem(409, 'OPERATION_IN_PROGRESS'));
    expect(await deduct()).toEqual({ kind: 'unknown', reason: 'OPERATION_IN_PROGRESS' });
  });

  test('Retry-After is passed on', async () => {
    play(answer(503, {}, { 'retry-after': '9' }));
    expect(await deduct()).toMatchObject({ kind: 'unknown', retryAfterMs: 9_000 });
  });

  test.each([
    ['no JSON', '{"state":'],
    ['another shape', '{"status":"fine"}'],
    ['an empty body', ''],
  ])('a success with %s is unknown', async (_what, body) => {
    play(answer(200, body));
    expect(await deduct()).toEqual({ kind: 'unknown', reason: 'UNREADABLE_ANSWER' });
  });

  test('a success that is not yet one (202) is unknown', async () => {
    play(answer(202, { state: 'DEDUCTED' }));
    expect(await deduct()).toMatchObject({ kind: 'unknown' });
  });

  test('a connection cut after the request is unknown', async () => {
    play(hangUp);
    expect(await deduct()).toMatchObject({ kind: 'unknown', reason: 'UND_ERR_SOCKET' });
  });

  test('a connection cut within the answer is unknown', async () => {
    play((_request, response) => {
      response.writeHead(201, { 'content-length': '100' }).write('{"state"');
      setImmediate(() => response.socket?.destroy());
    });
    expect(await deduct()).toMatchObject({ kind: 'unknown' });
  });

  test('silence until the deadline is unknown', async () => {
    play(saysNothing);
    expect(await deduct()).toEqual({ kind: 'unknown', reason: 'TIMED_OUT' });
  });

  test('an answer that trickles does not outlive the deadline', async () => {
    play((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    }, HASTY_MS);
    expect(await deduct()).toEqual({ kind: 'unknown', reason: 'TIMED_OUT' });
  });

  test('an endless answer is given up', async () => {
    play((_request, response) => {
      response.writeHead(200);
      response.write('x'.repeat(5 * 1024 ** 2));
    });
    expect(await deduct()).toEqual({ kind: 'unknown', reason: 'BODY_TOO_LARGE' });
  });

  test('a caller who leaves while it runs leaves it unknown', async () => {
    const leaving = new AbortController();
    play(() => leaving.abort());
    const left = await withGateways(({ product }) =>
      product.deductStock(orderNo, deduction, aContext(leaving.signal)),
    );
    expect(left).toEqual({ kind: 'unknown', reason: 'ABORTED' });
  });

  test('a caller who has left sends nothing', async () => {
    const before = server.seen.length;
    const left = await withGateways(({ product }) =>
      product.deductStock(orderNo, deduction, aContext(AbortSignal.abort())),
    );
    expect(left).toEqual({ kind: 'not-sent', reason: 'ABORTED' });
    expect(server.seen).toHaveLength(before);
  });
});

describe('a call that cannot be sent', () => {
  const deductAt = async (url: string) => {
    const gateways = gatewaysAt(url, { timeoutMs: 1_000 });
    try {
      return await gateways.product.deductStock(orderNo, deduction, aContext());
    } finally {
      await gateways.close();
    }
  };

  test('nobody listens: not sent', async () => {
    const gone = await startScriptedServer(answer(200, {}));
    await gone.stop();
    expect(await deductAt(gone.url)).toEqual({ kind: 'not-sent', reason: 'ECONNREFUSED' });
  });

  test('the name does not resolve: not sent', async () => {
    expect(await deductAt('http://no-such-host.invalid')).toMatchObject({
      kind: 'not-sent',
      reason: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|TIMED_OUT)$/),
    });
  });

  test('the other side speaks no TLS: not sent', async () => {
    const before = server.seen.length;
    const refused = await deductAt(server.url.replace('http:', 'https:'));
    expect(refused).toMatchObject({ kind: 'not-sent' });
    expect(server.seen).toHaveLength(before);
  });
});

describe('an undo', () => {
  test.each(['RESTORED', 'TOMBSTONED'])('%s is done', async (state) => {
    play(answer(200, { orderNo, state }));
    expect(await restore()).toEqual({ kind: 'done', data: { state } });
    expect(server.seen.at(-1)).toMatchObject({
      method: 'DELETE',
      headers: { 'idempotency-key': `${orderNo}:PRODUCT:undo` },
    });
  });

  test.each([
    [400, 'VALIDATION'],
    [404, 'NOT_FOUND'],
    [409, 'CONFLICT'],
    [410, 'OPERATION_CANCELED'],
    [500, 'BROKEN'],
  ])('is never refused: %i %s is tried again', async (status, code) => {
    play(problem(status, code));
    expect(await restore()).toEqual({ kind: 'unknown', reason: code });
  });
});

describe('a look-up', () => {
  const lookUp = () => withGateways(({ product }) => product.variants([1, 2], aContext()));

  test('leaves out what does not exist', async () => {
    play(answer(200, []));
    expect(await lookUp()).toEqual([]);
  });

  test('is tried again after a passing failure', async () => {
    let calls = 0;
    play((request, response) =>
      answer(++calls < 3 ? 500 : 200, calls < 3 ? {} : [])(request, response),
    );
    expect(await lookUp()).toEqual([]);
    expect(calls).toBe(3);
  });

  test('is not tried again when the other side says how long to wait', async () => {
    const before = server.seen.length;
    play(answer(503, {}, { 'retry-after': '30' }));
    await expect(lookUp()).rejects.toMatchObject({ retryable: true, retryAfterMs: 30_000 });
    expect(server.seen).toHaveLength(before + 1);
  });

  test.each([
    ['an error', answer(500, {})],
    ['a cut connection', hangUp],
    ['silence', saysNothing],
    ['an unreadable answer', answer(200, 'fine')],
  ])('tells an outage (%s) from an absence', async (_what, script) => {
    play(script);
    const failure = await lookUp().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GatewayError);
    expect(failure).toMatchObject({
      code: 'UNAVAILABLE',
      participant: 'product',
      retryable: true,
    });
  });

  test('a wrong service token is not retryable', async () => {
    play(problem(401, 'UNAUTHORIZED'));
    await expect(lookUp()).rejects.toMatchObject({ code: 'MISCONFIGURED', retryable: false });
  });

  test('asks for any number of variants, at most 200 at a time and each once', async () => {
    const before = server.seen.length;
    play(({ body }, response) => {
      const { ids } = body as { readonly ids: readonly number[] };
      answer(
        200,
        ids.map((id) => ({
          productId: id,
          productVariantId: id,
          status: id === 1 ? 'ARCHIVED' : 'ON_SALE',
          productName: `상품 ${id}`,
          thumbnailUrl: null,
          unitPrice: {
            originalPrice: 1_000,
            discountRate: 10,
            discountAmount: 100,
            discountedPrice: 900,
          },
          stockQuantity: 5,
          itemOptions: [],
        })),
      )({ method: '', path: '', headers: {}, body }, response);
    });
    const ids = Array.from({ length: 450 }, (_, index) => index + 1);
    const found = await withGateways(({ product }) =>
      product.variants([...ids, ...ids], aContext()),
    );
    expect(found.map((variant) => variant.productVariantId)).toEqual(ids);
    expect(found[0]?.status).toBe('UNKNOWN');
    expect(server.seen).toHaveLength(before + 3);
  });

  test('of a member or coupon that does not exist gives null, but not at a wrong address', async () => {
    play(problem(404, 'USER_NOT_FOUND'));
    expect(await withGateways(({ member }) => member.orderInfo('7', aContext()))).toBeNull();
    play(problem(404, 'COUPON_NOT_FOUND'));
    expect(await withGateways(({ coupon }) => coupon.coupon('7', 1, aContext()))).toBeNull();
    play(answer(404, 'Cannot GET /'));
    await expect(
      withGateways(({ member }) => member.orderInfo('7', aContext())),
    ).rejects.toMatchObject({ code: 'MISCONFIGURED' });
  });
});

describe('a question about an earlier call', () => {
  const probe = () => withGateways(({ product }) => product.stockState(orderNo, aContext()));

  test('finds it', async () => {
    play(answer(200, { state: 'DEDUCTED' }));
    expect(await probe()).toEqual({ kind: 'found', data: { state: 'DEDUCTED' } });
  });

  test('finds nothing', async () => {
    play(problem(404, 'DEDUCTION_NOT_FOUND'));
    expect(await probe()).toEqual({ kind: 'absent', code: 'DEDUCTION_NOT_FOUND' });
  });

  test.each([
    ['an error', answer(500, {}), 'HTTP_500'],
    ['a wrong address', answer(404, 'Cannot GET /'), 'HTTP_404'],
    ['an unreadable answer', answer(200, '[]'), 'UNREADABLE_ANSWER'],
    ['silence', saysNothing, 'TIMED_OUT'],
  ])('learns nothing from %s', async (_what, script, reason) => {
    play(script);
    expect(await probe()).toEqual({ kind: 'unavailable', reason });
  });
});
