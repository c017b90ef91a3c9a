import { z } from 'zod';

/** Whole won. KRW has no minor unit; 10^10 is the largest order total and safe as a JavaScript number. */
export const MAX_WON = 10_000_000_000;
export const Won = z.int().min(0).max(MAX_WON);
export type Won = z.output<typeof Won>;

/** `ORD-yyyyMMdd-` and at least ten unguessable base32 characters; the payment provider's `orderId` too. */
export const OrderNo = z.string().regex(/^ORD-\d{8}-[A-Z2-7]{10,40}$/);
export type OrderNo = z.output<typeof OrderNo>;

/** The `sub` of the member's token. No `/` or blanks: it is part of a stream name and of participants' paths. */
export const MemberId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export type MemberId = z.output<typeof MemberId>;

export const VariantId = z.int().positive();
export type VariantId = z.output<typeof VariantId>;

export const CouponId = z.int().positive();
export type CouponId = z.output<typeof CouponId>;

/** Names one cancellation of one order; the provider's idempotency key derives from it. */
export const RefundId = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/);
export type RefundId = z.output<typeof RefundId>;

/** Units of one variant in one line. */
export const MAX_QUANTITY = 999;
export const MAX_LINES = 100;
export const Quantity = z.int().min(1).max(MAX_QUANTITY);

/** ISO 8601, UTC, milliseconds, `Z`: so two of them compare as text. */
export const Instant = z.iso.datetime({ precision: 3 });
export type Instant = z.output<typeof Instant>;
