import { z } from 'zod';
import { CouponId, MAX_LINES, OrderNo, Quantity, VariantId, Won } from '../domain/kernel/ids.ts';
import { OrderStatus } from '../domain/order/words.ts';

/** What a client may send. Unknown fields of a body are refused: a misspelt `couponId` must not cost the discount. */

const item = z.strictObject({ productVariantId: VariantId, quantity: Quantity });
const items = z.array(item).min(1).max(MAX_LINES);
/** PostgreSQL and logs take no NUL; nobody needs the other controls in an address or a reason. */
const text = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    .regex(/^[^\u0000-\u0008\u000b-\u001f\u007f]*$/, 'must not hold control characters');

/** In paths and queries numbers are texts. */
const numeral = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be a positive whole number')
  .transform(Number);

export const AddOne = item.meta({ id: 'CartItemToAdd' });
export const AddMany = z.strictObject({ items }).meta({ id: 'CartItemsToAdd' });

export const ChangeQuantity = z.strictObject({ quantity: Quantity }).meta({ id: 'ChangeQuantity' });

export const CartItemPath = z.object({ cartItemId: numeral });

export const RemoveQuery = z.object({
  cartItemIds: z
    .string()
    .regex(/^[1-9]\d{0,14}(,[1-9]\d{0,14}){0,199}$/, 'must be line ids separated by commas')
    .transform((list) => list.split(',').map(Number))
    .optional(),
});

const priced = {
  items,
  couponId: CouponId.nullish().transform((id) => id ?? null),
  pointToUse: z.int().min(0).max(1_000_000_000),
};

export const PlaceOrder = z
  .strictObject({
    ...priced,
    deliveryAddress: text(500),
    expectedPrice: Won.describe('The final amount that the customer was shown, in won.'),
  })
  .meta({ id: 'PlaceOrder' });
export type PlaceOrder = z.output<typeof PlaceOrder>;

export const AskQuote = z
  .strictObject({ ...priced, pointToUse: priced.pointToUse.default(0) })
  .meta({ id: 'AskQuote' });

export const ConfirmPayment = z
  .strictObject({
    orderNo: OrderNo,
    paymentKey: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without blanks'),
    amount: Won,
  })
  .meta({ id: 'ConfirmPayment' });

export const CancelOrder = z
  .strictObject({
    items: items.optional().describe('Lines of a completed order; absent means all that is left.'),
    // The provider takes 200 characters (Toss Payments, cancelReason), and the refund's id is added to it.
    reason: text(100),
  })
  .meta({ id: 'CancelOrder' });

/** An order number that cannot exist is as unknown as one that does not. */
export const OrderPath = z.object({ orderNo: z.string() });

const pageSize = z
  .string()
  .regex(/^\d{1,3}$/, 'must be a whole number')
  .transform(Number)
  .pipe(z.number().min(1).max(100));

export const OrderListQuery = z.object({
  limit: pageSize.optional(),
  size: pageSize.optional().describe('The same as limit.'),
  cursor: z.string().max(500).optional(),
  status: OrderStatus.optional(),
  year: z
    .string()
    .regex(/^(19|20|21)\d\d$/, 'must be a year')
    .transform(Number)
    .optional()
    .describe('Calendar year in Korea.'),
  productName: z.string().trim().min(1).max(100).optional(),
});
export type OrderListQuery = z.output<typeof OrderListQuery>;

export const AsOfQuery = z.object({
  asOf: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text).toISOString())
    .optional(),
});

export const Reason = z.strictObject({ reason: text(500) }).meta({ id: 'OperatorReason' });

export const SagaListQuery = z.object({
  status: z.enum(['stuck', 'running', 'STARTED', 'COMPENSATING', 'FINISHED', 'FAILED']).optional(),
  limit: pageSize.default(50),
  after: z.string().max(120).optional(),
});
