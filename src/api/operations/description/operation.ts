import type { z } from 'zod';
import type { ProblemCode } from '../../problems.ts';

/** One thing that a client can do, as the API description shows it. */
export type Operation = {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  readonly path: string;
  readonly tag: 'Carts' | 'Orders' | 'Events' | 'Payments' | 'Operators' | 'Health';
  readonly summary: string;
  readonly params?: readonly string[];
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly takes?: readonly (
    | 'idempotency'
    | 'if-match'
    | 'if-none-match'
    | 'wait'
    | 'token'
    | 'last-event-id'
  )[];
  /** By status: what the answer holds; null for an empty one. */
  readonly answers: Readonly<
    Record<number, { readonly text: string; readonly schema?: z.ZodType; readonly stream?: true }>
  >;
  readonly problems: readonly ProblemCode[];
  readonly open?: true;
};
