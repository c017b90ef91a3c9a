import { type RequestHandler, type Response, Router } from 'express';
import type { CartCommand, CartRejection, CartState } from '../../domain/cart/cart.ts';
import type { CartEvent } from '../../domain/cart/events.ts';
import type { Item } from '../../domain/order/order-types.ts';
import { commandIdOf } from '../../runtime/command-id.ts';
import type { Executor } from '../../runtime/execute.ts';
import type { Clock } from '../../runtime/ports.ts';
import { serial } from '../../runtime/serial.ts';
import { offerToken } from '../http/consistency.ts';
import { endpoint } from '../http/endpoint.ts';
import {
  etagOf,
  idempotencyKeyOf,
  ifMatchOf,
  ifSeen,
  requireVersion,
  versionOf,
} from '../http/headers.ts';
import { doneOrRefuse, refuse } from '../http/refuse.ts';
import { contextOf, freshCommandId, memberIdOf, signalOf } from '../http/request-state.ts';
import { parse } from '../http/validation.ts';
import { AddMany, AddOne, CartItemPath, ChangeQuantity, RemoveQuery } from '../requests.ts';
import { cartView, type LiveVariants } from './cart-view.ts';
import { liveVariants, liveVariantsIfAny, type Products, sellableLines } from './live-products.ts';
import type { AddedBefore } from './repeated-add.ts';

type CartExecutor = Executor<CartState, CartCommand, CartEvent, CartRejection>;

export type CartDeps = {
  readonly carts: CartExecutor;
  readonly products: Products;
  readonly addedBefore: AddedBefore;
  readonly clock: Clock;
  /** Discounts are cut to multiples of this, in won. */
  readonly roundingUnit: number;
};

/** A cart at one moment. */
type Loaded = Awaited<ReturnType<CartExecutor['load']>>;

/** `GET/POST/PATCH/DELETE /carts…`: one cart a member, the token's; a line is named by its variant. */
export const cartRoutes = (deps: CartDeps, guards: readonly RequestHandler[]): Router => {
  const { carts, products, clock, roundingUnit } = deps;
  const router = Router();
  const inTurn = serial();

  const checkSeen = async (res: Response, seen: bigint | undefined): Promise<void> => {
    if (seen === undefined) return;
    const { revision } = await carts.load(memberIdOf(res), signalOf(res));
    requireVersion(seen, versionOf(revision));
  };

  const run = async (
    res: Response,
    command: CartCommand,
    commandId: string,
    seen: bigint | undefined,
  ): Promise<Loaded> =>
    doneOrRefuse(
      await carts.execute(memberIdOf(res), command, {
        commandId,
        context: contextOf(res, commandId),
        ...ifSeen(seen),
      }),
      seen !== undefined,
    );

  const lines = (
    res: Response,
    items: readonly Item[],
    live: Parameters<typeof sellableLines>[1],
  ) =>
    sellableLines(items, live, {
      memberId: memberIdOf(res),
      now: clock.now().toISOString(),
      roundingUnit,
    });

  /** Headers of every answer that follows a change, and the lines named. */
  const changed = (res: Response, cart: Loaded, live: LiveVariants, ids: readonly number[]) => {
    const version = versionOf(cart.revision);
    offerToken(res, cart.position);
    res.set('ETag', etagOf(version));
    return cartView(cart.state, version, live, roundingUnit).cartItems.filter(({ id }) =>
      ids.includes(id),
    );
  };

  const add = async (
    res: Response,
    items: readonly Item[],
    seen: bigint | undefined,
    key: string | undefined,
  ) => {
    const memberId = memberIdOf(res);
    const commandId =
      key === undefined ? freshCommandId() : commandIdOf('POST /carts', [memberId, key]);
    const context = contextOf(res, commandId);
    const before =
      key === undefined ? 'no' : await deps.addedBefore(memberId, commandId, items, context);
    if (before === 'differently') return refuse({ code: 'IDEMPOTENCY_KEY_REUSED' });
    const ids = items.map((item) => item.productVariantId);
    if (before === 'yes') {
      const live = await liveVariantsIfAny(products, ids, context);
      return changed(res, await carts.load(memberId, context.signal), live, ids);
    }
    await checkSeen(res, seen);
    const live = await liveVariants(products, ids, context);
    const command: CartCommand = { type: 'AddItems', items: lines(res, items, live) };
    return changed(res, await run(res, command, commandId, seen), live, ids);
  };

  const remove = async (res: Response, seen: bigint | undefined, command: CartCommand) => {
    await checkSeen(res, seen);
    changed(res, await run(res, command, freshCommandId(), seen), null, []);
    res.status(204).end();
  };

  endpoint(router, '/carts', guards, {
    get: async (_req, res) => {
      const context = contextOf(res);
      const { state, revision } = await carts.load(memberIdOf(res), context.signal);
      const live = await liveVariantsIfAny(products, Object.keys(state.lines).map(Number), context);
      const version = versionOf(revision);
      res.set('ETag', etagOf(version)).json(cartView(state, version, live, roundingUnit));
    },

    post: async (req, res) => {
      const many = typeof req.body === 'object' && req.body !== null && 'items' in req.body;
      const items = many
        ? parse(AddMany, req.body, 'body').items
        : [parse(AddOne, req.body, 'body')];
      const key = idempotencyKeyOf(req);
      const work = () => add(res, items, ifMatchOf(req), key);
      const added = await (key === undefined
        ? work()
        : inTurn.run(`${memberIdOf(res)} ${key}`, work));
      res
        .status(201)
        .set('Location', many ? '/carts' : `/carts/${items[0]?.productVariantId}`)
        .json(many ? { items: added } : added[0]);
    },

    delete: async (req, res) => {
      const memberId = memberIdOf(res);
      const { cartItemIds } = parse(RemoveQuery, req.query, 'query');
      await remove(
        res,
        ifMatchOf(req),
        cartItemIds
          ? { type: 'RemoveItems', memberId, productVariantIds: cartItemIds }
          : { type: 'Clear', memberId },
      );
    },
  });

  endpoint(router, '/carts/:cartItemId', guards, {
    patch: async (req, res) => {
      const { cartItemId: productVariantId } = parse(CartItemPath, req.params, 'path');
      const { quantity } = parse(ChangeQuantity, req.body, 'body');
      const seen = ifMatchOf(req);
      const { state, revision } = await carts.load(memberIdOf(res), signalOf(res));
      requireVersion(seen, versionOf(revision));
      if (!state.lines[productVariantId])
        return refuse({ code: 'CART_ITEM_NOT_FOUND', productVariantId });
      const live = await liveVariants(products, [productVariantId], contextOf(res));
      const [line] = lines(res, [{ productVariantId, quantity }], live);
      if (!line) throw new Error('one item makes one line');
      const cart = await run(res, { type: 'ChangeQuantity', ...line }, freshCommandId(), seen);
      const [item] = changed(res, cart, live, [productVariantId]);
      res.json(item);
    },

    delete: async (req, res) => {
      const { cartItemId } = parse(CartItemPath, req.params, 'path');
      const memberId = memberIdOf(res);
      await remove(res, ifMatchOf(req), {
        type: 'RemoveItems',
        memberId,
        productVariantIds: [cartItemId],
      });
    },
  });

  return router;
};
