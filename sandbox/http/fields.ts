import { z } from 'zod';

/** An id of a member, variant or coupon: a positive integer, also as digits in a string. */
export const Id = z.union([
  z.int().positive(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

/** An amount in whole won that moves something. */
export const PositiveWon = z.int().positive().max(10_000_000_000);

/** An amount in whole won. */
export const Won = z.int().min(0).max(10_000_000_000);

/** An order number as it stands in a path. */
export const OrderNo = z.string().regex(/^[\w-]{1,64}$/);
